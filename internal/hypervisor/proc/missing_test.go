package proc

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
)

// What is missing is counted, and a refusal says what it takes.
func TestLosses(t *testing.T) {
	var l losses
	for range 1000 {
		l.add("descriptors", syscall.EACCES)
		l.add("descriptors", syscall.EPERM)
	}
	l.add("descriptors", syscall.EIO)
	l.add("paths", syscall.EIO)
	const want = "[descriptors, 2000 times: permission denied; it takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH " +
		"descriptors: input/output error paths: input/output error]"
	if got := fmt.Sprint(l); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !errors.Is(l[1].Err, syscall.EIO) {
		t.Errorf("%v isn't the error that it was", l[1].Err)
	}
}
