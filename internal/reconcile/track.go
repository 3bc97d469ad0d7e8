package reconcile

import (
	"math"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A span is when something happened: after one time, 0 if that isn't known, and
// by another at the latest. The fact shows it, nth is its number there.
type span struct {
	after, by int64
	fact      uint64
	nth       int
}

// Witnesses by number. The first two say what is defined.
const (
	libvirt = iota
	qmp
	proc
	witnesses
)

var witnessNames = [witnesses]fact.Witness{fact.Libvirt, fact.QMP, fact.Proc}

// witnessOf gives a witness's number, or -1.
func witnessOf(w fact.Witness) int { return slices.Index(witnessNames[:], w) }

// A track is one thing that a run has, as witnesses show it.
type track struct {
	key
	thing fact.Thing
	names []string

	by    int             // the witness that showed it first
	has   [witnesses]bool // who shows it now
	ever  [witnesses]bool // who did at some time
	begin span
	// first tells that it was there when its witness looked at the run for the
	// first time.
	first bool
	// shown is the last look that showed it.
	shown span

	ended bool
	end   span
	// doubtful tells that the guest migrated then, so that no record is missed.
	doubtful, doubtfulEnd bool

	// rank is its place among the run's things that are gone.
	rank int

	// old was in this one's place before, into came into its place.
	old, into *track
	// tells are the events that it came and went, of what a process has open.
	tells []*trail.Event
	// wants and endWants are the records that its beginning and end should have.
	wants, endWants []fact.Wanted
}

// forever is when what holds still ends.
const forever = math.MaxInt64

// declared tells whether a definition names it.
func (t *track) declared() bool { return t.by != proc }

// interval gives since when, at the earliest, and up to when, at the latest, it
// was there.
func (t *track) interval() (from, to int64) {
	if t.ended {
		return t.begin.after, t.end.by
	}
	return t.begin.after, forever
}

// until is up to when it was there.
func (t *track) until() int64 {
	_, to := t.interval()
	return to
}

// also are the witnesses that show it, but for one.
func (t *track) also(but int) []fact.Witness {
	var all []fact.Witness
	for w, ever := range t.ever {
		if ever && w != but {
			all = append(all, witnessNames[w])
		}
	}
	return all
}

// A valueKey is a kind of quantities, and who sees it.
type valueKey struct {
	kind string
	by   int
}

// A value is a quantity that a run has from a time on.
type value struct {
	kind   string
	n      uint64
	at     span
	first  bool
	by     int
	wants  []fact.Wanted
	doubts bool
}
