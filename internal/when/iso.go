package when

import (
	"errors"
	"strings"
	"time"
)

// The layouts of package time. Where a layout ends in seconds, it takes a
// fraction of them too, after a point or a comma.
var (
	isoTimes = []string{
		"2006-01-02T15:04", "2006-01-02T15:04:05",
		"2006-01-02 15:04", "2006-01-02 15:04:05",
		"20060102T1504", "20060102T150405",
	}
	zones  = []string{"", "Z", "-07", "-07:00", "-0700", " -0700", " UTC"}
	clocks = []string{"15:04", "15:04:05"}
)

// isoDay reads 2026-11-23.
func isoDay(text string, ref Reference) (span, error) {
	date, err := readLayout("2006-01-02", text)
	if err != nil {
		return span{}, err
	}
	return localDay(date, ref.Now.Location())
}

// isoTime reads a day with a time of day, and a zone where there is one.
func isoTime(text string, ref Reference) (span, error) {
	wrong := errForm
	for _, layout := range isoTimes {
		for _, zone := range zones {
			t, err := readLayout(layout+zone, text)
			switch {
			case err == nil && zone == "":
				return local(t, fractional(text), ref.Now.Location())
			case err == nil:
				return zoned(t, zone, text)
			case !errors.Is(err, errForm):
				wrong = err
			}
		}
	}
	return span{}, wrong
}

// clockToday reads 14:00 and 14:00:05.
func clockToday(text string, ref Reference) (span, error) {
	clock, err := timeOfDay(text)
	if err != nil {
		return span{}, err
	}
	return local(midnight(wallOf(ref.Now)).Add(clock), fractional(text), ref.Now.Location())
}

// timeOfDay gives the time since 00:00 on a clock.
func timeOfDay(text string) (time.Duration, error) {
	wrong := errForm
	for _, layout := range clocks {
		t, err := readLayout(layout, text)
		if err == nil {
			return t.Sub(midnight(t)), nil
		}
		if !errors.Is(err, errForm) {
			wrong = err
		}
	}
	return 0, wrong
}

// zoned gives the second or the moment of a text that names its zone. Package
// time takes offsets that no zone has, such as +01:60; what it makes of these
// is not how they were written.
func zoned(t time.Time, zone, text string) (span, error) {
	_, offset := t.Zone()
	if !strings.HasSuffix(text, t.Format(zone)) || offset < -widestZone || offset > widestZone {
		return span{}, errors.New("time zone offset out of range")
	}
	if fractional(text) {
		return point(t), nil
	}
	return secondOf(t), nil
}

// fractional tells whether a text of the forms above has a fraction of a second.
func fractional(text string) bool { return strings.ContainsAny(text, ".,") }
