package reconcile

import (
	"cmp"
	"slices"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/recent"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// Options say how a Deriver works.
type Options struct {
	// Window is how far the log must have been read past a change that a witness
	// saw, before it is said that it has no record; 0 is ten seconds.
	Window time.Duration
	// Numbers are how many sessions guests had before the first fact, by node +
	// "\x00" + uuid, or name where there is no uuid. Boots are the boots that
	// nodes had.
	Numbers, Boots map[string]int
}

// A Deriver makes a trail of facts. It is not for several goroutines at once.
type Deriver struct {
	log    *trail.Live
	rec    record.Record
	window int64
	before map[string]int // Options.Numbers

	nodes    map[string]*node
	runs     []*run // in order
	sessions map[uint64]*session
	ended    []*session // those of the log that are over, in order
	ahead    ahead
	added    uint64 // facts
	seq      uint64 // of the last one

	// forgotten are the numbers of guests of which nothing else is kept, and down
	// since when sources aren't watched.
	forgotten *recent.Map[forgottenKey, numbers]
	down      *recent.Map[sourceKey, down]
	// left are how many sessions that the log doesn't know were before those of it
	// that are forgotten.
	left *recent.Map[uint64, int]

	settleAfter int64 // as the constant, and in tests other ones
	settleFrom  int

	out     *out
	missing []Missing
	unsure  map[string]bool // emissions of which a finding says so
	intents []intent        // that the log didn't show yet, in order
}

// New gives a Deriver that knows nothing.
func New(o Options) *Deriver {
	d := &Deriver{
		log: trail.NewLive(), window: cmp.Or(o.Window, 10*time.Second).Milliseconds(), before: o.Numbers,
		nodes: map[string]*node{}, sessions: map[uint64]*session{}, out: newOut(), unsure: map[string]bool{},
		settleAfter: max(settleAfter, 6*o.Window.Milliseconds()), settleFrom: settleFrom,
		forgotten: recent.New[forgottenKey, numbers](maxForgotten), down: recent.New[sourceKey, down](maxDown),
		left: recent.New[uint64, int](maxOver),
	}
	d.log.SetNumbers(o.Numbers)
	d.log.SetBoots(o.Boots)
	return d
}

// checkEvery is after how many records what is over is forgotten, at the latest.
const checkEvery = 1024

// Add takes the next fact. An error is of that fact's text, which is skipped.
func (d *Deriver) Add(f *fact.Fact) error {
	d.seq = f.Seq
	err := d.add(f)
	if f.Settled {
		d.log.Settle()
		d.caughtUp()
	}
	if d.added++; f.Kind != fact.Record || d.added%checkEvery == 0 {
		d.check()
		d.prune()
		d.settleRuns()
	} else if f.Settled && slices.ContainsFunc(d.runs, (*run).isDue) {
		d.check()
	}
	return err
}

func (d *Deriver) add(f *fact.Fact) error {
	switch f.Kind {
	case fact.Record:
		return d.record(f)
	case fact.Observation:
		d.pull()
		return d.observe(f)
	case fact.Watch:
		return d.watch(f)
	case fact.Tick:
		return d.tick(f)
	case fact.Intent:
		return d.intend(f)
	}
	return nil // of a later version
}

func (d *Deriver) record(f *fact.Fact) error {
	if err := f.ParseRecord(&d.rec); err != nil {
		return err
	}
	if d.own(f) {
		d.log.Own(f.Seq)
	}
	d.log.Add(f.Seq, f.Node, &d.rec)
	d.read(d.node(f.Node), f.Stamp.Millis)
	return nil
}

// Delta gives what has changed since it was last called.
func (d *Deriver) Delta() *trail.Delta {
	d.flush()
	o := d.out
	d.out = newOut()
	return o.delta()
}

// Waiting tells up to when the log must be read for something to be decided.
func (d *Deriver) Waiting() (until int64, ok bool) {
	d.flush()
	until = forever
	for _, r := range d.runs {
		if r.due > r.guest.node.mark {
			until = min(until, r.due)
		}
	}
	return until, until != forever
}

// check decides what can be decided, where facts alone say when: so it doesn't
// hang on when somebody asks what is missing.
func (d *Deriver) check() {
	d.pull()
	for _, r := range d.runs {
		if r.overdue(); r.unchecked {
			r.unchecked = false
			d.judge(r).miss()
		}
	}
}

// isDue tells whether the log was read up to where something of the run can be
// decided.
func (r *run) isDue() bool { return r.due <= r.guest.node.mark }

// flush brings what is given out up to what is known.
func (d *Deriver) flush() {
	d.pull()
	for _, r := range d.runs {
		if r.overdue(); r.dirty {
			r.dirty = false
			d.judge(r).give()
		}
	}
}

// overdue has the run judged anew where that is so.
func (r *run) overdue() {
	if r.isDue() {
		r.touch()
	}
}

// touch notes that all runs of a node are to be judged anew.
func (d *Deriver) touch(node string) {
	for _, r := range d.runs {
		if r.guest.node.name == node {
			r.touch()
		}
	}
}

func (d *Deriver) node(name string) *node {
	n := d.nodes[name]
	if n == nil {
		n = &node{deriver: d, name: name, guests: map[string]*guest{}}
		d.nodes[name] = n
	}
	return n
}
