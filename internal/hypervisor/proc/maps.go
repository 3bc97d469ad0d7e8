package proc

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// maxMaps is how much of an address space's description is read: that of a
// process with 65530 mappings, which is the kernel's limit, of usual paths.
const maxMaps = 16 << 20

// Maps gives the files in a process's address space, each once, in a Sight of
// its own. What is mapped stays in use after its descriptor is closed. It takes
// longer than a Look and changes less.
func (s *Sweep) Maps(ctx context.Context, p Process) (*Sight, error) {
	proc, err := s.host.openProcess(p)
	if err != nil {
		return nil, fmt.Errorf("maps of %v: %w", p, err)
	}
	defer proc.close()
	l := look{sweep: s, proc: proc, process: &p, held: map[Held]int{}, sight: &Sight{Process: p}}
	l.ownMounts()
	err = proc.lines("maps", maxMaps, func(line []byte) bool {
		if h, ok := parseMapping(line); ok {
			l.add("", h)
		}
		return ctx.Err() == nil
	})
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("maps of %v: %w", p, ctx.Err())
	case err != nil:
		l.missing.add("mapped files", err)
	}
	if err := l.stillThere(); err != nil {
		return nil, fmt.Errorf("maps of %v: %w", p, err)
	}
	return mergeMappings(l.finish()), nil
}

// parseMapping reads a line of /proc/PID/maps that has a file. In a path only
// newlines are escaped, as \012, so that one which has that very text reads as
// one with a newline.
//
//	7f2a40000000-7f2a40021000 rw-s 00000000 fe:00 10093271    /srv/disk.img
func parseMapping(line []byte) (Held, bool) {
	var fields [5][]byte
	rest := line
	for i := range fields {
		rest = bytes.TrimLeft(rest, " ")
		fields[i], rest, _ = bytes.Cut(rest, []byte(" "))
	}
	path := strings.ReplaceAll(strings.TrimLeft(string(rest), " "), `\012`, "\n")
	inode, err := strconv.ParseUint(string(fields[4]), 10, 64)
	if err != nil || inode == 0 || path == "" {
		return Held{}, false
	}
	h := Held{Kind: Mapped, Inode: inode, FS: parseNumber(string(fields[3])), Access: Read}
	h.Path, h.Deleted = strings.CutSuffix(path, deletedMark)
	if perms := fields[1]; len(perms) == 4 && perms[1] == 'w' && perms[3] == 's' {
		h.Access = ReadWrite // what is written to others is a copy
	}
	return h, true
}

// parseNumber reads a device number in hexadecimal, fe:00.
func parseNumber(s string) guest.DeviceNumber {
	major, minor, _ := strings.Cut(s, ":")
	a, errA := strconv.ParseUint(major, 16, 32)
	b, errB := strconv.ParseUint(minor, 16, 32)
	if errA != nil || errB != nil {
		return guest.DeviceNumber{}
	}
	return guest.DeviceNumber{Major: uint32(a), Minor: uint32(b)}
}

// mergeMappings makes one of the parts of a file that may be written and of
// those that may not.
func mergeMappings(s *Sight) *Sight {
	writable := map[guest.DeviceNumber]map[uint64]bool{}
	for i := range s.Held {
		if h := &s.Held[i]; h.Access == ReadWrite {
			if writable[h.FS] == nil {
				writable[h.FS] = map[uint64]bool{}
			}
			writable[h.FS][h.Inode] = true
		}
	}
	s.Held = slices.DeleteFunc(s.Held, func(h Held) bool {
		return h.Access == Read && writable[h.FS][h.Inode]
	})
	for i := range s.Held {
		s.Held[i].Count = 1
	}
	return s
}
