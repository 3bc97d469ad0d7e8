package loggen

import (
	"io"
	"math/rand/v2"
)

// epoch is the time at which every log begins, in milliseconds.
const epoch = 1_793_000_000_000

// sim is the whole simulation: the nodes, and what they share.
type sim struct {
	cfg   Config
	rng   *rand.Rand
	out   *output
	tally *tally
	clock int64 // milliseconds
	nodes []*node
}

func newSim(w io.Writer, cfg Config) *sim {
	s := &sim{
		cfg:   cfg,
		rng:   rand.New(rand.NewPCG(cfg.Seed, 0)),
		out:   newOutput(w),
		tally: newTally(cfg.OnSession),
		clock: epoch,
	}
	for i := range cfg.Nodes {
		s.nodes = append(s.nodes, newNode(s, i))
	}
	return s
}

// step lets one node do one thing. The share of VIRT records is kept by
// letting guests act only when it has fallen below 3 %.
func (s *sim) step() {
	s.clock += s.gap()
	n := s.awake()
	switch {
	case n.isDown:
		n.boot()
	case s.cfg.OnlyVirt || s.tally.virtLines*100 < s.out.lines*3:
		n.act()
	default:
		n.background()
	}
}

// gap is the time to the next event: mostly little, at times a while.
func (s *sim) gap() int64 {
	if s.rng.IntN(8) == 0 {
		return s.rng.Int64N(2000)
	}
	return s.rng.Int64N(60)
}

// awake chooses a node that is up, or is due to boot.
func (s *sim) awake() *node {
	first := s.rng.IntN(len(s.nodes))
	soonest := s.nodes[first]
	for i := range s.nodes {
		n := s.nodes[(first+i)%len(s.nodes)]
		if n.bootAt <= s.clock {
			return n
		}
		if n.bootAt < soonest.bootAt {
			soonest = n
		}
	}
	s.clock = soonest.bootAt
	return soonest
}

// finish ends the log: late lines go out, and sessions are in their last state.
func (s *sim) finish() {
	for _, n := range s.nodes {
		n.queue.flush()
		n.endOfLog()
	}
}
