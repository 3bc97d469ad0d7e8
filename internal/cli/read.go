package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	records  int64 // lines that are audit records
	progress *progress
	failed   bool
	lines    *lines // those that are kept, or nil
}

// inputs are what to read, and what to keep of it.
type inputs struct {
	args      []string
	onSession func(*trail.Session)
	events    bool
	lines     *lines // to keep the records' lines in, or nil
}

// readTrail reads all that the arguments name. The error tells that some of it
// could not be read; what could be is in the trail.
func readTrail(std Streams, in inputs) (*reader, error) {
	args := in.args
	if len(args) == 0 {
		args = []string{input.DefaultDir}
	}
	r := &reader{std: std, trail: trail.New(in.onSession), lines: in.lines}
	if in.events {
		r.trail.KeepEvents()
	}
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
	var broken, alien int64
	stats, err := r.scan(stream, func(line []byte, rec *record.Record) {
		switch {
		case rec != nil:
			if r.lines != nil {
				r.lines.keep(node, rec, line)
			}
			r.trail.Take(node, rec)
		case beginsRecord(line):
			broken++
		default:
			alien++
		}
	})
	r.count(stats, broken, alien)
	if err != nil {
		r.complain(named(s.Name, err))
	} else if stats.Records <= alien {
		r.complain(s.NotAudit())
	}
}

// named makes an error of reading a line that names its input first, and once.
func named(name string, err error) error {
	var path *fs.PathError
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(inner.Error(), name+":") {
		return inner
	} else if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// scan hands on the picked lines of a stream; those of a plain file are found
// by several goroutines.
func (r *reader) scan(stream io.Reader, use use) (auditlog.Stats, error) {
	if f, ok := stream.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return scanFile(r.progress.watchFile(f), info.Size(), use)
		}
	}
	return scanStream(r.progress.watch(stream), use)
}

// count adds what was counted of a stream. Of the picked lines, some turned out
// to be broken records, others another program's.
func (r *reader) count(st auditlog.Stats, broken, alien int64) {
	r.totals.Bytes += st.Bytes
	r.totals.Lines += st.Lines
	r.records += st.Records - alien
	r.totals.Malformed += st.Malformed + broken
	r.totals.Foreign += st.Foreign + alien
}

// beginsRecord tells a broken record from another program's line.
func beginsRecord(line []byte) bool {
	return bytes.HasPrefix(line, []byte("type=")) || bytes.HasPrefix(line, []byte("node="))
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
