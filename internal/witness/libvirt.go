package witness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
)

// LibvirtOptions say which guests of libvirt are watched, and how.
type LibvirtOptions struct {
	// URIs name the drivers to watch, as virsh takes them. Without any, all drivers
	// that this host has are watched, as soon as their daemons' sockets are there.
	URIs []string
	// RunDir is the folder of the sockets; "" is /run/libvirt.
	RunDir string
	// ReadWrite uses the sockets that also allow changes, for daemons without
	// read-only ones.
	ReadWrite bool
	// Period is how long a sweep takes; 0 is half a minute.
	Period time.Duration
	// Timeout is how long a daemon may take to answer; 0 is 10 s.
	Timeout time.Duration
}

// drivers are looked for if no URI is given.
var drivers = []string{"qemu:///system", "lxc:///system"}

// Libvirt watches the guests of one driver of libvirt.
type Libvirt struct {
	base     Base
	endpoint libvirt.Endpoint
	o        LibvirtOptions
	given    bool // the URI was given by the caller
	box      statusBox
}

// CheckURIs tells what is wrong with URIs, if anything.
func CheckURIs(uris []string) error {
	_, err := endpoints(uris, LibvirtOptions{})
	return err
}

// endpoints gives the endpoints of URIs. No two may be of the same driver.
func endpoints(uris []string, o LibvirtOptions) (all []libvirt.Endpoint, err error) {
	for _, uri := range uris {
		e, err := libvirt.ParseURI(uri, o.RunDir, o.ReadWrite)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(other libvirt.Endpoint) bool { return other.URI == e.URI }) {
			return nil, fmt.Errorf("libvirt URI %q: its driver is watched already", uri)
		}
		all = append(all, e)
	}
	return all, nil
}

// NewLibvirt gives a source for each driver.
func NewLibvirt(b Base, o LibvirtOptions) ([]*Libvirt, error) {
	uris, given := o.URIs, true
	if len(uris) == 0 {
		uris, given = drivers, false
	}
	found, err := endpoints(uris, o)
	if err != nil {
		return nil, err
	}
	var all []*Libvirt
	for _, endpoint := range found {
		l := &Libvirt{base: b.withDefaults(), endpoint: endpoint, o: o, given: given}
		l.box.status = Status{Name: l.Name(), Witness: fact.Libvirt, Absent: !given}
		all = append(all, l)
	}
	return all, nil
}

// Name is the source's name in facts.
func (l *Libvirt) Name() string { return "libvirt " + l.endpoint.URI }

// Status tells how the source is doing.
func (l *Libvirt) Status() Status { return l.box.get() }

// Run watches until the context ends or give fails, and returns the cause.
func (l *Libvirt) Run(ctx context.Context, give Give) (err error) {
	defer func() { l.box.end(l.base.Now(), err) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t, err := l.teller(give)
	if err != nil {
		return err
	}
	if err := t.begin(); err != nil {
		return err
	}
	if err := l.await(ctx, t); err != nil {
		return err
	}
	watcher := libvirt.New(libvirt.Config{
		Endpoint: l.endpoint, Seed: t.seed(), Period: l.o.Period, Timeout: l.o.Timeout, Now: l.base.Now,
	})
	return watcher.Run(ctx, func(i libvirt.Item) {
		if ctx.Err() != nil {
			return
		}
		if err := t.take(i); err != nil {
			cancel(err)
		}
	})
}

// await waits for the socket of a driver that no URI asked for. If guests of it were
// watched before, it doesn't wait: then the missing socket is to be reported.
func (l *Libvirt) await(ctx context.Context, t *libvirtTeller) error {
	if l.given || t.swept.To != 0 {
		return nil
	}
	tick := time.NewTicker(retry)
	defer tick.Stop()
	for !slices.ContainsFunc(l.endpoint.Sockets, isThere) {
		t.absent(l.base.Now(), "no daemon has a socket here")
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

// retry is the time between two looks for a driver's socket.
const retry = 5 * time.Second

func isThere(socket string) bool {
	_, err := os.Stat(socket)
	return err == nil
}

// take makes facts of what the watcher tells, and hands them over.
func (t *libvirtTeller) take(item libvirt.Item) error {
	switch i := item.(type) {
	case libvirt.Connected:
		return t.report([]fact.Fact{t.watched(i.At, timeOf(t.swept.To))}, nil)
	case libvirt.Lost:
		return t.takeLost(i)
	case libvirt.Missed:
		return t.takeMissed(i)
	case libvirt.Seen:
		return t.takeSeen(i)
	case libvirt.Changed:
		return t.takeChanged(i)
	case libvirt.Gone:
		return t.takeGone(i)
	case libvirt.Failed:
		return t.takeFailed(i)
	case libvirt.Event:
		return t.takeEvent(i)
	case libvirt.Swept:
		return t.takeSwept(i)
	}
	return nil
}

// takeLost reports that the guests are no longer watched, unless it is a daemon that never
// had the driver.
func (t *libvirtTeller) takeLost(i libvirt.Lost) error {
	if errors.Is(i.Err, libvirt.ErrNoDriver) && t.up == nil && t.swept.To == 0 && !t.given {
		t.absent(i.At, i.Err.Error())
		return nil
	}
	return t.report(t.unwatched(i.At, i.Err.Error()), nil)
}

// takeMissed reports that events were lost, as if nobody had watched for a moment.
func (t *libvirtTeller) takeMissed(i libvirt.Missed) error {
	t.box.set(func(s *Status) { s.Missed += uint64(i.Events) })
	facts := t.unwatched(i.At, fmt.Sprintf("%d events were lost: more came than could be held", i.Events))
	return t.report(append(facts, t.watched(i.At, timeOf(t.swept.To))), nil)
}

// takeSwept stores up to when the guests are known to be unchanged, and reports what was
// withheld if that is allowed by now.
func (t *libvirtTeller) takeSwept(i libvirt.Swept) error {
	t.swept = sweptState{Boot: t.Boot, From: millis(i.From), To: millis(i.To)}
	t.box.set(func(s *Status) { s.Guests, s.Swept, s.Took = i.Guests, i.To, i.To.Sub(i.From) })
	if err := t.overdue(i.From); err != nil {
		return err
	}
	return t.report([]fact.Fact{t.tick(i.From)}, map[string][]byte{t.prefix + "swept": fact.Encode(t.swept)})
}
