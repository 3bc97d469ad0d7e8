package witness

import (
	"context"
	"errors"
	"syscall"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/qmp"
)

// QMPOptions say which monitors of QEMU are watched, and how.
type QMPOptions struct {
	// Sockets are paths, or patterns of filepath.Match, of monitors' sockets of
	// guests that libvirt doesn't run.
	Sockets []string
	// Interval is how often guests are asked; 0 is ten seconds.
	Interval time.Duration
	// Patience is how long a monitor may take to answer; 0 is ten seconds.
	Patience time.Duration
}

// QMP watches guests of QEMU through their monitors. In facts each monitor is a source of
// its own: "qmp /run/vm/a.sock".
type QMP struct {
	base Base
	o    QMPOptions
	box  statusBox
}

// NewQMP makes the source. It fails if a pattern is malformed.
func NewQMP(b Base, o QMPOptions) (*QMP, error) {
	if o.Interval <= 0 {
		o.Interval = 10 * time.Second
	}
	q := &QMP{base: b.withDefaults(), o: o}
	q.box.status = Status{Name: q.Name(), Witness: fact.QMP, Absent: true}
	_, err := qmp.NewWatcher(q.options(), func(qmp.Report) {})
	return q, err
}

func (q *QMP) options() qmp.Options {
	return qmp.Options{Sockets: q.o.Sockets, Interval: q.o.Interval, Patience: q.o.Patience, Now: q.base.Now}
}

// Name is the source's name in the status.
func (q *QMP) Name() string { return "qmp" }

// Status tells how the source is doing. Its Why names the monitors that can't be watched,
// and the settings that name none.
func (q *QMP) Status() Status {
	s := q.box.get()
	all := qmp.Unfound(q.o.Sockets)
	if s.Why != "" {
		all = append(all, s.Why)
	}
	s.Why = problems(all)
	return s
}

// Run watches until the context ends or give fails, and returns the cause.
func (q *QMP) Run(ctx context.Context, give Give) (err error) {
	defer func() { q.box.end(q.base.Now(), err) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t, err := q.teller(give)
	if err != nil {
		return err
	}
	if err := t.begin(); err != nil {
		return err
	}
	watcher, err := qmp.NewWatcher(q.options(), func(r qmp.Report) {
		if ctx.Err() != nil {
			return
		}
		if err := t.take(r); err != nil {
			cancel(err)
		}
	})
	if err != nil {
		return err
	}
	watcher.Run(ctx)
	return context.Cause(ctx)
}

// take makes facts of what the watcher tells, and hands them over.
func (t *qmpTeller) take(r qmp.Report) error {
	m := t.monitor(r.Socket)
	var facts []fact.Fact
	state := map[string][]byte{}
	switch r.Kind {
	case qmp.Found, qmp.Same, qmp.Changed:
		facts = t.looked(m, &r, state)
	case qmp.Told:
		facts = t.told(m, &r)
	case qmp.Silent:
		facts = m.unwatched(r.To, r.Err.Error())
		t.interrupt(m, state)
	case qmp.Taken:
		facts = m.unwatched(r.To, r.Err.Error())
	case qmp.Failed:
		facts = t.failed(m, &r)
	case qmp.Gone:
		facts = t.gone(m, r.To, state)
	}
	t.stillWatched(r.To, state)
	if r.Kind != qmp.Same || len(facts) > 0 {
		t.count()
	}
	if s := r.Snapshot; s != nil && len(s.Unknown) == 0 {
		facts = append(facts, m.tick(r.Snapshot.Begun))
	}
	return t.report(facts, state)
}

// failed reports a monitor that can't be talked to. A socket at which nobody listens and
// no guest was known is one that a guest left behind.
func (t *qmpTeller) failed(m *monitor, r *qmp.Report) []fact.Fact {
	if m.guest == nil && errors.Is(r.Err, syscall.ECONNREFUSED) {
		return nil
	}
	return m.unwatched(r.To, r.Err.Error())
}
