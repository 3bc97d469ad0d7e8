package witness

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// ProcOptions say how processes are looked at.
type ProcOptions struct {
	// Host is the host to look at; nil is this one.
	Host *proc.Host
	// Interval is the time from one round to the next, give or take a tenth; 0 is half
	// a minute.
	Interval time.Duration
	// MapsEvery says in which rounds mapped files are looked at too: 20 is in every
	// twentieth. 0 is 20.
	MapsEvery int
}

// Proc watches what the processes of guests and of their helpers have open.
type Proc struct {
	base Base
	o    ProcOptions
	box  statusBox
}

const (
	// breath is the least time between two looks, besides rounds, at processes that
	// something was told of.
	breath = time.Second
	// idleTimes is after how many intervals it is checked again whether missing
	// capabilities are there, and maxIdle after what time at the latest.
	idleTimes = 10
	maxIdle   = 5 * time.Minute
)

// NewProc makes the source.
func NewProc(b Base, o ProcOptions) *Proc {
	if o.Host == nil {
		o.Host = proc.Local()
	}
	if o.Interval <= 0 {
		o.Interval = 30 * time.Second
	}
	if o.MapsEvery <= 0 {
		o.MapsEvery = 20
	}
	p := &Proc{base: b.withDefaults(), o: o}
	p.box.status = Status{Name: p.Name(), Witness: fact.Proc}
	return p
}

// Name is the source's name in facts.
func (p *Proc) Name() string { return string(fact.Proc) }

// Status tells how the source is doing.
func (p *Proc) Status() Status { return p.box.get() }

// Run looks until the context ends or give fails, and returns the cause.
func (p *Proc) Run(ctx context.Context, give Give) (err error) {
	defer func() { p.box.end(p.base.Now(), err) }()
	t, err := p.teller(give)
	if err != nil {
		return err
	}
	due := time.NewTimer(0)
	defer due.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-due.C:
			var wait time.Duration
			wait, err = t.turn(ctx)
			due.Reset(wait)
		case <-p.base.Processes.stirred:
			err = t.again(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// turn makes a round, if it has the capabilities, and tells how long to wait for the next.
func (t *procTeller) turn(ctx context.Context) (time.Duration, error) {
	if lacking, why := t.lacks(); why != "" {
		facts := t.unwatched(t.Now(), why)
		t.box.set(func(s *Status) { s.Lacking = lacking })
		return min(idleTimes*t.o.Interval, maxIdle), t.report(facts, nil)
	}
	if err := t.round(ctx); err != nil {
		return 0, err
	}
	return t.o.Interval - t.o.Interval/10 + rand.N(t.o.Interval/5+1), nil
}

// lacks tells which capabilities are missing, and why nothing can be seen, in words.
func (t *procTeller) lacks() (lacking []string, why string) {
	lacking, err := t.o.Host.Lacking()
	switch {
	case err != nil:
		return nil, err.Error()
	case len(lacking) > 0:
		return lacking, "to look at the guests' processes it lacks " + strings.Join(lacking, " and ")
	}
	return nil, ""
}

// again looks at processes that something was told of, but not too often.
func (t *procTeller) again(ctx context.Context) error {
	if t.up == nil || !*t.up {
		return nil // a round will come
	}
	wait := time.NewTimer(breath)
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-wait.C:
	}
	return t.partial(ctx, t.Processes.take())
}
