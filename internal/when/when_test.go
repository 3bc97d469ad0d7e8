package when

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

const milliForm = "2006-01-02T15:04:05.000Z07:00"

// at reads a time in RFC 3339 and puts it into a zone.
func at(t testing.TB, text, zone string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	m, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return m.In(loc)
}

// berlin is a Monday afternoon in winter.
func berlin(t testing.TB) Reference {
	t.Helper()
	return Reference{
		Now:  at(t, "2026-11-23T15:04:05.678+01:00", "Europe/Berlin"),
		Boot: func() (time.Time, error) { return time.UnixMilli(1790000000250), nil },
	}
}

// show gives the bounds of a text, or what is wrong with it.
func show(text string, ref Reference) string {
	from, err := Since(text, ref)
	if err != nil {
		return err.Error()
	}
	to, err := Until(text, ref)
	if err != nil {
		return from.Format(milliForm) + " " + err.Error()
	}
	return from.Format(milliForm) + " " + to.Format(milliForm)
}

// shown is a text and what show gives for it.
type shown struct{ text, want string }

func checkShown(t *testing.T, cases []shown) {
	t.Helper()
	for _, tc := range cases {
		if got := show(tc.text, berlin(t)); got != tc.want {
			t.Errorf("%q:\n got %s\nwant %s", tc.text, got, tc.want)
		}
	}
}

func TestWords(t *testing.T) {
	const periodFault = `time %q: as an end, this could be its beginning or its end; give a date`
	checkShown(t, []shown{
		{"now", "2026-11-23T15:04:05.678+01:00 2026-11-23T15:04:05.678+01:00"},
		{"recent", "2026-11-23T14:54:05.678+01:00 2026-11-23T14:54:05.678+01:00"},
		{"boot", "2026-09-21T16:13:20.000+02:00 2026-09-21T16:13:20.999+02:00"},
		{"today", "2026-11-23T00:00:00.000+01:00 2026-11-23T23:59:59.999+01:00"},
		{"yesterday", "2026-11-22T00:00:00.000+01:00 2026-11-22T23:59:59.999+01:00"},
		{"week-ago", "2026-11-16T00:00:00.000+01:00 2026-11-16T23:59:59.999+01:00"},
		{"this-week", "2026-11-22T00:00:00.000+01:00 " + fmt.Sprintf(periodFault, "this-week")},
		{"this-month", "2026-11-01T00:00:00.000+01:00 " + fmt.Sprintf(periodFault, "this-month")},
		{"this-year", "2026-01-01T00:00:00.000+01:00 " + fmt.Sprintf(periodFault, "this-year")},
	})
}

func TestRefused(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", "there are 2026-11-23, "},
		{"foo", "there are 2026-11-23, "},
		{"Today", "there are"},
		{"tomorrow", "there are"},
		{"checkpoint", "there are no checkpoint files here; give a time"},
		{"11/12/26", "which number is the month is not certain; write it as in 2026-11-23"},
		{"2026", "a bare number is seconds since 1970, of 10 digits"},
		{"20261123", "write @ before fewer or more, and a date as in 2026-11-23"},
		{"1363099126643", "a bare number is seconds since 1970, of 10 digits"},
		{"12.5", "a bare number is seconds since 1970, of 10 digits"},
		{"1363099126.", "there are"},
		{"1363099126.1234567891", "more digits than nanoseconds have"},
		{"1363099126.64:31", "there are"},
		{"1363099126.643:", "there are"},
		{"@", "there are"},
		{"@-5", "there are"},
		{"@253402300800", "outside the years 1970 to 9999"},
		{"@9999999999999", "outside the years 1970 to 9999"},
		{"2026-02-30", "day out of range"},
		{"2026-02-29T12:00", "day out of range"},
		{"2026-13-01", "month out of range"},
		{"2026-00-10", "month out of range"},
		{"0000-01-01", "year 0000: outside the years 1970 to 9999"},
		{"1969-12-31T23:59Z", "year 1969: outside the years 1970 to 9999"},
		{"9999-12-31T23:59-01:00", "outside the years 1970 to 9999"},
		{"2026-11-23T25:00", "hour out of range"},
		{"2026-11-23T24:00", "hour out of range"},
		{"24:00", "hour out of range"},
		{"14:60", "minute out of range"},
		{"23:59:60", "second out of range"},
		{"23:5", "there are"},
		{"14:00Z", "there are"},
		{"2026-11", "there are"},
		{"2026-11-23T", "there are"},
		{"2026-11-23T14", "there are"},
		{"2026-11-23Z", "there are"},
		{"2026-11-23T140005", "there are"},
		{"20261123T14:00", "there are"},
		{"2026-11-23t14:00z", "there are"},
		{"2026-11-23T14:00 CET", "there are"},
		{"2026-11-23T14:00+01:60", "time zone offset out of range"},
		{"2026-11-23T14:00+14:01", "time zone offset out of range"},
		{"2026-11-23T14:00-00:00", "time zone offset out of range"},
		{"2026-11-23T14:00+99:00", "time zone offset hour out of range"},
		{"2026-11-23T14:00:05.Z", "there are"},
		{"2026-11-23T14:00.5", "there are"},
		{"2026-11-23T14:00:05.1234567891", "there are"},
		{"2026-11-23T14:00:05+01:00.5", "there are"},
		{"2026-11-23  14:00", "there are"},
		{"2026-11-23.5", "there are"},
		{" now", "there are"},
		{"٢٠٢٦-11-23", "there are"},
	} {
		got := show(tc.text, berlin(t))
		if want := fmt.Sprintf("time %q: ", tc.text); !strings.HasPrefix(got, want) || !strings.Contains(got, tc.want) {
			t.Errorf("%q: %s, want %s%s", tc.text, got, want, tc.want)
		}
	}
}

