package agent

import (
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "30s": 30 * time.Second, "10m": 10 * time.Minute, "90d": 90 * 24 * time.Hour,
		"1d12h": 36 * time.Hour, "2w": 14 * 24 * time.Hour, "250ms": 250 * time.Millisecond, "106751d": longest,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "1", "d", "1.5h", "-1s", "+1s", "1 d", "1y", "1D", "106752d", "106751d1ms", "99999999999999999999s", "１s"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestDurationText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0", time.Second: "1s", 90 * time.Second: "90s", time.Hour: "1h", 48 * time.Hour: "2d", 5 * time.Minute: "5m",
	} {
		if got := durationText(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestCheckLoopback(t *testing.T) {
	for _, address := range []string{"", "127.0.0.1:0", "127.1.2.3:8471", "[::1]:65535", "localhost:80"} {
		if err := checkLoopback(address); err != nil {
			t.Errorf("%q: %v", address, err)
		}
	}
	for _, address := range []string{
		"127.0.0.1", ":80", "0.0.0.0:80", "[::]:80", "10.0.2.2:80", "example.org:80", "localhost.example.org:80",
		"127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:-1", "127.1:80", "[::ffff:10.0.0.1]:80",
	} {
		if err := checkLoopback(address); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}
