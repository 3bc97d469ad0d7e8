package agent

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/witness"
)

// A watcher is a source of observations.
type watcher interface {
	Name() string
	Status() witness.Status
	Run(ctx context.Context, give witness.Give) error
}

// sources are all that the service watches.
type sources struct {
	a        *agent
	log      *logSource
	watchers []watcher
	over     chan struct{} // closed when standard input has ended
}

func newSources(a *agent) (*sources, error) {
	s := &sources{a: a, watchers: slices.Clone(a.host.watchers), over: make(chan struct{})}
	if a.host.Demo != nil {
		return s, nil
	}
	var err error
	if s.log, err = newLogSource(a); err != nil {
		return nil, err
	}
	watchers, err := newWatchers(&a.config, witness.Base{
		Node: a.config.Node, Processes: witness.NewProcesses(), Now: a.host.Now,
		States: func(prefix string) (map[string][]byte, error) { return a.store.States(context.Background(), prefix) },
	})
	s.watchers = append(s.watchers, watchers...)
	return s, err
}

// newWatchers makes the sources of observations that the settings ask for.
func newWatchers(c *Config, base witness.Base) (all []watcher, err error) {
	if !slices.Contains(c.Libvirt, Off) {
		o := witness.LibvirtOptions{Period: c.Sweep}
		if !slices.Contains(c.Libvirt, Auto) {
			o.URIs = c.Libvirt
		}
		drivers, err := witness.NewLibvirt(base, o)
		if err != nil {
			return nil, err
		}
		for _, l := range drivers {
			all = append(all, l)
		}
	}
	if len(c.QMP) > 0 {
		q, err := witness.NewQMP(base, witness.QMPOptions{Sockets: c.QMP, Interval: c.Sweep})
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	if c.Proc != Off {
		all = append(all, witness.NewProc(base, witness.ProcOptions{Interval: c.Sweep}))
	}
	return all, nil
}

// retry is how long a source rests after an error.
const retry = 10 * time.Second

// run watches until the context ends. A source that fails doesn't stop the others.
func (s *sources) run(ctx context.Context) {
	if s.log == nil {
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		s.keep(ctx, "log", s.log.run, func(err error) bool { return errors.Is(err, follow.ErrEnded) })
		if ctx.Err() == nil {
			close(s.over)
		}
	})
	for _, w := range s.watchers {
		wg.Go(func() {
			s.keep(ctx, w.Name(), func(ctx context.Context) error { return s.watch(ctx, w) }, nil)
		})
	}
	wg.Wait()
}

// keep runs a source again and again, until the context ends or over says that its error
// is final.
func (s *sources) keep(ctx context.Context, name string, run func(context.Context) error, over func(error) bool) {
	for ctx.Err() == nil {
		err := run(ctx)
		if ctx.Err() != nil || over != nil && over(err) {
			return
		}
		s.a.log.Error("a source ended; it is tried again", "source", name, "error", err, "after", retry)
		select {
		case <-ctx.Done():
		case <-time.After(retry):
		}
	}
}

// reportsAhead is how many reports of a witness may be uncommitted when it goes on: the
// first sweep of many guests makes one for each.
const reportsAhead = 128

// watch commits what a witness reports, until the witness ends. What wasn't stored is
// found and told again when it runs again, as that begins with what is stored.
func (s *sources) watch(ctx context.Context, w watcher) error {
	line := ahead{w: s.a.writer, most: reportsAhead}
	err := w.Run(ctx, func(r witness.Report) error { return line.offer(&offer{facts: r.Facts, state: r.State}) })
	return errors.Join(err, line.committed())
}
