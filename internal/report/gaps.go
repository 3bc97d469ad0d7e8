package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Gaps says that an answer spans times in which nobody watched a source; nothing
// where there is none. The findings are those of such times.
func Gaps(w io.Writer, gaps []*trail.Finding, o Options) error {
	if len(gaps) == 0 {
		return nil
	}
	out := bufio.NewWriter(w)
	o.paragraph(out, "", gapsText(gaps, o))
	return out.Flush()
}

func gapsText(gaps []*trail.Finding, o Options) string {
	last := slices.MaxFunc(gaps, func(a, b *trail.Finding) int { return cmp.Compare(lateness(a), lateness(b)) })
	when := "from " + o.time(last.At) + " to " + o.time(last.Until)
	if last.Until == (trail.Moment{}) {
		when = "since " + o.time(last.At)
	}
	return fmt.Sprintf("not watched %s, the last %s (%s, %s), so something may be missing: %s --kind %s",
		count(int64(len(gaps)), "time"), when, last.By, o.zone(last.At, last.Until), o.findingsCommand(), trail.SourceUnwatched)
}

// lateness orders gaps by when they began; the last is one that lasts.
func lateness(gap *trail.Finding) int64 {
	if gap.Until == (trail.Moment{}) {
		return math.MaxInt64
	}
	return gap.At.Millis
}
