package when

import "testing"

// TestKeywordsAroundChanges has the moments at which ausearch 3.0.9 finds other
// days.
func TestKeywordsAroundChanges(t *testing.T) {
	for _, tc := range []struct{ now, zone, text, want string }{
		// ausearch: the 28th, as the 29th had 23 hours.
		{"2026-03-30T00:30:00+02:00", "Europe/Berlin", "yesterday", "2026-03-29T00:00:00.000+01:00"},
		// ausearch: the 25th itself, as it had 25 hours.
		{"2026-10-25T23:30:00+01:00", "Europe/Berlin", "yesterday", "2026-10-24T00:00:00.000+02:00"},
		// ausearch: 01:00.
		{"2026-10-26T23:30:00+01:00", "Europe/Berlin", "yesterday", "2026-10-25T00:00:00.000+02:00"},
		{"2026-10-28T12:10:00+01:00", "Europe/Berlin", "this-month", "2026-10-01T00:00:00.000+02:00"},
		// ausearch: the 24th.
		{"2026-04-01T00:30:00+02:00", "Europe/Berlin", "week-ago", "2026-03-25T00:00:00.000+01:00"},
		// ausearch: Saturday, the 28th.
		{"2026-03-31T00:30:00+02:00", "Europe/Berlin", "this-week", "2026-03-29T00:00:00.000+01:00"},

		// ausearch agrees.
		{"2026-11-21T12:10:00+01:00", "Europe/Berlin", "this-week", "2026-11-15T00:00:00.000+01:00"},
		{"2026-11-22T12:10:00+01:00", "Europe/Berlin", "this-week", "2026-11-22T00:00:00.000+01:00"},
		{"2026-07-23T12:10:00+02:00", "Europe/Berlin", "this-year", "2026-01-01T00:00:00.000+01:00"},
		{"2026-03-01T00:00:00Z", "UTC", "yesterday", "2026-02-28T00:00:00.000Z"},
		{"2024-03-01T00:00:00Z", "UTC", "yesterday", "2024-02-29T00:00:00.000Z"},
		{"2026-01-01T00:00:00Z", "UTC", "this-week", "2025-12-28T00:00:00.000Z"},
		{"2026-11-23T03:00:00Z", "America/New_York", "today", "2026-11-22T00:00:00.000-05:00"},
		{"2026-11-23T03:00:00Z", "Asia/Kathmandu", "today", "2026-11-23T00:00:00.000+05:45"},
	} {
		got, err := Since(tc.text, Reference{Now: at(t, tc.now, tc.zone)})
		if err != nil {
			t.Errorf("%s at %s: %v", tc.text, tc.now, err)
		} else if got.Format(milliForm) != tc.want {
			t.Errorf("%s at %s: %s, want %s", tc.text, tc.now, got.Format(milliForm), tc.want)
		}
	}
}
