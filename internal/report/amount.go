package report

import (
	"strconv"
	"strings"
)

// memory gives an amount of KiB in the largest binary unit in which it has no
// more than two decimals, so that it is exact.
func memory(kib uint64) string {
	units := [...]string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	whole, quarters, unit := kib, uint64(0), 0
	for unit+1 < len(units) && quarters == 0 && whole >= 1024 && whole%256 == 0 {
		whole, quarters = whole/1024, whole%1024/256
		unit++
	}
	return strconv.FormatUint(whole, 10) + [...]string{"", ".25", ".5", ".75"}[quarters] + " " + units[unit]
}

// quantity gives the value of a step as text.
func quantity(kind string, value uint64) string {
	n := strconv.FormatUint(value, 10)
	switch {
	case kind == "mem":
		return memory(value)
	case value == 1:
		return n + " " + escaped(kind)
	}
	return n + " " + plural(escaped(kind))
}

func plural(kind string) string {
	switch {
	case kind == "", strings.HasSuffix(kind, "s"):
		return kind
	case strings.HasSuffix(kind, "y"):
		return strings.TrimSuffix(kind, "y") + "ies"
	}
	return kind + "s"
}

// count gives a number of things in words: 1 guest, 2 guests.
func count(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.FormatInt(n, 10) + " " + plural(thing)
}
