package report

import (
	"encoding/binary"
	"testing"
	"time"
	_ "time/tzdata" // for machines without time zones

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestDuration(t *testing.T) {
	const base = 1793009600_000
	for _, tc := range []struct {
		from, to int64
		want     string
	}{
		{0, 0, "0s"},
		{0, 999, "0s"},
		{900, 1100, "1s"}, // as between the times that are shown
		{0, 59_000, "59s"},
		{0, 60_000, "1m 0s"},
		{0, 3_600_000, "1h 0m 0s"},
		{0, 86_400_000, "1d 0h 0m 0s"},
		{0, 1057263_000, "12d 5h 41m 3s"},
		{0, 400 * 86_400_000, "400d 0h 0m 0s"},
		{61_000, 0, "-1m 1s"}, // the clock was set back
		{500, 0, "0s"},
	} {
		got := duration(trail.Moment{Millis: base + tc.from}, trail.Moment{Millis: base + tc.to})
		if got != tc.want {
			t.Errorf("from %d to %d: %s, want %s", tc.from, tc.to, got, tc.want)
		}
	}
}

func TestTimesAndZones(t *testing.T) {
	winter := trail.Moment{Millis: 1793009600_999, Serial: 1}
	summer := trail.Moment{Millis: 1783009600_000, Serial: 1}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		loc  *time.Location
		at   trail.Moment
		time string
		zone string
	}{
		{nil, winter, "2026-10-26 10:13:20", "UTC"},
		{time.UTC, trail.Moment{}, "-", "UTC"},
		{berlin, winter, "2026-10-26 11:13:20", "Europe/Berlin"},
		{time.FixedZone("", -3600), winter, "2026-10-26 09:13:20", "-0100"},
	} {
		o := Options{Location: tc.loc}
		if got := o.time(tc.at); got != tc.time {
			t.Errorf("%v: %s, want %s", tc.loc, got, tc.time)
		}
		if got := o.zone(tc.at); got != tc.zone {
			t.Errorf("%v: zone %s, want %s", tc.loc, got, tc.zone)
		}
	}

	local := Options{Location: localZone(t)}
	if got := local.zone(summer, trail.Moment{}, winter); got != "CEST/CET" {
		t.Errorf("over the change of the clock the zone is %s", got)
	}
	if got := local.zone(); got != "local time" {
		t.Errorf("without a moment the zone is %s", got)
	}
}

// localZone gives a zone as a machine's own is: with abbreviations but without
// a name. It has summer time until 2026-10-25.
func localZone(t *testing.T) *time.Location {
	t.Helper()
	data := append([]byte("TZif"), make([]byte, 16)...)
	for _, n := range []uint32{0, 0, 0, 1, 2, 9, 1792890000} { // counts, and the change
		data = binary.BigEndian.AppendUint32(data, n)
	}
	data = append(data, 1)                      // to the second of the zones
	data = append(data, 0, 0, 0x1c, 0x20, 1, 0) // two hours
	data = append(data, 0, 0, 0x0e, 0x10, 0, 5) // one hour
	data = append(data, "CEST\x00CET\x00"...)
	loc, err := time.LoadLocationFromTZData("Local", data)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}
