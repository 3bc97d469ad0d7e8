package libvirtxml

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// cSpace is what C's isspace calls a space.
const cSpace = " \t\n\v\f\r"

// parseUint reads a number as C's strtoull does of which nothing may be left
// over: blanks before it and a plus are allowed, nothing is behind it. In base
// 0 a leading 0x is hex and a leading 0 octal.
func parseUint(s string, base, bits int) (uint64, error) {
	digits := strings.TrimPrefix(strings.TrimLeft(s, cSpace), "+")
	if base == 0 {
		digits, base = cBase(digits)
	}
	v, err := strconv.ParseUint(digits, base, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, errors.New("too large a number")
	case err != nil:
		return 0, errors.New("not a number")
	}
	return v, nil
}

func cBase(digits string) (rest string, base int) {
	switch {
	case len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X"):
		return digits[2:], 16
	case strings.HasPrefix(digits, "0"):
		return digits, 8
	}
	return digits, 10
}

// uintAttr gives a number of 32 bits in any of C's bases, or the one that an
// attribute that isn't there stands for.
func (n *node) uintAttr(name string, missing uint64) (uint64, error) {
	value, ok := n.attr(name)
	if !ok {
		return missing, nil
	}
	v, err := parseUint(value, 0, 32)
	if err != nil {
		return 0, n.refuseAttr(name, "%w", err)
	}
	return v, nil
}

// neededUintAttr is uintAttr of an attribute that must be there.
func (n *node) neededUintAttr(name string) (uint64, error) {
	if _, ok := n.attr(name); !ok {
		return 0, n.lacks("@" + name)
	}
	return n.uintAttr(name, 0)
}

// count gives the element's text as a decimal number of 32 bits.
func (n *node) count() (uint64, error) {
	v, err := parseUint(n.text, 10, 32)
	if err != nil {
		return 0, n.refuse("%w", err)
	}
	return v, nil
}

// kib gives the amount of memory that an element's text says, in KiB, rounded
// up; 0 where there is no element, or nothing in it.
func (n *node) kib() (guest.Memory, error) {
	if n.content() == "" {
		return 0, nil
	}
	size, err := memorySize(n.text, n.attrOr("unit", ""))
	if err != nil {
		return 0, n.refuse("%w", err)
	}
	return size, nil
}

// memorySize gives an amount of memory in KiB, rounded up.
func memorySize(number, unit string) (guest.Memory, error) {
	v, err := scaled(number, unit, 1024, math.MaxInt64)
	if err != nil {
		return 0, err
	}
	size := guest.Memory(v/1024 + min(v%1024, 1))
	if size > maxMemory {
		return 0, errTooLarge
	}
	return size, nil
}

var errTooLarge = errors.New("too large an amount")

// scaled gives a number of bytes. The scale is that of a number without a unit.
func scaled(number, unit string, scale, limit uint64) (uint64, error) {
	v, err := parseUint(number, 10, 64)
	if err != nil {
		return 0, err
	}
	if unit != "" {
		if scale, err = unitBytes(unit); err != nil {
			return 0, err
		}
	}
	if v > limit/scale {
		return 0, errTooLarge
	}
	return v * scale, nil
}

// unitBytes gives how many bytes a unit is: of K and KiB it is 1024, of KB it
// is 1000, in any case.
func unitBytes(unit string) (uint64, error) {
	switch strings.ToLower(unit) {
	case "b", "byte", "bytes":
		return 1, nil
	}
	power := 1 + strings.IndexByte("kmgtpe", unit[0]|0x20)
	base := uint64(1024)
	switch strings.ToLower(unit[1:]) {
	case "", "ib":
	case "b":
		base = 1000
	default:
		power = 0
	}
	if power == 0 {
		return 0, fmt.Errorf("unknown unit %q", unit)
	}
	scale := uint64(1)
	for range power {
		scale *= base
	}
	return scale, nil
}
