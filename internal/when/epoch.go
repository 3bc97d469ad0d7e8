package when

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	// bareDigits is how many digits of a bare number are sure to be seconds
	// since 1970: those of 2001 to 2286. A year has four, a date eight, and
	// milliseconds thirteen.
	bareDigits = 10
	maxSeconds = 12 // digits
	maxNano    = 9
)

// epoch reads seconds since 1970.
func epoch(text string, _ Reference) (span, error) {
	number, at := strings.CutPrefix(text, "@")
	seconds, fraction := number, "0"
	i := strings.IndexAny(number, ".,")
	if i >= 0 {
		seconds, fraction = number[:i], number[i+1:]
	}
	switch {
	case !isNumber(seconds) || !isNumber(fraction):
		return span{}, errForm
	case !at && len(seconds) != bareDigits:
		return span{}, fmt.Errorf("a bare number is seconds since 1970, of %d digits; "+
			"write @ before fewer or more, and a date as in 2026-11-23", bareDigits)
	case len(fraction) > maxNano:
		return span{}, errors.New("more digits than nanoseconds have")
	}
	t, err := sinceEpoch(seconds, fraction)
	if err != nil || i >= 0 {
		return point(t), err
	}
	return secondOf(t), nil
}

// stamp reads the stamp of an event, 1363099126.643:31. The colon makes sure
// what it is, however few its digits.
func stamp(text string, _ Reference) (span, error) {
	moment, serial, _ := strings.Cut(text, ":")
	seconds, milli, _ := strings.Cut(moment, ".")
	if !isNumber(seconds) || !isNumber(milli) || len(milli) != 3 || !isNumber(serial) {
		return span{}, errForm
	}
	t, err := sinceEpoch(seconds, milli)
	return point(t), err
}

func sinceEpoch(seconds, fraction string) (time.Time, error) {
	if len(seconds) > maxSeconds {
		return time.Time{}, errRange
	}
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	ns, err := strconv.ParseInt((fraction + "00000000")[:maxNano], 10, 64)
	return time.Unix(s, ns), err
}

func isNumber(text string) bool {
	digits, rest := cutRun(text, isDigit)
	return digits != "" && rest == ""
}
