package proc

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrGone says that a process has ended, or that its pid is another's by now.
var ErrGone = errors.New("process is gone")

// A Process is one of a guest or of a helper.
type Process struct {
	PID int
	// Start is when it was started, in the kernel's ticks since boot. With the
	// PID it is the process's identity in a boot: pids are used again.
	Start   uint64
	Parent  int // the parent's pid
	UID     int // the user as whom it acts
	Program Program
	// Exe is the program's file; "" where it may not be read, and Program is
	// what the process calls itself.
	Exe string
	// Name and UUID are the guest's as its command line has them. QEMU is told
	// both by libvirt, others less: "" is for unknown.
	Name, UUID string
	// Probe says that a QEMU has no machine: libvirt asks it what it can do.
	Probe bool
	// Forks says that a QEMU is told to go to the background: a process of it that
	// began just now may be the one that waits until another one runs the guest.
	Forks bool

	// told says that it had a command line, which the kernel shows only a while
	// after the program.
	told   bool
	claims claims
}

// Is tells whether two are the same process.
func (p Process) Is(o Process) bool { return p.PID == o.PID && p.Start == o.Start }

func (p Process) String() string { return fmt.Sprintf("process %d (%s)", p.PID, p.Program) }

// state is what /proc/PID/stat says.
type state struct {
	dead bool
	// ending: the main thread has ended or is about to, and with it has gone
	// what /proc shows of the process; other threads may go on.
	ending bool
	parent int
	start  uint64
}

// Fields of /proc/PID/stat, counted from the one after the name, and the flag of
// a thread that is on its way out (PF_EXITING), which gives up its descriptors
// before it is a zombie.
const (
	statState   = 0
	statParent  = 1
	statFlags   = 6
	statThreads = 17
	statStart   = 19

	exiting = 0x4
)

// parseState reads /proc/PID/stat: PID (NAME) STATE PARENT ... The name may
// have spaces, parentheses and newlines.
func parseState(text []byte) (state, error) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndex(text, []byte(") "))
	if open < 0 || end < open {
		return state{}, fmt.Errorf("stat %q has no name", text)
	}
	fields := strings.Fields(string(text[end+2:]))
	if len(fields) <= statStart {
		return state{}, fmt.Errorf("stat %q has %d fields after the name", text, len(fields))
	}
	var numbers [statStart + 1]uint64
	for _, i := range [...]int{statParent, statFlags, statThreads, statStart} {
		n, err := strconv.ParseUint(fields[i], 10, 64)
		if err != nil {
			return state{}, fmt.Errorf("stat: field %d: %w", i, err)
		}
		numbers[i] = n
	}
	ended := fields[statState] == "Z" || fields[statState] == "X" || numbers[statFlags]&exiting != 0
	return state{
		dead:   ended && numbers[statThreads] <= 1,
		ending: ended && numbers[statThreads] > 1,
		parent: int(numbers[statParent]),
		start:  numbers[statStart],
	}, nil
}

// stateOf reads the state of the process whose folder it is. One that has ended
// and is only waited for is gone.
func stateOf(proc folder) (state, error) {
	var buffer [1 << 10]byte
	text, _, err := proc.read("stat", buffer[:])
	if vanished(err) {
		return state{}, ErrGone
	}
	if err != nil {
		return state{}, fmt.Errorf("read stat: %w", err)
	}
	s, err := parseState(text)
	if err == nil && s.dead {
		err = ErrGone
	}
	return s, err
}

// openProcess opens a process's folder if it is still that process's.
func (h *Host) openProcess(p Process) (folder, error) {
	proc, err := openFolder(h.path("proc", strconv.Itoa(p.PID)))
	if err != nil {
		if vanished(err) {
			err = ErrGone
		}
		return 0, err
	}
	s, err := stateOf(proc)
	if err == nil && s.start != p.Start {
		err = ErrGone
	}
	if err != nil {
		proc.close()
		return 0, err
	}
	return proc, nil
}
