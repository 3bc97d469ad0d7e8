// Package when reads points in time as users type them: ausearch's words, ISO
// 8601, "2h ago", seconds since 1970 and the stamps of events. It knows no
// clock: the present is a parameter, and its location is the zone of every
// text that names none.
//
// It never guesses. What could mean two things is refused, and so is what does
// not exist: the 30th of February, 25:00, a time that the clocks of the zone
// skipped.
//
// # What a text names
//
// A text names more than one moment: 2026-11-23 is a day, 14:00:05 is a second.
// Since gives the first of them and Until the last, to the millisecond, which is
// all that audit's stamps have; both bounds belong to what they bound. So --until
// 2026-11-23 has all of that day, and the time of an event, which is shown
// without its milliseconds, can be used as either bound. A time without seconds
// is that at :00. Where clocks were set back, so that a time came twice, Since
// means the first and Until the second.
//
// Days and weeks are the calendar's: "1d ago" is the same time of day yesterday,
// though that be 23 or 25 hours ago. Where that time was skipped, the moment of
// the change stands for it. Hours, minutes and seconds are exact. In "1d12h ago"
// the day is taken off first.
//
// # Where ausearch differs
//
// The words mean what they mean to ausearch 3.0.9, which was asked: days begin
// at 00:00:00, not at the second after that, as its manual says; weeks begin on
// Sunday in every locale; week-ago is the midnight that began the day a week ago;
// and boot is known to the second. Different here:
//
//   - ausearch finds days by taking off 86,400 seconds, and keeps the present's
//     summer time. After a change of the clocks its yesterday can be the day
//     before that or today, its this-week can begin on a Saturday, and its
//     this-month at 01:00. Here they are the calendar's.
//   - As an end, ausearch takes a day that it finds by a word to be its
//     midnight, and a date to be that day at the present's time of day. Here
//     both are the whole day. That leaves this-week, this-month and this-year,
//     where the beginning and the end are equally likely to be meant: Until
//     refuses them. AuvirtEnd has auvirt's meanings.
//   - ausearch takes 02/30/26 for the 2nd of March, 23:59:60 for the next
//     midnight and 23:5 for 23:05, and a time that the clocks skipped for one an
//     hour later. All are refused here.
//   - checkpoint is refused: there are no checkpoint files here.
package when

import (
	"errors"
	"fmt"
	"time"
)

// Reference is what texts are relative to.
type Reference struct {
	// Now is the present. Its location is the zone of texts that name none.
	Now time.Time
	// Boot gives the time when the system booted. It is called for the word
	// boot only; where it is nil, the word is refused.
	Boot func() (time.Time, error)
}

// Help says what is accepted, for people.
const Help = `  2026-11-23                         a day; as an end, all of it
  2026-11-23T14:00, "2026-11-23 14:00:05.643", 20261123T140005
                                     also with a zone: Z, +01, +01:00, +0100
  14:00, 14:00:05                    today at that time
  "2h ago", "1d12h ago", "3 days ago", -90m
                                     w, d, h, m, s; w and d are the calendar's
  now, recent                        recent is 10 minutes ago
  today, yesterday, week-ago         that day; as an end, all of it
  this-week, this-month, this-year   its first day; weeks begin on Sunday
  boot                               when this system booted
  1363099126, 1363099126.643, @0     seconds since 1970: ten digits, or after @
  1363099126.643:31                  the time of that event`

// accepted is Help in a line, for errors.
const accepted = `2026-11-23, 2026-11-23T14:00, 2026-11-23T14:00:05.643+01:00, 14:00, "2h ago", ` +
	`1363099126.643, @1363099126, and now, recent, today, yesterday, week-ago, ` +
	`this-week, this-month, this-year and boot`

// Since reads the beginning of a period: the first moment that text names.
func Since(text string, ref Reference) (time.Time, error) {
	s, err := parse(text, ref, forms)
	if err != nil {
		return time.Time{}, err
	}
	return s.first, nil
}

// Until reads the end of a period: the last moment that text names, which
// belongs to the period.
func Until(text string, ref Reference) (time.Time, error) {
	s, err := parse(text, ref, forms)
	if err == nil && s.extent == period {
		err = fault(text, errors.New("as an end, this could be its beginning or its end; give a date"))
	}
	if err != nil {
		return time.Time{}, err
	}
	return s.last, nil
}

// At reads a point in time. A text without a fraction of a second names a
// second: from its first millisecond to its last. Days and longer are refused,
// and so is a time that came twice.
func At(text string, ref Reference) (first, last time.Time, err error) {
	s, err := parse(text, ref, forms)
	switch {
	case err != nil:
	case s.extent != instant:
		err = fault(text, errors.New("a point in time is needed; give a time of day too, as in 2026-11-23T14:00"))
	case s.twice:
		err = fault(text, fmt.Errorf("the clocks showed this twice; say which: %s or %s",
			s.first.Format(time.RFC3339), s.last.Format(time.RFC3339)))
	default:
		return s.first, s.last, nil
	}
	return time.Time{}, time.Time{}, err
}
