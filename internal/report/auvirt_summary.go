package report

import (
	"bufio"
	"fmt"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// summary counts the lines of all events whose record is of the time to show.
func (a *auvirt) summary(out *bufio.Writer) {
	var counts [auvirtCounts]int
	failed := 0
	var first, last trail.Moment
	for i := range a.lines {
		l := &a.lines[i]
		for _, m := range [...]trail.Moment{l.at, l.period.to} {
			if m == (trail.Moment{}) || !a.within(m, m) {
				continue
			}
			if first == (trail.Moment{}) || m.Millis < first.Millis {
				first = m
			}
			if m.Millis > last.Millis {
				last = m
			}
		}
		switch {
		case !a.within(l.at, l.at):
		case l.failed:
			failed++
		default:
			counts[l.counts]++
		}
	}
	fmt.Fprintf(out, "Range of time for report:       %s - %s\n", a.known(first), a.known(last))
	for _, row := range [...]struct {
		name string
		n    int
	}{
		{"guest starts", counts[aStart]},
		{"guest stops", counts[aStop]},
		{"resource assignments", counts[anAssignment]},
		{"related AVCs", counts[anAVC]},
		{"related anomalies", counts[anAnomaly]},
		{"failed operations", failed},
	} {
		fmt.Fprintf(out, "Number of %-21s %d\n", row.name+":", row.n)
	}
}

func (a *auvirt) known(m trail.Moment) string {
	if m == (trail.Moment{}) {
		return "undef"
	}
	return a.stamp(m)
}
