package report

import (
	"math"
	"testing"
)

func TestMemory(t *testing.T) {
	for _, tc := range []struct {
		kib  uint64
		want string
	}{
		{0, "0 KiB"},
		{1, "1 KiB"},
		{1000, "1000 KiB"},
		{1024, "1 MiB"},
		{1025, "1025 KiB"},
		{1100, "1100 KiB"},
		{1280, "1.25 MiB"},
		{1536, "1.5 MiB"},
		{1792, "1.75 MiB"},
		{262144, "256 MiB"},
		{1048576, "1 GiB"},
		{1048576 + 1024, "1025 MiB"},
		{1572864, "1.5 GiB"},
		{1048576 + 262144 + 256, "1280.25 MiB"},
		{1 << 30, "1 TiB"},
		{1 << 50, "1 EiB"},
		{1 << 63, "8192 EiB"},
		{math.MaxUint64, "18446744073709551615 KiB"},
	} {
		if got := memory(tc.kib); got != tc.want {
			t.Errorf("%d KiB: %s, want %s", tc.kib, got, tc.want)
		}
	}
}

func TestCounts(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{count(0, "disk"), "0 disks"},
		{count(1, "disk"), "1 disk"},
		{count(2, "disk"), "2 disks"},
		{count(2, "fs"), "2 fs"},
		{count(2, "anomaly"), "2 anomalies"},
		{count(2, ""), "2 "},
		{quantity("mem", 262144), "256 MiB"},
		{quantity("vcpu", 1), "1 vcpu"},
		{quantity("vcpu", 4), "4 vcpus"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
}
