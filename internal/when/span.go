package when

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A span is what a text names: the moments from first to last, both included.
type span struct {
	first, last time.Time
	extent      extent
	twice       bool // by a clock that was set back: there are two such moments
}

// extent tells how much time a text names.
type extent int

const (
	instant extent = iota // a second or less
	day
	period // a week, a month or a year of which the end is not meant
)

const (
	restOfSecond = 999 * time.Millisecond
	earliest     = -14 * 60 * 60 // 1970 begins in the easternmost zone
	latest       = 253402300799  // 9999 ends
	widestZone   = 14 * 60 * 60
)

// point is a span of one moment.
func point(t time.Time) span { return span{first: t, last: t} }

// secondOf is the second that t lies in.
func secondOf(t time.Time) span {
	t = t.Add(-time.Duration(t.Nanosecond()))
	return span{first: t, last: t.Add(restOfSecond)}
}

// A form is a way to write a time. It gives errForm for a text that is written
// in another way, and another error for one that is wrong.
type form func(text string, ref Reference) (span, error)

var (
	errForm  = errors.New("there are " + accepted)
	errRange = errors.New("outside the years 1970 to 9999")
	errSlash = errors.New("which number is the month is not certain; write it as in 2026-11-23")
)

// forms are those that Since, Until and At know. No text has two of them.
var forms = []form{keyword, isoDay, isoTime, clockToday, ago, stamp, epoch}

func parse(text string, ref Reference, forms []form) (span, error) {
	for _, f := range forms {
		s, err := f(text, ref)
		if errors.Is(err, errForm) {
			continue
		}
		if err == nil && (s.first.Unix() < earliest || s.last.Unix() > latest) {
			err = errRange
		}
		if err != nil {
			return span{}, fault(text, err)
		}
		loc := ref.Now.Location()
		s.first, s.last = s.first.In(loc), s.last.In(loc)
		return s, nil
	}
	if strings.Contains(text, "/") {
		return span{}, fault(text, errSlash)
	}
	return span{}, fault(text, errForm)
}

func fault(text string, err error) error { return fmt.Errorf("time %.80q: %w", text, err) }
