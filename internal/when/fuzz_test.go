package when

import (
	"testing"
	"time"
)

// FuzzParse holds whatever is accepted to three rules: the first moment is not
// after the last, both lie in the years that are accepted, and each, written in
// full, is read as itself.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"now", "yesterday", "this-week", "boot", "2026-11-23", "2026-10-25T02:30", "2026-03-29 02:30:00",
		"2026-11-23T14:00:05.643+01:00", "20261123T140005Z", "14:00:05", "1d12h ago", "-90m", "2 hours ago",
		"1363099126.643:31", "@0", "11/22/26", "20.11.2026", "9999-12-31T23:59:59,999Z",
	} {
		f.Add(text, "14:00", uint32(1790000000), uint8(0))
	}
	var zones []*time.Location
	for _, name := range []string{"Europe/Berlin", "UTC", "America/Sao_Paulo", "Pacific/Apia", "Africa/Monrovia"} {
		zones = append(zones, at(f, "2026-11-23T12:00:00Z", name).Location())
	}
	f.Fuzz(func(t *testing.T, text, clock string, now uint32, zone uint8) {
		ref := Reference{Now: time.Unix(int64(now), 0).In(zones[int(zone)%len(zones)])}
		ref.Boot = func() (time.Time, error) { return ref.Now.Add(-time.Hour), nil }

		checkBounds(t, text, ref, forms)
		checkBounds(t, text, ref, auvirtForms)
		start, err := AuvirtStart(text, clock, ref)
		if err != nil {
			return
		}
		end, err := AuvirtEnd(text, clock, ref)
		if err != nil {
			t.Fatalf("a start but no end: %v", err)
		}
		if end.Before(start) {
			t.Fatalf("%q %q: end %v before start %v", text, clock, end, start)
		}
		checkItself(t, start, ref)
		checkItself(t, end, ref)
	})
}

func checkBounds(t *testing.T, text string, ref Reference, forms []form) {
	t.Helper()
	s, err := parse(text, ref, forms)
	if err != nil {
		return
	}
	if s.last.Before(s.first) {
		t.Fatalf("%q: last %v before first %v", text, s.last, s.first)
	}
	checkItself(t, s.first, ref)
	checkItself(t, s.last, ref)
}

func checkItself(t *testing.T, want time.Time, ref Reference) {
	t.Helper()
	if u := want.Unix(); u < earliest || u > latest {
		t.Fatalf("%v is out of range", want)
	}
	if want.Unix() < 0 {
		return // of 1969 in UTC, which is refused as written
	}
	text := want.UTC().Format("2006-01-02T15:04:05.000000000Z")
	first, last, err := At(text, ref)
	if err != nil {
		t.Fatal(err)
	}
	if !first.Equal(want) || !last.Equal(want) {
		t.Fatalf("%s is read as %v to %v", text, first, last)
	}
}
