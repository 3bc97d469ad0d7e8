package loggen

import "testing"

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"4096": 4096, "1KiB": 1024, "256MiB": 256 << 20, "8GiB": 8 << 30,
		"": 0, "0": 0, "-1MiB": 0, "1MB": 0, "GiB": 0, "99999999GiB": 0, "1.5GiB": 0,
	} {
		got, err := ParseSize(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestFormatSize(t *testing.T) {
	for size, want := range map[int64]string{
		1 << 30: "1GiB", 1536 << 20: "1536MiB", 4096: "4KiB", 1000: "1000",
	} {
		if got := FormatSize(size); got != want {
			t.Errorf("FormatSize(%d) = %s, want %s", size, got, want)
		}
	}
}
