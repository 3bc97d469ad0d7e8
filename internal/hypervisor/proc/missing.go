package proc

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// A Missing is what could not be seen. A process may hold it or not.
type Missing struct {
	What  string // "descriptors", "access of files"
	Count int    // how many of them
	Err   error  // why
}

func (m Missing) String() string {
	if m.Count == 1 {
		return fmt.Sprintf("%s: %v", m.What, m.Err)
	}
	return fmt.Sprintf("%s, %d times: %v", m.What, m.Count, m.Err)
}

// errDenied is a refusal, and what helps.
var errDenied = errors.New("permission denied; it takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH")

// Errors of what was there and can't be taken at its word.
var (
	errTooMany   = errors.New("too many")
	errCut       = errors.New("too long, cut")
	errAmbiguous = errors.New("told twice, and differently")
	errRestless  = errors.New("changed while it was looked at")
	errEnding    = errors.New("the main thread has ended")
	errUnknown   = errors.New("the kernel doesn't tell")
)

// denied tells that it takes capabilities.
func denied(err error) bool { return errors.Is(err, fs.ErrPermission) }

// vanished tells that what was looked at isn't there any more.
func vanished(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH)
}

// losses collects what is missing, by what and why, so that there are few
// however much a process has open.
type losses []Missing

func (l *losses) add(what string, err error) {
	if denied(err) {
		err = errDenied
	}
	for i := range *l {
		m := &(*l)[i]
		if m.What == what && m.Err.Error() == err.Error() {
			m.Count++
			return
		}
	}
	*l = append(*l, Missing{what, 1, err})
}
