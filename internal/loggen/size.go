package loggen

import (
	"fmt"
	"strconv"
	"strings"
)

var sizeUnits = []struct {
	suffix string
	bytes  int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}

// ParseSize reads a size such as 256MiB, 1GiB or 4096.
func ParseSize(text string) (int64, error) {
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n <= 0 || n > 1<<50/u.bytes {
			break
		}
		return n * u.bytes, nil
	}
	return 0, fmt.Errorf("size %q: want a number of bytes, KiB, MiB or GiB", text)
}

// FormatSize is the reverse of ParseSize, with the largest unit that divides
// the size.
func FormatSize(size int64) string {
	for _, u := range sizeUnits {
		if size >= u.bytes && size%u.bytes == 0 {
			return strconv.FormatInt(size/u.bytes, 10) + u.suffix
		}
	}
	return strconv.FormatInt(size, 10)
}
