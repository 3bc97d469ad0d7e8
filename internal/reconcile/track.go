package reconcile

import (
	"math"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A span is when something happened: later than after (0 if that isn't known), and not
// later than by.
type span struct {
	after, by int64
	fact      uint64 // the fact that shows it
	nth       int    // its number among what the fact shows
}

// The witnesses, by number. The first two say what is defined.
const (
	libvirt = iota
	qmp
	proc
	witnesses
)

var witnessNames = [witnesses]fact.Witness{fact.Libvirt, fact.QMP, fact.Proc}

// witnessOf gives a witness's number, or -1.
func witnessOf(w fact.Witness) int { return slices.Index(witnessNames[:], w) }

// A track is one thing that a run has or had, as witnesses show it.
type track struct {
	key
	thing fact.Thing
	names []string

	by    int             // the witness that showed it first
	has   [witnesses]bool // who shows it now
	ever  [witnesses]bool // who did at some time
	begin span
	// first says that it was there at its witness's first look at the run.
	first bool
	// shown is the last look that showed it.
	shown span

	ended bool
	end   span
	// doubtful says that the guest was being migrated when the thing came, and
	// doubtfulEnd when it went: then no record is missed.
	doubtful, doubtfulEnd bool

	// rank is its place among the run's things that are gone.
	rank int

	// old is what was in its place before, and into what came into its place.
	old, into *track
	// tells are the events that it came and went, if a process has it open.
	tells []*trail.Event
	// wants and endWants are the records that its beginning and its end should have.
	wants, endWants []fact.Wanted
}

// forever is the end of what hasn't ended.
const forever = math.MaxInt64

// declared tells whether a definition names the thing.
func (t *track) declared() bool { return t.by != proc }

// interval gives from when, at the earliest, to when, at the latest, the thing was
// there.
func (t *track) interval() (from, to int64) {
	if t.ended {
		return t.begin.after, t.end.by
	}
	return t.begin.after, forever
}

// until is when the thing went at the latest.
func (t *track) until() int64 {
	_, to := t.interval()
	return to
}

// also lists the witnesses that have shown the thing, except one.
func (t *track) also(but int) []fact.Witness {
	var all []fact.Witness
	for w, ever := range t.ever {
		if ever && w != but {
			all = append(all, witnessNames[w])
		}
	}
	return all
}

// A valueKey is a kind of quantity, and the witness that sees it.
type valueKey struct {
	kind string
	by   int
}

// A value is a quantity that a run has from some time on.
type value struct {
	kind   string
	n      uint64
	at     span
	first  bool // the first that its witness saw, so not a change
	by     int
	wants  []fact.Wanted
	doubts bool // the guest was being migrated
}
