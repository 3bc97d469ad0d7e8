package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
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
	last := slices.MaxFunc(gaps, func(a, b *trail.Finding) int { return cmp.Compare(a.At.Millis, b.At.Millis) })
	return fmt.Sprintf("not watched %s, the last from %s to %s (%s, %s), so something may be missing: %s --store --kind %s",
		count(int64(len(gaps)), "time"), o.time(last.At), o.time(last.Until), last.By, o.zone(last.At, last.Until),
		findingsCommand, trail.SourceUnwatched)
}
