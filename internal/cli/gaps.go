package cli

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// storedGaps gives the findings of a store that tell when the service did not
// watch a source, within times as queries have them.
func storedGaps(ctx context.Context, s *store.Store, from, to int64) (gaps []*trail.Finding, err error) {
	q := store.FindingQuery{From: from, To: to, Kinds: []trail.FindingKind{trail.SourceUnwatched}}
	err = parts(store.MaxLimit, func(p store.Page) ([]*trail.Finding, string, error) {
		q.Page = p
		return s.Findings(ctx, q)
	}, func(n *trail.Finding) { gaps = append(gaps, n) })
	return gaps, err
}

// gapsWithin gives those of the hosts that are shown; of logs there are none, as
// nobody watched them.
func (v *view) gapsWithin(since, until time.Time) ([]*trail.Finding, error) {
	if v.gaps == nil {
		return nil, nil
	}
	gaps, err := v.gaps(between(&trail.Filter{Since: since, Until: until}))
	return slices.DeleteFunc(gaps, func(n *trail.Finding) bool { return !v.Node(n.Node) }), err
}

// untold gives the gaps that are not among the findings that are shown.
func untold(gaps, shown []*trail.Finding) []*trail.Finding {
	told := map[string]bool{}
	for _, n := range shown {
		told[n.ID] = true
	}
	return slices.DeleteFunc(gaps, func(n *trail.Finding) bool { return told[n.ID] })
}

// unread gives for each node when its log was not written, or was not read.
func (v *view) unread(gaps []*trail.Finding) map[string][]trail.Span {
	spans := map[string][]trail.Span{}
	for node, of := range v.unwatched {
		spans[node] = slices.Clip(of)
	}
	for _, n := range gaps {
		if n.By == fact.Log {
			spans[n.Node] = append(spans[n.Node], trail.Span{From: n.At, To: n.Until})
		}
	}
	return spans
}

// tellGaps says that an answer spans times in which nobody watched: below a text,
// and on standard error beside what programs read.
func tellGaps(std Streams, out io.Writer, f report.Format, gaps []*trail.Finding, options report.Options) error {
	if f == report.Text {
		return report.Gaps(out, gaps, options)
	}
	options.Width = 0
	return report.Gaps(prefixed{std.Err}, gaps, options)
}

// prefixed says before a line who says it.
type prefixed struct{ io.Writer }

func (p prefixed) Write(line []byte) (int, error) {
	if _, err := io.WriteString(p.Writer, "virtaudit: "); err != nil {
		return 0, err
	}
	return p.Writer.Write(line)
}
