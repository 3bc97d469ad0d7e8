package proc

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/virtaudit/virtaudit/guest"
)

// maxDescriptors is how many descriptors of a process are looked at; of
// virtiofsd, which has those of all files that its guest is at, fewer.
const (
	maxDescriptors       = 16 << 10
	maxSharedDescriptors = 1 << 10
)

// A Sweep is one round through the processes of a host. It asks only once for
// what is the same for all of them: sockets, names of devices. It is for one
// goroutine.
type Sweep struct {
	host     *Host
	networks map[string]*network // by namespace
	nodes    map[device]string
	own      ownNamespaces
	buffer   [64 << 10]byte
	link     [2][4 << 10]byte
}

type device struct {
	kind   Kind
	number guest.DeviceNumber
}

// ownNamespaces are those of this process.
type ownNamespaces struct{ net, mount string }

// Sweep begins a round.
func (h *Host) Sweep() *Sweep {
	s := &Sweep{host: h, networks: map[string]*network{}, nodes: map[device]string{}}
	if self, err := openFolder(h.path("proc", "self")); err == nil {
		defer self.close()
		s.own = ownNamespaces{s.namespace(self, "net"), s.namespace(self, "mnt")}
	}
	return s
}

// namespace names one that a process is in, "" if it can't be told.
func (s *Sweep) namespace(proc folder, kind string) string {
	text, err := proc.link("ns/"+kind, s.link[0][:])
	if err != nil {
		return ""
	}
	return string(text)
}

// Look gives what a process has open. It fails with ErrGone if it has ended, or
// the pid is another's, and if the context ends; whatever else goes wrong is in
// the Sight as Missing.
func (s *Sweep) Look(ctx context.Context, p Process) (*Sight, error) {
	proc, err := s.host.openProcess(p)
	if err != nil {
		return nil, fmt.Errorf("look at %v: %w", p, err)
	}
	defer proc.close()
	l := look{
		sweep: s, proc: proc, process: &p, held: map[Held]int{},
		sight: &Sight{Process: p},
	}
	if err := l.all(ctx); err != nil {
		return nil, fmt.Errorf("look at %v: %w", p, err)
	}
	if err := l.stillThere(); err != nil {
		return nil, fmt.Errorf("look at %v: %w", p, err)
	}
	return l.finish(), nil
}

// stillThere fails with ErrGone for a process that has ended meanwhile, and so
// has shown only a part of what it held.
func (l *look) stillThere() error {
	s, err := stateOf(l.proc)
	switch {
	case isGone(err):
		return err
	case err != nil:
		l.missing.add("whether the process is there", err)
	case s.ending:
		l.missing.add("descriptors of other threads", errEnding)
	}
	return nil
}

func isGone(err error) bool { return errors.Is(err, ErrGone) }

// look is a look at one process.
type look struct {
	sweep    *Sweep
	proc     folder
	fds      folder
	infos    folder
	process  *Process
	sight    *Sight
	held     map[Held]int
	missing  losses
	nets     []*network
	reloaded bool    // the lists of sockets are newer than the look
	rootFS   *status // of the process's root, see isMemory
}

// all looks at every descriptor.
func (l *look) all(ctx context.Context) error {
	l.ownMounts()
	var err error
	if l.fds, err = l.proc.folder("fd"); err != nil {
		l.missing.add("descriptors", err)
		return nil
	}
	defer l.fds.close()
	if l.infos, err = l.proc.folder("fdinfo"); err != nil {
		l.missing.add("descriptors", err)
		return nil
	}
	defer l.infos.close()
	limit := maxDescriptors
	if l.process.Program == Virtiofsd {
		limit = maxSharedDescriptors
	}
	n := 0
	err = l.proc.each("fd", func(fd string) bool {
		if n++; n > limit {
			l.missing.add(fmt.Sprintf("descriptors after %d", limit), errTooMany)
			return false
		}
		l.descriptor(fd)
		return ctx.Err() == nil
	})
	if err != nil && !vanished(err) {
		l.missing.add("descriptors", err)
	}
	return ctx.Err()
}

func (l *look) ownMounts() {
	mount := l.sweep.namespace(l.proc, "mnt")
	l.sight.OwnMounts = mount != "" && mount != l.sweep.own.mount
}

// add takes what a descriptor is.
func (l *look) add(fd string, h Held) {
	h.Expected = expected(&h, fd, l.process)
	l.held[h]++
}

func (l *look) finish() *Sight {
	s := l.sight
	s.Held = make([]Held, 0, len(l.held))
	for h, n := range l.held {
		h.Count = n
		s.Held = append(s.Held, h)
	}
	slices.SortFunc(s.Held, Held.compare)
	s.Missing = l.missing
	return s
}
