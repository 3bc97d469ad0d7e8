package when

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// readLayout tells a text of another form, which is errForm, from one with a
// number out of range. Package time can't: it stops at the first number.
func readLayout(layout, text string) (time.Time, error) {
	whole := text
	if strings.Contains(layout, "05") { // there may be a fraction of the seconds
		whole = withoutFraction(text)
	}
	if shape(whole) != shape(layout) {
		return time.Time{}, errForm
	}
	t, err := time.ParseInLocation(layout, text, time.UTC)
	if err == nil {
		return t, yearFault(layout, t)
	}
	var fault *time.ParseError
	if errors.As(err, &fault) && strings.HasSuffix(fault.Message, "out of range") {
		return time.Time{}, errors.New(strings.TrimPrefix(fault.Message, ": "))
	}
	return time.Time{}, errForm
}

// shape gives a text with all digits alike, one or two of them as one, and all
// signs alike.
func shape(text string) string {
	var b strings.Builder
	for text != "" {
		digits, rest := cutRun(text, isDigit)
		switch {
		case len(digits) > 2:
			b.WriteString(strings.Repeat("0", len(digits)))
		case digits != "":
			b.WriteByte('0')
		default:
			b.WriteString(strings.Replace(text[:1], "+", "-", 1))
			rest = text[1:]
		}
		text = rest
	}
	return b.String()
}

// withoutFraction cuts out a fraction of a second.
func withoutFraction(text string) string {
	i := strings.IndexAny(text, ".,")
	if i < 0 {
		return text
	}
	fraction, rest := cutRun(text[i+1:], isDigit)
	if fraction == "" || len(fraction) > maxNano {
		return text
	}
	return text[:i] + rest
}

func yearFault(layout string, t time.Time) error {
	if strings.Contains(layout, "06") && t.Year() < 1970 {
		return fmt.Errorf("year %04d: %w", t.Year(), errRange)
	}
	return nil
}
