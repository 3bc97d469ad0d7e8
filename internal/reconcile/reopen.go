package reconcile

import (
	"strconv"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// A reopening is that a run was said to be over, and shown after that.
type reopening struct {
	gone, shown     span
	goneBy, shownBy int
}

// maxReopened is how many times of a run are kept, the last ones.
const maxReopened = 16

// reopen takes back that a run is over, as a witness shows it. What others told of
// its end holds when it ends after all.
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

// disagreed finds that one witness said that the run is over and another showed
// it after that. What ended it may have ended other runs too.
func (j *judge) disagreed() {
	for _, o := range j.run.reopened {
		f := j.find(trail.Unconfirmed, o.gone, "gone-"+strconv.FormatUint(j.run.id, 10), o.shownBy)
		f.Facts = []uint64{o.gone.fact, o.shown.fact}
		f.Text = j.who(o.goneBy) + " shows that the guest is gone, and " + j.who(o.shownBy) + " shows that it runs"
	}
}
