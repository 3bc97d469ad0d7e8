package when

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// units are what can be taken off the present, largest first.
var units = []struct {
	names         []string
	days, seconds int64
}{
	{[]string{"w", "week", "weeks"}, 7, 0},
	{[]string{"d", "day", "days"}, 1, 0},
	{[]string{"h", "hour", "hours"}, 0, 60 * 60},
	{[]string{"m", "min", "minute", "minutes"}, 0, 60},
	{[]string{"s", "sec", "second", "seconds"}, 0, 1},
}

const (
	maxDigits = 9 // of an amount: more overflow
	maxDays   = 10000 * 366
)

// ago reads "2h ago", "1 day 12 hours ago" and -2h.
func ago(text string, ref Reference) (span, error) {
	amounts, is := strings.CutSuffix(text, " ago")
	if !is {
		amounts, is = strings.CutPrefix(text, "-")
	}
	if !is {
		return span{}, errForm
	}
	days, seconds, err := readAmounts(amounts)
	if err != nil {
		return span{}, err
	}
	if days > maxDays {
		return span{}, errRange
	}
	s := daysBefore(ref.Now, int(days))
	s.first, s.last = secondsBefore(s.first, seconds), secondsBefore(s.last, seconds)
	return s, nil
}

// readAmounts adds up numbers with their units, as in 1d12h.
func readAmounts(text string) (days, seconds int64, err error) {
	rest, from := strings.Trim(text, " "), 0
	for rest != "" || from == 0 {
		var number, name string
		number, rest = cutRun(rest, isDigit)
		name, rest = cutRun(strings.TrimLeft(rest, " "), isLetter)
		rest = strings.TrimLeft(rest, " ")
		n, err := readAmount(number)
		if err != nil {
			return 0, 0, err
		}
		i := unit(name)
		if i < from {
			return 0, 0, fmt.Errorf("%.80q: there are w, d, h, m and s, in this order", number+name)
		}
		from = i + 1
		days += n * units[i].days
		seconds += n * units[i].seconds
	}
	return days, seconds, nil
}

func readAmount(digits string) (int64, error) {
	if digits == "" {
		return 0, errors.New("an amount is a whole number and a unit, as in 2h, 90m or 1d12h")
	}
	if len(digits) > maxDigits {
		return 0, fmt.Errorf("%.80q: an amount has at most %d digits", digits, maxDigits)
	}
	return strconv.ParseInt(digits, 10, 64)
}

// unit gives the place in units of a name, or -1.
func unit(name string) int {
	for i, u := range units {
		if slices.Contains(u.names, name) {
			return i
		}
	}
	return -1
}

// daysBefore gives the same time of day on an earlier day.
func daysBefore(now time.Time, days int) span {
	if days == 0 {
		return point(now)
	}
	first, last, _ := inZone(wallOf(now).AddDate(0, 0, -days), now.Location())
	return span{first: first, last: last, twice: !first.Equal(last)}
}

// secondsBefore takes off more than a time.Duration holds.
func secondsBefore(t time.Time, seconds int64) time.Time {
	return time.Unix(t.Unix()-seconds, int64(t.Nanosecond()))
}

// cutRun cuts off the bytes at the beginning of which is holds.
func cutRun(text string, is func(byte) bool) (run, rest string) {
	n := 0
	for n < len(text) && is(text[n]) {
		n++
	}
	return text[:n], text[n:]
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' }
