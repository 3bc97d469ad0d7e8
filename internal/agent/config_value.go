package agent

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// text is a setting that may be any text, and empty.
func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, text string) error {
		*field(c) = text
		return nil
	}
}

// path is a setting that names a file.
func path(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, text string) error {
		if text == "" {
			return errors.New("no file is named")
		}
		*field(c) = text
		return nil
	}
}

const (
	day     = 24 * time.Hour
	longest = math.MaxInt64 / day * day
)

// duration is a setting between two durations.
func duration(field func(*Config) *time.Duration, least, most time.Duration) func(*Config, string) error {
	return func(c *Config, text string) error {
		d, err := parseDuration(text)
		switch {
		case err != nil:
			return err
		case d < least || d > most:
			return fmt.Errorf("%q: must be from %s to %s", text, durationText(least), durationText(most))
		}
		*field(c) = d
		return nil
	}
}

// units are those of durations. A day is 24 hours.
var units = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": day, "w": 7 * day,
}

// parseDuration reads whole numbers with their units: 30s, 10m, 1d12h, 90d. A 0
// needs none.
func parseDuration(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	wrong := fmt.Errorf("%q is no duration such as 30s, 10m or 90d", text)
	if text == "" {
		return 0, wrong
	}
	var sum time.Duration
	for rest := text; rest != ""; {
		digits := span(rest, true)
		word := span(rest[digits:], false)
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		unit, ok := units[rest[digits:digits+word]]
		if err != nil || !ok || n > int64((longest-sum)/unit) {
			return 0, wrong
		}
		sum += time.Duration(n) * unit
		rest = rest[digits+word:]
	}
	return sum, nil
}

// span counts the digits that a text begins with, or all that are none.
func span(s string, digits bool) int {
	for i := range len(s) {
		if (s[i] >= '0' && s[i] <= '9') != digits {
			return i
		}
	}
	return len(s)
}

// durationText writes a duration with the largest unit that it is a multiple of.
func durationText(d time.Duration) string {
	for _, u := range []string{"d", "h", "m", "s"} {
		if d > 0 && d%units[u] == 0 {
			return strconv.FormatInt(int64(d/units[u]), 10) + u
		}
	}
	return strconv.FormatInt(d.Milliseconds(), 10)
}

// checkLoopback refuses all addresses but those of this host alone.
func checkLoopback(address string) error {
	if address == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address with a port, such as 127.0.0.1:8471", address)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%q: port %q is no number up to 65535", address, port)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("%q: %q is not the loopback: the API is for this host alone, at 127.0.0.1, [::1] or localhost", address, host)
	}
	return nil
}