// TestErrorIsShort holds the error to a size, whatever was typed.
func TestErrorIsShort(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("x", 1<<16), strings.Repeat("9", 1<<16), "@" + strings.Repeat("9", 1<<16),
		strings.Repeat("1w", 1<<16) + " ago", strings.Repeat("9", 1<<16) + "h ago", "1" + strings.Repeat("h", 1<<16) + " ago",
	} {
		_, err := Since(text, berlin(t))
		if err == nil {
			t.Fatalf("%.20q was accepted", text)
		}
		if len(err.Error()) > 500 {
			t.Errorf("%.20q: an error of %d bytes", text, len(err.Error()))
		}
	}
}

func TestAt(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"2026-11-23T14:00:05", "2026-11-23T14:00:05.000+01:00 2026-11-23T14:00:05.999+01:00"},
		{"1363099126.643:31", "2013-03-12T15:38:46.643+01:00 2013-03-12T15:38:46.643+01:00"},
		{"now", "2026-11-23T15:04:05.678+01:00 2026-11-23T15:04:05.678+01:00"},
		{"2026-10-25T02:30+02", "2026-10-25T02:30:00.000+02:00 2026-10-25T02:30:00.999+02:00"},
		{"2026-10-25T02:30", `time "2026-10-25T02:30": the clocks showed this twice; ` +
			`say which: 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00`},
		{"2026-11-23", `time "2026-11-23": a point in time is needed; give a time of day too, as in 2026-11-23T14:00`},
		{"this-year", `time "this-year": a point in time is needed; give a time of day too, as in 2026-11-23T14:00`},
		{"24:00", `time "24:00": hour out of range`},
	} {
		first, last, err := At(tc.text, berlin(t))
		got := first.Format(milliForm) + " " + last.Format(milliForm)
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%q:\n got %s\nwant %s", tc.text, got, tc.want)
		}
	}
}

func TestBoot(t *testing.T) {
	ref := berlin(t)
	ref.Boot = nil
	if got, want := show("boot", ref), `time "boot": when the system booted is not known here`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	fault := errors.New("/proc/uptime is empty")
	ref.Boot = func() (time.Time, error) { return time.Time{}, fault }
	if _, err := Since("boot", ref); !errors.Is(err, fault) {
		t.Errorf("got %v, want %v", err, fault)
	}
}

// TestHelp reads every form that Help and the errors show.
func TestHelp(t *testing.T) {
	for _, line := range strings.Split(Help, "\n") {
		line = strings.TrimSpace(line)
		forms, _, _ := strings.Cut(line, "  ")
		if strings.HasPrefix(line, "also") || strings.HasPrefix(line, "w, d") {
			continue
		}
		readAll(t, forms)
	}
	readAll(t, strings.Replace(accepted, ", and", ",", 1))
}

func readAll(t *testing.T, forms string) {
	t.Helper()
	for _, text := range strings.Split(strings.ReplaceAll(forms, " and ", ", "), ", ") {
		text = strings.Trim(text, `" `)
		if _, err := Since(text, berlin(t)); err != nil {
			t.Error(err)
		}
	}
}
