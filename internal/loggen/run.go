package loggen

import "fmt"

// The pids of guests and those of other processes are apart, so that an
// anomaly of another process is never taken for one of a guest by chance.
const (
	firstGuestPid = 200_000
	lastGuestPid  = 4_000_000
	firstOtherPid = 600
	lastOtherPid  = 150_000
)

// pair is a guest's pair of SELinux categories, the smaller first.
type pair struct{ a, b int }

func (p pair) String() string { return fmt.Sprintf("c%d,c%d", p.a, p.b) }

// run is what a start gives a guest, before it is known whether it succeeds.
type run struct {
	pid  int
	pair pair
}

func (n *node) newRun() run { return run{n.newPid(), n.newPair()} }

// newPid gives a guest a pid that no running guest has.
func (n *node) newPid() int {
	for {
		n.nextPid += 1 + n.rng.IntN(50)
		if n.nextPid > lastGuestPid {
			n.nextPid = firstGuestPid
		}
		if !n.pids[n.nextPid] {
			n.pids[n.nextPid] = true
			return n.nextPid
		}
	}
}

// free gives back a pid and a category pair, and remembers them for a while.
func (n *node) free(r run) {
	delete(n.pids, r.pid)
	delete(n.pairs, r.pair)
	if len(n.past) == 16 {
		n.past = append(n.past[:0], n.past[1:]...)
	}
	n.past = append(n.past, pastRun{r, n.queue.picks})
}

// pastRun is what a run had, and when it ended, by picked records.
type pastRun struct {
	run
	endedAt int64
}

// pastRun gives a run that ended a while ago, and whose pid and categories
// nobody has now.
func (n *node) pastRun() (run, bool) {
	if len(n.past) == 0 {
		return run{}, false
	}
	p := n.past[n.rng.IntN(len(n.past))]
	return p.run, n.queue.picks-p.endedAt >= apart && !n.pids[p.pid] && !n.pairs[p.pair]
}

// newPair gives a guest a category pair that no running guest has.
func (n *node) newPair() pair {
	for {
		a, b := n.rng.IntN(guestCategories), n.rng.IntN(guestCategories)
		p := pair{min(a, b), max(a, b)}
		if a != b && !n.pairs[p] {
			n.pairs[p] = true
			return p
		}
	}
}

// guestCategories is how many of the 1,024 categories guests have; other
// containers have the others.
const guestCategories = 512
