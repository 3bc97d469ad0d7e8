package kaudit

import (
	"encoding/binary"
	"testing"
)

// numbersOf makes a structure of 32-bit numbers.
func numbersOf(n ...uint32) []byte {
	var b []byte
	for _, v := range n {
		b = binary.NativeEndian.AppendUint32(b, v)
	}
	return b
}

// status makes an answer to typeGet: after the mask, these numbers, then zeros.
func status(n ...uint32) []byte {
	all := make([]uint32, 11)
	copy(all[1:], n)
	return numbersOf(all...)
}

func TestStatus(t *testing.T) {
	full := numbersOf(99, 2, 1, 4711, 10, 8192, 5, 6, 127, 15000, 8, 1, 2, 3)
	all := Status{
		Enabled: Locked, Failure: 1, PID: 4711, RateLimit: 10, BacklogLimit: 8192, Lost: 5, Backlog: 6,
		Features: 127, BacklogWaitTime: 15000, BacklogWaitTimeActual: 8,
	}
	first, before59 := all, all
	first.Features, first.BacklogWaitTime, first.BacklogWaitTimeActual = 0, 0, 0
	before59.BacklogWaitTimeActual = 0
	for name, tc := range map[string]struct {
		size int
		want Status
	}{
		"the first kernels": {8 * 4, first},
		"before 5.9":        {10 * 4, before59},
		"today":             {11 * 4, all},
		"of the future":     {14 * 4, all},
	} {
		if got, err := parseStatus(full[:tc.size]); err != nil || got != tc.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, tc.want)
		}
	}
}

func TestEnabledWords(t *testing.T) {
	for e, want := range map[Enabled]string{Off: "off", On: "on", Locked: "locked", 7: "7"} {
		if e.String() != want {
			t.Errorf("%d is %q, want %q", uint32(e), e, want)
		}
	}
}
