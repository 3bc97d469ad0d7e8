package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A judge compares a run with its session of the log, and makes the session's row
// and the findings. What it makes is a function of what is known of both, and of how
// far the log was read.
type judge struct {
	*Deriver
	node *node
	run  *run
	log  *trail.Session // nil if the log doesn't know the run
	row  *trail.Session // what is made
	// judged has the places, among all holdings of the log's session, of those in
	// log and row, which are without the settled ones.
	judged []int
	lent   int             // how many holdings after these are of following sessions
	due    int64           // up to when the log must be read for the next decision
	asks   [witnesses]bool // whose word is needed for one

	places  map[key]*timeline        // the log's holdings
	pairs   map[*track]int           // the log's holding that a track is, by its place
	rows    map[*track]int           // the place of each track's holding in the row
	ends    map[*track]trail.Holding // for a track that has no holding: one with its end
	matched []bool                   // which holdings of the log have a track
	names   map[string]*timeline     // what was called so, and when: see claims
	found   map[string]*trail.Finding
	missing map[string][]fact.Wanted // the records that a finding says are missing
	told    map[trail.EventID]*trail.Event

	// What is needed to settle a track or a value:
	shownBy    map[*track][]int   // places of its holdings in the row
	foundOf    map[string]*track  // the track that a finding is about
	steps      map[int]trail.Step // the step that a value of the run made
	valueFound map[int]string     // the finding about one
}

// judge judges a run. The order of the steps matters: holdings are matched before
// the session's end is decided, and what definitions name has to be known before
// what only the process has open is found.
func (d *Deriver) judge(r *run) *judge {
	j := judge{
		Deriver: d, node: r.guest.node, run: r, due: forever,
		found: map[string]*trail.Finding{}, missing: map[string][]fact.Wanted{},
		told: map[trail.EventID]*trail.Event{}, shownBy: map[*track][]int{}, foundOf: map[string]*track{},
		steps: map[int]trail.Step{}, valueFound: map[int]string{},
	}
	j.begin()
	j.match()
	j.end()
	j.tracks()
	j.holdings()
	j.claims()
	j.process()
	j.quantities()
	j.claimed()
	j.disagreed()
	j.outlived()
	j.begun()
	j.close()
	r.due, r.asks = j.due, j.asks
	r.lacks = false
	for _, wants := range j.missing {
		r.lacks = r.lacks || len(wants) > 0
	}
	return &j
}

// begin makes the row: a copy of the log's, or one of the run's own.
func (j *judge) begin() {
	r := j.run
	j.judged = j.resettle(r)
	if r.session != nil {
		log := *r.session.row
		log.Holdings = make([]trail.Holding, len(j.judged))
		for n, i := range j.judged {
			log.Holdings[n] = r.session.row.Holdings[i]
		}
		j.log = &log
		j.follow()
		row := log
		row.Holdings = slices.Clone(log.Holdings)
		row.Attempts = r.session.row.Attempts
		row.Number = r.session.number()
		j.row = &row
		return
	}
	j.row = &trail.Session{
		ID: r.id, Node: j.node.name, UUID: r.guest.uuid, Name: cmp.Or(r.name, r.guest.name), Virt: r.virt,
		State: trail.Running, PID: uint64(r.pid), By: witnessNames[r.by], Number: r.number(),
		First: moment(r.first.by), Last: moment(r.last),
	}
	j.startUnrecorded()
}

// end ends the session if a witness shows that the run ended, and the log doesn't, or
// only knows that it did at some time.
func (j *judge) end() {
	r := j.run
	reopened := j.endedFalsely()
	if !r.ended {
		return
	}
	lost := trail.Lost
	switch {
	case reopened:
	case j.log == nil && r.told:
		lost = trail.Closed
	case j.log == nil:
	case j.log.State == trail.Lost && j.log.End == (trail.Moment{}) && j.log.EndBefore.Millis > r.gone.by:
	case j.log.State == trail.Running && j.decided(r.gone.by):
	default:
		return
	}
	if !reopened {
		j.stopUnrecorded()
	}
	j.row.State = lost
	j.row.EndAfter, j.row.EndBefore = moment(r.gone.after), moment(r.gone.by)
	if last := j.row.Last; j.log != nil && last.Millis > r.gone.after && last.Millis <= r.gone.by {
		j.row.EndAfter = last
	}
	j.row.EndReason = "gone, as " + string(witnessNames[r.goneBy]) + " shows"
	if r.reason != "" {
		j.row.EndReason = r.reason + " (" + string(witnessNames[r.reasonBy]) + ")"
	}
	for i := range j.row.Holdings {
		if h := &j.row.Holdings[i]; h.Ended == "" {
			h.Ended = trail.ByLoss
		}
	}
}

