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
	// Window is how far the log must be read past a change that a witness saw
	// before its record counts as missing; 0 is ten seconds.
	Window time.Duration
	// Numbers are how many sessions each guest had before the first fact, by node +
	// "\x00" + uuid, or name where there is no uuid. Boots are how many boots each
	// node had.
	Numbers, Boots map[string]int
}

// A Deriver makes a trail of facts. It is for one goroutine at a time.
type Deriver struct {
	log    *trail.Live
	rec    record.Record
	window int64
	before map[string]int // Options.Numbers

	nodes    map[string]*node
	runs     []*run // in order
	sessions map[uint64]*session
	ended    []*session // sessions of the log that are over, in order
	ahead    ahead
	added    uint64 // how many facts
	seq      uint64 // of the last one

	// forgotten has the numbers of guests of which nothing else is kept, and down
	// since when each source that isn't watched was lost.
	forgotten *recent.Map[forgottenKey, numbers]
	down      *recent.Map[sourceKey, down]
	// left has, by the ID of a forgotten session of the log, how many sessions
	// that the log doesn't know came before it.
	left *recent.Map[uint64, int]

	settleAfter int64 // the constants of these names; tests set others
	settleFrom  int

	out     *out
	missing []Missing
	unsure  map[string]bool // findings that an emission is not known to have happened
	intents []intent        // records that the log hasn't shown yet, in order
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

// checkEvery is how many records are taken at most before what is over is forgotten.
const checkEvery = 1024

// Add takes the next fact. If its text can't be read it gives an error, and goes on
// without that fact.
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
	return nil // a kind of a later version
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

// Delta gives what has changed since the last call.
func (d *Deriver) Delta() *trail.Delta {
	d.flush()
	o := d.out
	d.out = newOut()
	return o.delta()
}

// Waiting tells up to when the log must be read before the next thing can be
// decided; ok is false if nothing waits.
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

// check looks for missing records in the runs that have changed. It is called at
// points that the facts alone determine, so that the result doesn't depend on when
// somebody asks for it.
func (d *Deriver) check() {
	d.pull()
	for _, r := range d.runs {
		if r.overdue(); r.unchecked {
			r.unchecked = false
			d.judge(r).miss()
		}
	}
}

// isDue tells whether the log was read far enough to decide something that the run
// waits for.
func (r *run) isDue() bool { return r.due <= r.guest.node.mark }

// flush judges the runs that have changed, and gives out the result.
func (d *Deriver) flush() {
	d.pull()
	for _, r := range d.runs {
		if r.overdue(); r.dirty {
			r.dirty = false
			d.judge(r).give()
		}
	}
}

// overdue has the run judged anew if it is due.
func (r *run) overdue() {
	if r.isDue() {
		r.touch()
	}
}

// touch has all runs of a node judged anew.
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
