package report

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// found is what the trail makes of a log.
type found struct {
	sessions []*trail.Session
	events   []*trail.Event
	findings []*trail.Finding
	summary  trail.Summary
	totals   Totals
}

// readLog follows a log in testdata: lab.log is of real guests of libvirt
// 9.0.0, fleet.log was made for what these don't show: several hosts, lost
// sessions, hostile names, a clock that was set back.
func readLog(t testing.TB, name string) found {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return follow(t, string(text))
}

func follow(t testing.TB, log string) found {
	t.Helper()
	var c trail.Collector
	tr := trail.New(c.Session)
	tr.KeepEvents()
	f := found{totals: Totals{Bytes: int64(len(log))}}
	var r record.Record
	for line := range strings.Lines(log) {
		if err := r.Parse([]byte(strings.TrimSuffix(line, "\n"))); err != nil {
			t.Fatalf("%v: %.100s", err, line)
		}
		tr.Add("", &r)
		f.totals.Lines++
	}
	tr.End()
	f.sessions, f.summary = c.Sessions(), tr.Summary()
	f.events = tr.Events()
	f.findings = trail.Findings(f.events, f.sessions, tr.Unwatched())
	return f
}

func (f found) overview(source string) OverviewInput {
	return OverviewInput{
		Sessions: f.sessions, Findings: f.findings, Summary: f.summary, Totals: f.totals, Source: source,
	}
}

// golden compares an output with the file of that name in testdata.
func golden(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	got := output(t, write)
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it); got:\n%s", name, got)
	}
}

func output(t testing.TB, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// all are all texts and data that are made of a log, by name.
func all(f found, o Options) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"text":         func(w io.Writer) error { return Sessions(w, Text, f.sessions, o) },
		"jsonl":        func(w io.Writer) error { return Sessions(w, JSONL, f.sessions, o) },
		"csv":          func(w io.Writer) error { return Sessions(w, CSV, f.sessions, o) },
		"overview":     func(w io.Writer) error { return Overview(w, f.overview("audit.log"), o) },
		"summary":      func(w io.Writer) error { return Summary(w, false, f.totals, f.summary, o) },
		"summary.json": func(w io.Writer) error { return Summary(w, true, f.totals, f.summary, o) },
	}
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestWriteErrors(t *testing.T) {
	for _, log := range []string{"lab.log", "nothing"} {
		f := found{}
		if log != "nothing" {
			f = readLog(t, log)
		}
		for name, write := range all(f, Options{}) {
			if log == "nothing" && name == "jsonl" { // writes nothing
				continue
			}
			if err := write(brokenPipe{}); !errors.Is(err, errPipe) {
				t.Errorf("%s of %s gives %v, want the writer's error", name, log, err)
			}
		}
	}
	var r record.Record
	if err := r.Parse([]byte(`type=VIRT_CONTROL msg=audit(1.000:1): msg='x'`)); err != nil {
		t.Fatal(err)
	}
	if err := Inspect(brokenPipe{}, &r, Options{}); !errors.Is(err, errPipe) {
		t.Errorf("inspect gives %v, want the writer's error", err)
	}
}

// TestColorOnly: colour adds nothing but colour, at any width.
func TestColorOnly(t *testing.T) {
	f := readLog(t, "fleet.log")
	for _, columns := range []int{0, 40, 80, 160} {
		plain := all(f, Options{Width: columns})
		for name, write := range all(f, Options{Width: columns, Color: true}) {
			got := output(t, write)
			if without := uncolored(got); without != output(t, plain[name]) {
				t.Errorf("%s at %d columns is another text with colour:\n%s", name, columns, without)
			}
			if coloured := strings.Contains(got, "\x1b["); coloured != (name == "text" || name == "overview" || name == "summary") {
				t.Errorf("%s at %d columns: coloured is %v", name, columns, coloured)
			}
		}
	}
}

func uncolored(s string) string {
	for _, c := range []style{bold, red, green, yellow, cyan, dim, "0"} {
		s = strings.ReplaceAll(s, "\x1b["+string(c)+"m", "")
	}
	return s
}