// close ends what is still held when the session is over.
func (j *judge) close() {
	row := j.row
	if row.State == trail.Running || row.State == trail.Starting {
		return
	}
	ended := trail.ByStop
	if row.State == trail.Lost {
		ended = trail.ByLoss
	}
	for i := range row.Holdings {
		h := &row.Holdings[i]
		if h.Ended != "" {
			continue
		}
		h.Ended = ended
		if row.End != (trail.Moment{}) {
			if h.To = row.End; h.To.Millis < h.From.Millis {
				h.To = h.From
			}
			continue
		}
		h.Latest, h.To = row.EndAfter, row.EndBefore
		if j.run.ended {
			h.End = j.run.gone.fact
		}
	}
}

// decided tells whether the log was read far enough past a time to say that a record
// is missing. If not, it notes how far it must be read.
func (j *judge) decided(by int64) bool {
	if by+j.window <= j.node.mark {
		return true
	}
	j.due = min(j.due, by+j.window)
	return false
}

// readable tells whether the log was written and read all through a span, so that it
// would have a record of what happened then.
func (j *judge) readable(s span) bool {
	from, to := s.after-j.window, s.by+j.window
	if s.after == 0 {
		from = s.by - j.window
	}
	for _, g := range j.node.unread {
		if g.from < to && g.to > from {
			return false
		}
	}
	for _, off := range j.node.unwritten {
		if off.From.Millis < to && (off.To == (trail.Moment{}) || off.To.Millis > from) {
			return false
		}
	}
	return true
}

// give gives out the row, and the findings and events that have changed.
func (j *judge) give() {
	r := j.run
	j.giveTold()
	if r.shownAs == r.id && j.row.ID != r.id {
		j.out.merge(r.id)
	}
	if r.news || r.shownAs != j.row.ID {
		j.out.belongs[r.id] = j.row.ID
	}
	r.shownAs, r.news = j.row.ID, false
	row := *j.row
	row.Holdings = r.settled.all(r.session, j.judged, row.Holdings[:len(j.judged)], row.Holdings[len(j.judged)+j.lent:])
	j.out.session(&row)
	as := shownAs{j.row.ID, r.guest.uuid, cmp.Or(r.name, r.guest.name)}
	for _, f := range r.settled.shownAs(as) {
		j.out.findings[f.ID] = f
	}
	for id, f := range j.found {
		as.to(f)
		f.Node, f.Count = j.node.name, max(f.Count, 1)
		if old := r.found[id]; old == nil || fmt.Sprint(*old) != fmt.Sprint(*f) {
			j.out.findings[id] = f
		}
	}
	for id := range r.found {
		if j.found[id] == nil {
			j.out.findings[id] = nil
		}
	}
	r.found = j.found
	j.giveLoss()
}

// giveLoss gives out the log's finding that the session was lost. If a witness knows
// more of when that was, the finding says so.
func (j *judge) giveLoss() {
	s := j.run.session
	if s == nil || s.lost == nil {
		return
	}
	f := *s.lost
	if j.row.EndBefore != j.log.EndBefore {
		f.Text = "the session ended without a stop: " + j.row.EndReason + "; the log tells only later: " + j.log.EndReason
	}
	j.out.findings[f.ID] = &f
}

// miss notes the records that are missing, in the order of the facts that want them.
func (j *judge) miss() {
	ids := slices.SortedFunc(maps.Keys(j.missing), func(a, b string) int {
		return cmp.Or(cmp.Compare(j.found[a].Facts[0], j.found[b].Facts[0]), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	for _, id := range ids {
		j.Deriver.miss(j.run, j.found[id], j.missing[id])
	}
}
