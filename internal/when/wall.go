package when

import (
	"fmt"
	"time"
)

// A wall time is what a calendar and a clock on the wall show, of no zone. It
// is kept as a time in UTC, where each exists once.

func wallOf(t time.Time) time.Time {
	y, mo, d := t.Date()
	h, mi, s := t.Clock()
	return time.Date(y, mo, d, h, mi, s, t.Nanosecond(), time.UTC)
}

// midnight is the beginning of a wall time's day.
func midnight(wall time.Time) time.Time { return wall.Truncate(24 * time.Hour) }

// inZone gives the first and the last moment when the clocks of a zone showed a
// wall time: two where they were set back, else the same. Where they were set
// forward past it, ok is false, and both are the moment when that was done.
func inZone(wall time.Time, loc *time.Location) (first, last time.Time, ok bool) {
	y, mo, d := wall.Date()
	h, mi, s := wall.Clock()
	near := time.Date(y, mo, d, h, mi, s, wall.Nanosecond(), loc)
	from, to := near.ZoneBounds()
	for _, at := range [...]time.Time{from.Add(-1), near, to} {
		_, offset := at.In(loc).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		if !wallOf(t).Equal(wall) {
			continue
		}
		if !ok || t.Before(first) {
			first = t
		}
		if !ok || t.After(last) {
			last = t
		}
		ok = true
	}
	switch {
	case ok:
		return first, last, true
	case wallOf(near).Before(wall): // time.Date went by the zone after the change
		return to, to, false
	}
	return from, from, false
}

// local gives the second of a zone that begins at a wall time, or with exact
// the moment alone.
func local(wall time.Time, exact bool, loc *time.Location) (span, error) {
	first, last, ok := inZone(wall, loc)
	if !ok {
		return span{}, fmt.Errorf("the clocks of %v skipped this time", loc)
	}
	s := span{first: first, last: last, twice: !first.Equal(last)}
	if !exact {
		s.last = last.Add(restOfSecond)
	}
	return s, nil
}

// localDay gives a day of a zone, which may begin at another time than 00:00.
func localDay(date time.Time, loc *time.Location) (span, error) {
	first, _, _ := inZone(date, loc)
	_, next, _ := inZone(date.AddDate(0, 0, 1), loc)
	if !first.Before(next) {
		return span{}, fmt.Errorf("the calendar of %v skipped this day", loc)
	}
	return span{first: first, last: next.Add(-time.Millisecond), extent: day}, nil
}
