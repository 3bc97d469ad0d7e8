package qmp

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Options say what a Watcher watches.
type Options struct {
	// Sockets are paths of monitors' sockets, or patterns of filepath.Match
	// (/run/vm/*/qmp.sock). Those of guests that libvirt runs have no place
	// here: it needs them for itself.
	Sockets []string
	// Interval is how often sockets are looked for and guests are asked; 0 is
	// ten seconds.
	Interval time.Duration
	// Gap is the shortest time between two snapshots of a guest, however many
	// events there are: a guest can cause some. 0 is a second.
	Gap time.Duration
	// Patience is how long a snapshot may take; 0 is ten seconds.
	Patience time.Duration
	// RetryTaken is how often a socket is tried that somebody else has. 0 is
	// never, until there is another socket of that name: a try at the wrong
	// moment would keep a manager that restarts from its guest.
	RetryTaken time.Duration
	// Now is the clock, by which all times in reports are; nil is time.Now.
	Now func() time.Time
}

// A Watcher watches the guests behind a set of sockets.
type Watcher struct {
	o       Options
	report  func(Report)
	telling sync.Mutex
	ended   chan ending
	sockets map[string]*socket // by path
	failed  string             // why sockets couldn't be listed
}

// NewWatcher makes a watcher that calls report with what it has to tell, one
// call at a time. A report that takes long delays others, and in the end costs
// events.
func NewWatcher(o Options, report func(Report)) (*Watcher, error) {
	if err := CheckPatterns(o.Sockets); err != nil {
		return nil, fmt.Errorf("qmp: watch %w", err)
	}
	setDefault(&o.Interval, 10*time.Second)
	setDefault(&o.Gap, time.Second)
	setDefault(&o.Patience, 10*time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Watcher{o: o, report: report, ended: make(chan ending), sockets: map[string]*socket{}}, nil
}

func setDefault(d *time.Duration, to time.Duration) {
	if *d <= 0 {
		*d = to
	}
}

// Run watches until the context ends. All monitors are free again when it
// returns. It is to be called once.
func (w *Watcher) Run(ctx context.Context) {
	ticker := time.NewTicker(w.o.Interval)
	defer ticker.Stop()
	w.scan(ctx)
	for {
		select {
		case <-ctx.Done():
			w.wait()
			return
		case e := <-w.ended:
			w.end(e)
		case <-ticker.C:
			w.scan(ctx)
		}
	}
}

// wait lets all followers end.
func (w *Watcher) wait() {
	for _, s := range w.sockets {
		if s.followed {
			<-w.ended
		}
	}
}

func (w *Watcher) tell(r Report) {
	w.telling.Lock()
	defer w.telling.Unlock()
	w.report(r)
}
