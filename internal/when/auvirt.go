package when

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// auvirtForms are those of auvirt's options: its dates, and all else that is
// known here.
var auvirtForms = append([]form{localeDay}, forms...)

// AuvirtStart reads the DATE [TIME] of auvirt's --start; clock is "" where there
// is none. Dates are those of the locales C and en_US, with the month first:
// 11/23/26 and 11/23/2026. Besides, there are 23.11.2026, the words, and all
// that Since takes. A date alone means its midnight. As with ausearch, the time
// may come first, and alone means today, as auvirt's manual says and auvirt
// refuses.
func AuvirtStart(date, clock string, ref Reference) (time.Time, error) {
	s, err := parsePair(date, clock, ref)
	if err != nil {
		return time.Time{}, err
	}
	return s.first, nil
}

// AuvirtEnd is AuvirtStart for --end. As with auvirt, the end of a second
// belongs to the period; today means now; and any other day alone means the
// second of its midnight, whether a word or a date, though the manual says that
// it means the present's time of day. To have the whole day there is Until.
func AuvirtEnd(date, clock string, ref Reference) (time.Time, error) {
	if date == "today" && clock == "" {
		return secondOf(ref.Now).last, nil
	}
	s, err := parsePair(date, clock, ref)
	switch {
	case err != nil:
		return time.Time{}, err
	case s.extent != instant:
		return secondOf(s.first).last, nil
	}
	return s.last, nil
}

func parsePair(date, clock string, ref Reference) (span, error) {
	if clock == "" {
		return parse(date, ref, auvirtForms)
	}
	if strings.Contains(date, ":") {
		date, clock = clock, date
	}
	d, err := parse(date, ref, auvirtForms)
	if err != nil {
		return span{}, err
	}
	if d.extent == instant {
		return span{}, fault(date+" "+clock, errors.New("a date is needed beside a time of day"))
	}
	return parse(clock, ref, []form{clockOn(d.first)})
}

// clockOn reads a time of day on the day of a moment.
func clockOn(t time.Time) form {
	return func(text string, _ Reference) (span, error) {
		clock, err := timeOfDay(text)
		if errors.Is(err, errForm) {
			err = errors.New("a time of day is written as in 14:00 or 14:00:05")
		}
		if err != nil {
			return span{}, err
		}
		return local(midnight(wallOf(t)).Add(clock), fractional(text), t.Location())
	}
}

// localeDay reads the dates of some locales.
func localeDay(text string, ref Reference) (span, error) {
	for _, layout := range []string{"1/2/2006", "2.1.2006", "1/2/06"} {
		date, err := readLayout(layout, text)
		if errors.Is(err, errForm) {
			continue
		}
		if err == nil && date.Year() < 2000 {
			err = fmt.Errorf("year %d: there was no audit yet", date.Year())
		}
		if err != nil {
			return span{}, err
		}
		return localDay(date, ref.Now.Location())
	}
	return span{}, errForm
}
