package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/internal/when"
)

// auvirtTime is the value of --start or --end: a date, a time of day or both.
type auvirtTime struct{ date, clock string }

// set takes the first value. What an earlier option said is forgotten.
func (t *auvirtTime) set(date string) error {
	if date == "" {
		return errors.New("there is no date")
	}
	*t = auvirtTime{date: date}
	return nil
}

// period reads --start and --end; a time is zero where there is none.
func (a *auvirtCommand) period(ref when.Reference) (since, until time.Time, err error) {
	if a.start.date != "" {
		if since, err = when.AuvirtStart(a.start.date, a.start.clock, ref); err != nil {
			return since, until, fmt.Errorf("option --start: %w", err)
		}
	}
	if a.end.date != "" {
		if until, err = when.AuvirtEnd(a.end.date, a.end.clock, ref); err != nil {
			return since, until, fmt.Errorf("option --end: %w", err)
		}
	}
	return since, until, nil
}
