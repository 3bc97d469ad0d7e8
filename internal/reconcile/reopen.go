package reconcile

import (
	"strconv"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A reopening is that one witness said that a run was over, and another showed it
// after that.
type reopening struct {
	gone, shown     span
	goneBy, shownBy int
}

// maxReopened is how many reopenings of a run are kept.
const maxReopened = 16

// reopen takes back that a run is over, as a witness shows it. What others told of its
// end is kept for when it really ends.
func (r *run) reopen(shown span, w int) {
	if len(r.reopened) == maxReopened {
		r.reopened = r.reopened[1:]
	}
	r.reopened = append(r.reopened, reopening{r.gone, shown, r.goneBy, w})
	r.ended, r.gone = false, span{}
	if r.views[w].gone {
		r.told, r.reason, r.endWants = false, "", nil
	}
}

// disagreed finds that one witness said that the run was over and another showed it
// after that. The same fact may have ended other runs too, so the run is in the
// finding's ID.
func (j *judge) disagreed() {
	for _, o := range j.run.reopened {
		f := j.find(trail.Unconfirmed, o.gone, "gone-"+strconv.FormatUint(j.run.id, 10), o.shownBy)
		f.Facts = []uint64{o.gone.fact, o.shown.fact}
		f.Text = j.who(o.goneBy) + " shows that the guest is gone, and " + j.who(o.shownBy) + " shows that it runs"
	}
}
