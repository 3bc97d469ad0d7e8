package when

import (
	"errors"
	"fmt"
	"time"
)

// keyword reads ausearch's words.
func keyword(text string, ref Reference) (span, error) {
	loc := ref.Now.Location()
	today := midnight(wallOf(ref.Now))
	switch text {
	case "now":
		return point(ref.Now), nil
	case "recent":
		return point(ref.Now.Add(-10 * time.Minute)), nil
	case "boot":
		return boot(ref)
	case "today":
		return localDay(today, loc)
	case "yesterday":
		return localDay(today.AddDate(0, 0, -1), loc)
	case "week-ago":
		return localDay(today.AddDate(0, 0, -7), loc)
	case "this-week":
		return periodFrom(today.AddDate(0, 0, -int(today.Weekday())), loc)
	case "this-month":
		return periodFrom(today.AddDate(0, 0, 1-today.Day()), loc)
	case "this-year":
		return periodFrom(today.AddDate(0, 0, 1-today.YearDay()), loc)
	case "checkpoint":
		return span{}, errors.New("there are no checkpoint files here; give a time")
	}
	return span{}, errForm
}

// boot gives the second of the boot. No more of it is known: it is found from
// how long the system is up.
func boot(ref Reference) (span, error) {
	if ref.Boot == nil {
		return span{}, errors.New("when the system booted is not known here")
	}
	t, err := ref.Boot()
	if err != nil {
		return span{}, fmt.Errorf("when the system booted is not known: %w", err)
	}
	return secondOf(t), nil
}

// periodFrom gives a period by its first day.
func periodFrom(date time.Time, loc *time.Location) (span, error) {
	s, err := localDay(date, loc)
	s.extent = period
	return s, err
}
