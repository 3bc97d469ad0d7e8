package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/input"
	"github.com/virtaudit/virtaudit/record"
)

// tell writes what the options came to.
func (a *auvirtCommand) tell(w io.Writer, args []string) {
	fmt.Fprintf(w, "debug: read %s, all-events %t, summary %t, vm %q, uuid %q, start %s, end %s\n",
		sourceName(args), a.allEvents, a.summary, a.vm, a.uuid, timeOrNone(a.since), timeOrNone(a.until))
}

func timeOrNone(t time.Time) string {
	if t.IsZero() {
		return "none"
	}
	return t.Format("2006-01-02T15:04:05Z07:00")
}

// debugging tells which lines of the inputs were skipped. It reads them for
// itself, so that what reads them for all commands need not remember any.
type debugging struct {
	said bytes.Buffer   // bounded by maxSkipped
	copy *io.PipeWriter // of standard input
	done chan struct{}
}

// watch gives standard input to others, and reads along.
func (d *debugging) watch(in io.Reader) io.Reader {
	var out *io.PipeReader
	out, d.copy = io.Pipe()
	d.done = make(chan struct{})
	go func() {
		defer close(d.done)
		d.inputs([]string{"-"}, out)
		_, _ = io.Copy(io.Discard, out) // the other reader must not wait
	}()
	return io.TeeReader(in, d.copy)
}

// end writes what was found in standard input, or in files.
func (d *debugging) end(w io.Writer, args []string) {
	if d.copy != nil {
		d.copy.Close()
		<-d.done
	} else {
		d.inputs(args, nil)
	}
	_, _ = d.said.WriteTo(w)
}

// inputs looks at some inputs. What can't be read has been told of before.
func (d *debugging) inputs(args []string, stdin io.Reader) {
	if len(args) == 0 {
		args = []string{input.DefaultDir}
	}
	sources, _ := input.Expand(args, input.Options{
		Stdin:    stdin,
		TypeName: typeName,
	})
	for _, s := range sources {
		text, err := s.Open()
		if err != nil {
			continue
		}
		d.lines(s.Name, text)
		text.Close()
	}
}

const (
	// maxWatched is how much of a line is looked at, maxShown how much is shown.
	maxWatched, maxShown = 64 << 10, 80
	// maxSkipped is how many lines of an input are told.
	maxSkipped = 1000
)

// lines tells which lines of a text are no records.
func (d *debugging) lines(name string, text io.Reader) {
	in := bufio.NewReaderSize(text, maxWatched)
	skipped, whole := 0, true
	for number := 1; ; {
		line, err := in.ReadSlice('\n')
		if err != nil && len(line) == 0 {
			break
		}
		if whole && d.skips(name, number, bytes.TrimRight(line, "\n"), skipped < maxSkipped) {
			skipped++
		}
		if whole = !errors.Is(err, bufio.ErrBufferFull); whole {
			number++
		}
	}
	if skipped > maxSkipped {
		fmt.Fprintf(&d.said, "debug: %s: %d more\n", name, skipped-maxSkipped)
	}
}

// skips tells whether a line is skipped, and writes why.
func (d *debugging) skips(name string, number int, line []byte, write bool) bool {
	var r record.Record
	err := r.Parse(line)
	if err == nil || len(line) == 0 {
		return false
	}
	why := "no audit record"
	if beginsRecord(line) {
		why = err.Error()
	}
	if write {
		fmt.Fprintf(&d.said, "debug: %s:%d: %s: %q\n", name, number, why, line[:min(len(line), maxShown)])
	}
	return true
}

// tellSkipped tells how much was read, and how much of that was not used.
func (r *reader) tellSkipped(w io.Writer) {
	s := r.trail.Summary()
	var denials int64
	for name, n := range s.Records {
		if name == "AVC" || name == "USER_AVC" || strings.HasPrefix(name, "ANOM_") {
			denials += n
		}
	}
	fmt.Fprintf(w, "debug: %d lines; skipped: %d malformed records, %d lines of others, %d records read twice\n",
		r.totals.Lines, r.totals.Malformed, r.totals.Foreign, s.Repeated)
	fmt.Fprintf(w, "debug: %d denials and anomalies, %d of them of guests\n", denials, s.GuestAVCs+s.GuestAnomalies)
}
