package report

import (
	"bufio"
	"io"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// findingsJSON writes one object a line.
func findingsJSON(w io.Writer, findings []*trail.Finding, o Options) error {
	out := bufio.NewWriter(w)
	var j jsonText
	for _, f := range findings {
		j.b, j.lines = j.b[:0], o.recordsOf(f.Node)
		j.finding(f)
		j.b = append(j.b, '\n')
		if _, err := out.Write(j.b); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (j *jsonText) finding(f *trail.Finding) {
	j.open('{')
	j.string("kind", string(f.Kind))
	j.string("severity", f.Severity.String())
	j.string("node", f.Node)
	j.string("uuid", f.UUID)
	j.string("name", f.Name)
	j.ofSession(f.Session)
	j.time("time", f.At)
	j.time("until", f.Until)
	j.resource(f.Resource)
	j.int("count", int64(f.Count))
	if len(f.Others) > 0 {
		j.list("others", len(f.Others), func(i int) {
			o := f.Others[i]
			j.string("uuid", o.UUID)
			j.string("name", o.Name)
			j.ofSession(o)
		})
	}
	j.string("text", f.Text)
	j.proof(f.Proof...)
	j.observed(string(f.By), f.Facts...)
	j.close('}')
}

func (j *jsonText) resource(r trail.Resource) {
	if r == (trail.Resource{}) {
		j.null("resource")
		return
	}
	j.key("resource")
	j.open('{')
	j.word("kind", r.Kind)
	j.string("id", r.ID)
	j.said("sub", r.Sub)
	j.close('}')
}
