package when

import (
	"strings"
	"testing"
)

func TestAgo(t *testing.T) {
	const winter = "2026-11-23T15:04:05.678+01:00"
	for _, tc := range []struct{ now, text, want string }{
		{winter, "2h ago", "2026-11-23T13:04:05.678+01:00"},
		{winter, "-2h", "2026-11-23T13:04:05.678+01:00"},
		{winter, "2 hours ago", "2026-11-23T13:04:05.678+01:00"},
		{winter, "90m ago", "2026-11-23T13:34:05.678+01:00"},
		{winter, "10 minutes ago", "2026-11-23T14:54:05.678+01:00"},
		{winter, "1 min ago", "2026-11-23T15:03:05.678+01:00"},
		{winter, "5s ago", "2026-11-23T15:04:00.678+01:00"},
		{winter, "2592000 seconds ago", "2026-10-24T16:04:05.678+02:00"},
		{winter, "0h ago", winter},
		{winter, "3d ago", "2026-11-20T15:04:05.678+01:00"},
		{winter, "1w ago", "2026-11-16T15:04:05.678+01:00"},
		{winter, "1 week 2 days ago", "2026-11-14T15:04:05.678+01:00"},
		{winter, "1d12h ago", "2026-11-22T03:04:05.678+01:00"},
		{winter, "1d 2h 3m 4s ago", "2026-11-22T13:01:01.678+01:00"},
		{winter, "500000h ago", "1969-11-09"},

		// Days are the calendar's, hours are exact.
		{"2026-10-26T12:00:00+01:00", "1d ago", "2026-10-25T12:00:00.000+01:00"},
		{"2026-10-26T12:00:00+01:00", "2d ago", "2026-10-24T12:00:00.000+02:00"},
		{"2026-10-26T12:00:00+01:00", "48h ago", "2026-10-24T13:00:00.000+02:00"},
		{"2026-10-25T02:30:00+01:00", "1h ago", "2026-10-25T02:30:00.000+02:00"},
		{"2026-10-25T02:30:00+02:00", "0d ago", "2026-10-25T02:30:00.000+02:00"},
		{"2026-03-30T02:30:00+02:00", "1d ago", "2026-03-29T03:00:00.000+02:00"},
		{"2026-03-30T02:30:00+02:00", "1d1h ago", "2026-03-29T01:00:00.000+01:00"},
	} {
		got, err := Since(tc.text, Reference{Now: at(t, tc.now, "Europe/Berlin")})
		switch {
		case tc.want == "1969-11-09":
			if err == nil || !strings.HasSuffix(err.Error(), "outside the years 1970 to 9999") {
				t.Errorf("%s: %v, %v, want an error", tc.text, got, err)
			}
		case err != nil:
			t.Error(err)
		case got.Format(milliForm) != tc.want:
			t.Errorf("%s at %s: %s, want %s", tc.text, tc.now, got.Format(milliForm), tc.want)
		}
	}
}

// TestAgoTwice has a time of day that came twice on the day that is meant.
func TestAgoTwice(t *testing.T) {
	ref := Reference{Now: at(t, "2026-10-26T02:30:00+01:00", "Europe/Berlin")}
	if got, want := show("1d ago", ref), "2026-10-25T02:30:00.000+02:00 2026-10-25T02:30:00.000+01:00"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, _, err := At("1d ago", ref); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("got %v", err)
	}
}

func TestAgoRefused(t *testing.T) {
	const amounts = "an amount is a whole number and a unit, as in 2h, 90m or 1d12h"
	for _, tc := range []struct{ text, want string }{
		{"2h", "there are 2026-11-23"},
		{"+2h", "there are 2026-11-23"},
		{"2hago", "there are 2026-11-23"},
		{"an hour ago", amounts},
		{"ago", "there are 2026-11-23"},
		{" ago", amounts},
		{"-", amounts},
		{"-2h ago", amounts},
		{"1.5h ago", `"1": there are w, d, h, m and s, in this order`},
		{"2 ago", `"2": there are w, d, h, m and s, in this order`},
		{"2x ago", `"2x": there are w, d, h, m and s, in this order`},
		{"1 month ago", `"1month": there are w, d, h, m and s, in this order`},
		{"12h1d ago", `"1d": there are w, d, h, m and s, in this order`},
		{"1h1h ago", `"1h": there are w, d, h, m and s, in this order`},
		{"1000000000h ago", `"1000000000": an amount has at most 9 digits`},
		{"999999999h ago", "outside the years 1970 to 9999"},
		{"999999999w999999999d999999999h ago", "outside the years 1970 to 9999"},
		{"3660000d ago", "outside the years 1970 to 9999"},
	} {
		_, err := Since(tc.text, berlin(t))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: %v, want %s", tc.text, err, tc.want)
		}
	}
}
