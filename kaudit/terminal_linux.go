package kaudit

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// terminal gives the name below /dev of the terminal that standard input,
// output or error is, the first of them; "" if none is.
func terminal() string {
	for fd := range 3 {
		if _, err := unix.IoctlGetTermios(fd, unix.TCGETS); err != nil {
			continue
		}
		name, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		if info, statErr := os.Lstat(name); err == nil && statErr == nil && info.Mode()&os.ModeCharDevice != 0 {
			return strings.TrimPrefix(name, "/dev/")
		}
	}
	return ""
}

// answersProbe tells whether this kernel is one that refuses a text of one byte
// (Linux 5.6).
func answersProbe() bool {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return false
	}
	return since56(unix.ByteSliceToString(name.Release[:]))
}

func since56(release string) bool {
	var major, minor int
	n, _ := fmt.Sscanf(release, "%d.%d", &major, &minor)
	return n == 2 && (major > 5 || major == 5 && minor >= 6)
}
