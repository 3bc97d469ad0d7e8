package when

import (
	"testing"
	"time"
)

// TestInZone compares with a walk over all moments around each change of the
// clocks.
func TestInZone(t *testing.T) {
	for _, zone := range []string{
		"Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana",
		"America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia", "UTC",
	} {
		change := at(t, "1975-01-01T00:00:00Z", zone)
		for change.Year() < 2030 {
			compareInZone(t, change)
			_, next := change.ZoneBounds()
			if next.IsZero() {
				break
			}
			change = next
		}
	}
}

func compareInZone(t *testing.T, around time.Time) {
	t.Helper()
	const step, reach = 30 * time.Minute, 26 * time.Hour
	shown := map[time.Time][2]time.Time{} // by wall time
	for m := around.Add(-reach); !m.After(around.Add(reach)); m = m.Add(step) {
		bounds, seen := shown[wallOf(m)]
		if !seen {
			bounds[0] = m
		}
		bounds[1] = m
		shown[wallOf(m)] = bounds
	}
	middle := wallOf(around)
	for wall := middle.Add(-time.Hour); wall.Before(middle.Add(time.Hour)); wall = wall.Add(step) {
		first, last, ok := inZone(wall, around.Location())
		want, seen := shown[wall]
		switch {
		case ok != seen:
			t.Errorf("%v in %v: found %v, want %v", wall, around.Location(), ok, seen)
		case ok && !(first.Equal(want[0]) && last.Equal(want[1])):
			t.Errorf("%v in %v: from %v to %v, want %v", wall, around.Location(), first, last, want)
		case !ok && !(first.Equal(around) && last.Equal(around)):
			t.Errorf("%v in %v, skipped: from %v to %v, want %v", wall, around.Location(), first, last, around)
		}
	}
}

// TestDays has days that begin or end at another time than midnight.
func TestDays(t *testing.T) {
	for _, tc := range []struct{ zone, text, want string }{
		{"America/Sao_Paulo", "2018-11-03", "2018-11-03T00:00:00.000-03:00 2018-11-03T23:59:59.999-03:00"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00.000-02:00 2018-11-04T23:59:59.999-02:00"},
		{"America/Sao_Paulo", "2018-02-17", "2018-02-17T00:00:00.000-02:00 2018-02-17T23:59:59.999-03:00"},
		{"America/Havana", "2026-11-01", "2026-11-01T00:00:00.000-04:00 2026-11-01T23:59:59.999-05:00"},
		{"America/St_Johns", "2009-10-31", "2009-10-31T00:00:00.000-02:30 2009-10-31T23:59:59.999-03:30"},
		{"America/St_Johns", "2009-11-01", "2009-11-01T00:00:00.000-02:30 2009-11-01T23:59:59.999-03:30"},
		{"Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00.000-10:00 2011-12-29T23:59:59.999-10:00"},
		{"Pacific/Apia", "2011-12-30", `time "2011-12-30": the calendar of Pacific/Apia skipped this day`},
		{"Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00.000+14:00 2011-12-31T23:59:59.999+14:00"},
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-05T00:00:00.000+11:00 2026-04-05T23:59:59.999+10:30"},
	} {
		ref := Reference{Now: at(t, "2026-11-23T12:00:00Z", tc.zone)}
		if got := show(tc.text, ref); got != tc.want {
			t.Errorf("%s in %s:\n got %s\nwant %s", tc.text, tc.zone, got, tc.want)
		}
	}
}
