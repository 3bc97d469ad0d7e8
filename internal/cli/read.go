package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/input"
	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// reader reads the inputs of one command into a trail.
type reader struct {
	std      Streams
	trail    *trail.Trail
	totals   report.Totals
	progress *progress
	failed   bool
}

// readTrail reads all that the arguments name. The error tells that some of it
// could not be read; what could be is in the trail.
func readTrail(std Streams, args []string, onSession func(*trail.Session)) (*reader, error) {
	if len(args) == 0 {
		args = []string{input.DefaultDir}
	}
	r := &reader{std: std, trail: trail.New(onSession)}
	sources, errs := input.Expand(args, input.Options{
		Stdin:    std.In,
		TypeName: func(n uint16) string { return record.Type(n).String() },
	})
	for _, err := range errs {
		r.complain(err)
	}
	r.progress = newProgress(std.Err, sources)
	for _, s := range sources {
		r.source(s)
	}
	r.progress.done()
	r.trail.End()
	if r.failed {
		return r, errUnreadable
	}
	return r, nil
}

// complain writes the one line about an input. That something was given twice
// is no failure: nothing is missing.
func (r *reader) complain(err error) {
	r.failed = r.failed || !errors.Is(err, input.ErrDuplicate)
	r.progress.clear()
	fmt.Fprintf(r.std.Err, "virtaudit: %v\n", err)
}

// source reads one input to its end.
func (r *reader) source(s *input.Source) {
	stream, err := s.Open()
	if err != nil {
		r.complain(err)
		return
	}
	defer stream.Close()
	node := nodeOf(s)
	scan := startScan(r.progress.watch(stream))
	bad, badForeign := int64(0), int64(0)
	for b := range scan.batches {
		for _, line := range b.lines {
			switch {
			case r.trail.AddLine(node, line) == nil:
			case beginsRecord(line):
				bad++
			default:
				badForeign++
			}
		}
		scan.reuse(b)
	}
	r.count(scan.stats, bad, badForeign)
	if scan.err != nil {
		r.complain(scan.err)
	} else if nothingIn(scan.stats, badForeign) {
		r.complain(s.NotAudit())
	}
}

func (r *reader) count(st auditlog.Stats, bad, badForeign int64) {
	r.totals.Bytes += st.Bytes
	r.totals.Lines += st.Lines
	r.totals.Malformed += st.Malformed + bad
	r.totals.Foreign += st.Foreign + badForeign
}

// nothingIn tells whether a stream holds no audit record of any type.
func nothingIn(st auditlog.Stats, badForeign int64) bool {
	return st.Foreign+badForeign >= st.Lines
}

// beginsRecord tells a broken record from another program's line.
func beginsRecord(line []byte) bool {
	return strings.HasPrefix(string(line[:min(5, len(line))]), "type=") || strings.HasPrefix(string(line[:min(5, len(line))]), "node=")
}

// nodeOf gives the host of records that name none: what the argument says, or
// this host for its own log.
func nodeOf(s *input.Source) string {
	if s.Node != "" || filepath.Dir(s.Name) != input.DefaultDir {
		return s.Node
	}
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
