package proc

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxCommandLine is how much of a command line is read. The kernel's own limit
// is that of a third of the stack, 2 MiB by default.
const maxCommandLine = 2 << 20

// Found is what Find finds.
type Found struct {
	Processes []Process // by pid
	Missing   []Missing
}

// Find finds the processes of guests and helpers. Those that are known from
// before, with a command line, are not read again; it could have been changed by
// whoever broke into them since.
func (h *Host) Find(ctx context.Context, known []Process) (Found, error) {
	f := finder{host: h, known: map[int]Process{}}
	for _, p := range known {
		f.known[p.PID] = p
	}
	all, err := openFolder(h.path("proc"))
	if err != nil {
		return Found{}, fmt.Errorf("open %s: %w", h.path("proc"), err)
	}
	defer all.close()
	err = all.each(".", func(name string) bool {
		if pid, err := strconv.Atoi(name); err == nil && pid > 0 {
			f.visit(all, name, pid)
		}
		return ctx.Err() == nil
	})
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return Found{}, fmt.Errorf("list %s: %w", h.path("proc"), err)
	}
	slices.SortFunc(f.found, func(a, b Process) int { return a.PID - b.PID })
	return Found{f.found, f.missing}, nil
}

// Process gives the process of a pid that another witness knows, and ErrGone
// if there is none. It may be of any program.
func (h *Host) Process(pid int) (Process, error) {
	f := finder{host: h}
	p, err := f.identify(pid)
	if err != nil {
		return p, fmt.Errorf("process %d: %w", pid, err)
	}
	return p, nil
}

type finder struct {
	host      *Host
	known     map[int]Process
	arguments []byte // a command line; it is big, so there is one a search
	found     []Process
	missing   losses
	link      [4 << 10]byte
}

// visit looks at one process. By far the most are none of a guest, so what it
// takes to tell that is one link.
func (f *finder) visit(all folder, name string, pid int) {
	text, err := all.link(name+"/exe", f.link[:])
	switch {
	case vanished(err): // ended, or the kernel's own
		return
	case err == nil && programOf(string(text)) == "":
		return
	case err == nil && f.isKnown(all, name, pid, string(text)):
		return
	}
	p, err := f.identify(pid)
	switch {
	case err != nil && !isGone(err):
		f.missing.add("processes", err)
	case err == nil && p.Program != "":
		f.found = append(f.found, p)
	}
}

// isKnown takes a process as it is known, if it is still that.
func (f *finder) isKnown(all folder, name string, pid int, exe string) bool {
	p, ok := f.known[pid]
	if !ok || p.Exe == "" || p.Exe != exe || !p.told {
		return false
	}
	proc, err := all.folder(name)
	if err != nil {
		return false
	}
	defer proc.close()
	s, err := stateOf(proc)
	if err != nil || s.start != p.Start {
		return false
	}
	p.Parent = s.parent // it changes when the parent ends
	f.found = append(f.found, p)
	return true
}

// identify reads who a process is.
func (f *finder) identify(pid int) (Process, error) {
	proc, err := openFolder(f.host.path("proc", strconv.Itoa(pid)))
	if vanished(err) {
		return Process{}, ErrGone
	}
	if err != nil {
		return Process{}, err
	}
	defer proc.close()
	s, err := stateOf(proc)
	if err != nil {
		return Process{}, err
	}
	p := Process{PID: pid, Start: s.start, Parent: s.parent, UID: userOf(proc)}
	exe, err := proc.link("exe", f.link[:])
	if err == nil {
		p.Exe = string(exe)
		p.Program = programOf(p.Exe)
	}
	args := f.commandLine(proc)
	if denied(err) && len(args) > 0 {
		f.missing.add("programs of processes", err)
		p.Program = programOf(args[0])
	}
	p.told = len(args) > 0
	p.readArguments(args)
	return p, nil
}

// userOf gives the user as whom a process acts, -1 if it can't be told.
func userOf(proc folder) int {
	text, _, err := proc.read("status", make([]byte, 4<<10))
	if ids := strings.Fields(statusLine(text, "Uid")); err == nil && len(ids) > 1 {
		if uid, err := strconv.Atoi(ids[1]); err == nil {
			return uid
		}
	}
	return -1
}

func (p *Process) readArguments(args []string) {
	switch p.Program {
	case "":
	case QEMU:
		p.readQEMU(args)
	default:
		p.readOthers(args)
	}
}

// commandLine gives a process's arguments; none of one of the kernel's own.
func (f *finder) commandLine(proc folder) []string {
	if f.arguments == nil {
		f.arguments = make([]byte, maxCommandLine)
	}
	text, cut, err := proc.read("cmdline", f.arguments)
	if err != nil && !vanished(err) {
		f.missing.add("command lines", err)
	}
	if cut {
		f.missing.add("command lines", errCut)
	}
	if len(text) == 0 {
		return nil
	}
	return strings.Split(string(bytes.TrimSuffix(text, []byte{0})), "\x00")
}
