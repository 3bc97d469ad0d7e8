package when

import (
	"strings"
	"testing"
)

func TestAuvirt(t *testing.T) {
	for _, tc := range []struct{ date, clock, start, end string }{
		// What auvirt 3.0.9 gave.
		{"now", "", "2026-11-23T15:04:05.678+01:00", "2026-11-23T15:04:05.678+01:00"},
		{"recent", "", "2026-11-23T14:54:05.678+01:00", "2026-11-23T14:54:05.678+01:00"},
		{"today", "", "2026-11-23T00:00:00.000+01:00", "2026-11-23T15:04:05.999+01:00"},
		{"yesterday", "", "2026-11-22T00:00:00.000+01:00", "2026-11-22T00:00:00.999+01:00"},
		{"week-ago", "", "2026-11-16T00:00:00.000+01:00", "2026-11-16T00:00:00.999+01:00"},
		{"this-week", "", "2026-11-22T00:00:00.000+01:00", "2026-11-22T00:00:00.999+01:00"},
		{"this-month", "", "2026-11-01T00:00:00.000+01:00", "2026-11-01T00:00:00.999+01:00"},
		{"this-year", "", "2026-01-01T00:00:00.000+01:00", "2026-01-01T00:00:00.999+01:00"},
		{"boot", "", "2026-09-21T16:13:20.000+02:00", "2026-09-21T16:13:20.999+02:00"},
		{"11/22/26", "", "2026-11-22T00:00:00.000+01:00", "2026-11-22T00:00:00.999+01:00"},
		{"11/22/26", "14:00", "2026-11-22T14:00:00.000+01:00", "2026-11-22T14:00:00.999+01:00"},
		{"11/22/26", "14:00:05", "2026-11-22T14:00:05.000+01:00", "2026-11-22T14:00:05.999+01:00"},
		{"1/2/26", "2:30", "2026-01-02T02:30:00.000+01:00", "2026-01-02T02:30:00.999+01:00"},
		{"07/01/26", "14:00", "2026-07-01T14:00:00.000+02:00", "2026-07-01T14:00:00.999+02:00"},
		{"yesterday", "00:10", "2026-11-22T00:10:00.000+01:00", "2026-11-22T00:10:00.999+01:00"},
		{"today", "00:00:00", "2026-11-23T00:00:00.000+01:00", "2026-11-23T00:00:00.999+01:00"},

		// In other locales.
		{"11/20/2026", "", "2026-11-20T00:00:00.000+01:00", "2026-11-20T00:00:00.999+01:00"},
		{"20.11.2026", "14:00", "2026-11-20T14:00:00.000+01:00", "2026-11-20T14:00:00.999+01:00"},

		// What ausearch takes, and auvirt did not.
		{"14:00", "", "2026-11-23T14:00:00.000+01:00", "2026-11-23T14:00:00.999+01:00"},
		{"14:00", "11/22/26", "2026-11-22T14:00:00.000+01:00", "2026-11-22T14:00:00.999+01:00"},

		// What neither took.
		{"2026-11-22", "", "2026-11-22T00:00:00.000+01:00", "2026-11-22T00:00:00.999+01:00"},
		{"2026-11-22", "14:00:05.643", "2026-11-22T14:00:05.643+01:00", "2026-11-22T14:00:05.643+01:00"},
		{"2026-11-22T14:00Z", "", "2026-11-22T15:00:00.000+01:00", "2026-11-22T15:00:00.999+01:00"},
		{"2h ago", "", "2026-11-23T13:04:05.678+01:00", "2026-11-23T13:04:05.678+01:00"},
		{"10/25/26", "02:30", "2026-10-25T02:30:00.000+02:00", "2026-10-25T02:30:00.999+01:00"},
	} {
		start, err := AuvirtStart(tc.date, tc.clock, berlin(t))
		if err != nil {
			t.Error(err)
			continue
		}
		end, err := AuvirtEnd(tc.date, tc.clock, berlin(t))
		if err != nil {
			t.Error(err)
			continue
		}
		if start.Format(milliForm) != tc.start || end.Format(milliForm) != tc.end {
			t.Errorf("%s %s:\n got %s %s\nwant %s %s", tc.date, tc.clock,
				start.Format(milliForm), end.Format(milliForm), tc.start, tc.end)
		}
	}
}

// TestAuvirtLateDay has a day without a midnight.
func TestAuvirtLateDay(t *testing.T) {
	ref := Reference{Now: at(t, "2018-11-04T12:00:00Z", "America/Sao_Paulo")}
	got, err := AuvirtStart("today", "14:00", ref)
	if want := "2018-11-04T14:00:00.000-02:00"; err != nil || got.Format(milliForm) != want {
		t.Errorf("%v, %v, want %s", got, err, want)
	}
}

func TestAuvirtRefused(t *testing.T) {
	for _, tc := range []struct{ date, clock, want string }{
		{"11/22/70", "", `time "11/22/70": year 1970: there was no audit yet`},
		{"11/22/1999", "", `time "11/22/1999": year 1999: there was no audit yet`},
		{"11/22/69", "", `time "11/22/69": year 1969: outside the years 1970 to 9999`},
		{"02/30/26", "", `time "02/30/26": day out of range`},
		{"22/11/26", "", `time "22/11/26": month out of range`},
		{"22.11.26", "", `time "22.11.26": there are`},
		{"11/22/126", "", `time "11/22/126": which number`},
		{"11/22/26", "25:00", `time "25:00": hour out of range`},
		{"11/22/26", "23:5", `time "23:5": a time of day is written as in 14:00 or 14:00:05`},
		{"11/22/26", "now", `time "now": a time of day is written as in 14:00 or 14:00:05`},
		{"11/22/26", "02:48:00 AM", `time "02:48:00 AM": a time of day is written as in 14:00 or 14:00:05`},
		{"now", "14:00", `time "now 14:00": a date is needed beside a time of day`},
		{"14:00", "15:00", `time "15:00 14:00": a date is needed beside a time of day`},
		{"03/29/26", "02:30", `time "02:30": the clocks of Europe/Berlin skipped this time`},
		{"foo", "14:00", `time "foo": there are`},
		{"", "", `time "": there are`},
		{"checkpoint", "", `time "checkpoint": there are no checkpoint files here`},
	} {
		_, err := AuvirtStart(tc.date, tc.clock, berlin(t))
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("start %s %s: %v, want %s", tc.date, tc.clock, err, tc.want)
		}
		_, err = AuvirtEnd(tc.date, tc.clock, berlin(t))
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("end %s %s: %v, want %s", tc.date, tc.clock, err, tc.want)
		}
	}
}
