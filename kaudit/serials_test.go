package kaudit

import (
	"testing"
	"time"
)

// The first number follows the time; all have 32 bits, as the kernel's.
func TestSerials(t *testing.T) {
	origin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		last uint32
		now  time.Time
		next []uint64
	}{
		"a clock that isn't set":        {0, time.Unix(0, 0), []uint64{1, 2}},
		"the first moment":              {0, origin, []uint64{1, 2}},
		"a second later":                {0, origin.Add(time.Second), []uint64{9, 10}},
		"16 years later":                {0, origin.AddDate(16, 0, 0), []uint64{4039372801, 4039372802}},
		"17 years later":                {0, origin.AddDate(17, 0, 7), []uint64{1531905, 1531906}},
		"numbers that are known":        {31, origin.Add(time.Hour), []uint64{32, 33}},
		"all numbers of a boot used up": {maxSerial - 1, origin, []uint64{maxSerial, 1, 2}},
	} {
		s := serials{tc.last}
		for _, want := range tc.next {
			if got := s.next(tc.now); got.Serial != want || got.Millis != tc.now.UnixMilli() {
				t.Errorf("%s: %v, want number %d", name, got, want)
			}
		}
	}
}

// Whichever is higher, the last number or the time's, is gone on with.
func TestSerialsRenewed(t *testing.T) {
	now := time.Unix(serialsOrigin+100, 0)
	for last, want := range map[uint32]uint64{0: 801, 799: 801, 800: 801, 801: 802, 90_000: 90_001} {
		s := serials{last}
		s.renew(now)
		if got := s.next(now).Serial; got != want {
			t.Errorf("after %d: %d, want %d", last, got, want)
		}
	}
}
