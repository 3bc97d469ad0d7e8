package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// keepLog makes a store of a log, as the service does of records that come, in
// commits of a few.
func keepLog(log, file, node string) (err error) {
	text, err := os.ReadFile(log)
	if err != nil {
		return err
	}
	var facts []fact.Fact
	scanner := auditlog.NewScanner(bytes.NewReader(text))
	for r := range scanner.Records() {
		facts = append(facts, fact.OfRecord(node, "file", r))
	}
	if n := len(facts); n > 0 {
		facts[n-1].Settled = true
	}
	return keepFacts(file, facts)
}

func keepFacts(file string, facts []fact.Fact) error {
	s, err := store.Open(file, store.Options{})
	if err != nil {
		return err
	}
	d := reconcile.New(reconcile.Options{})
	for len(facts) > 0 {
		batch := store.Batch{Facts: facts[:min(7, len(facts))]}
		facts = facts[len(batch.Facts):]
		for i := range batch.Facts {
			batch.Facts[i].Seq = s.NextSeq() + uint64(i)
			if err := d.Add(&batch.Facts[i]); err != nil {
				return err
			}
		}
		batch.Delta = d.Delta()
		if err := s.Commit(context.Background(), &batch); err != nil {
			return err
		}
	}
	return s.Close()
}

// keep is keepLog for scripts.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 3, "keep LOG STORE NODE")
	ts.Check(keepLog(ts.MkAbs(args[0]), ts.MkAbs(args[1]), args[2]))
}

// questions are what is asked of logs and of a store.
var questions = []string{
	"sessions", "sessions --format jsonl", "sessions --format csv", "sessions --proof", "sessions --proof=records",
	"sessions --guest g* --since 2026-10-26",
	"events", "events --format jsonl", "events --format csv --proof=records", "events --proof", "events --resource rng",
	"findings", "findings --format jsonl", "findings --format csv", "findings --proof=records",
	"who disk", "who rng --format jsonl", "who mem --format csv", "who /dev/random --proof=records", "who cgroup",
	"who disk --at 2026-10-26T07:34", "who rng --at 2026-11-23 --format jsonl", "who bar:/y", "who /nowhere", "who /nowhere --at 2026-10-26T07:34", "report", "report --proof", "summary",
}

// asOfLogs undoes that an answer names the store that it is from.
func asOfLogs(got, file string) string {
	return strings.ReplaceAll(strings.ReplaceAll(got, " --store="+file, ""), "this store", "this log")
}

// TestStoreAnswersAsLogs asks both of each log: what they say must be the same.
func TestStoreAnswersAsLogs(t *testing.T) {
	t.Setenv("TZ", "UTC")
	var logs []string
	patterns := []string{"cases/*.log", "scenarios/*.log", "demo/audit.log"}
	if testing.Short() {
		patterns = patterns[:1]
	}
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join("../../testdata", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		logs = append(logs, found...)
	}
	for n, log := range logs {
		t.Run(filepath.Base(log), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "trail.db")
			if err := keepLog(log, file, "host7"); err != nil {
				t.Fatal(err)
			}
			raw := filepath.Join(t.TempDir(), "raw.log")
			records, err := writePicked(log, raw)
			if err != nil {
				t.Fatal(err)
			}
			if records == 0 {
				return // of a log without any the commands say so
			}
			for i, question := range questions {
				if strings.Contains(log, "scenarios") && (i+n)%4 != 0 {
					continue // of many that are alike, each answers some
				}
				byLog := ask(t, question, "host7="+raw)
				byStore := strings.Replace(asOfLogs(ask(t, question, "--store="+file), file), file, "host7="+raw, 1)
				if byLog != byStore {
					t.Errorf("%s: the log says\n%s\nthe store\n%s", question, byLog, byStore)
				}
			}
		})
	}
}

// writePicked writes the records of a log as the store gives them back: without
// other lines, and without what auditd adds.
func writePicked(from, to string) (records int, err error) {
	text, err := os.ReadFile(from)
	if err != nil {
		return 0, err
	}
	var out bytes.Buffer
	scanner := auditlog.NewScanner(bytes.NewReader(text))
	for r := range scanner.Records() {
		f := fact.OfRecord("", "file", r)
		if name := r.NodeBytes(); len(name) > 0 {
			fmt.Fprintf(&out, "node=%s ", name)
		}
		fmt.Fprintf(&out, "%s\n", f.Line())
		records++
	}
	return records, os.WriteFile(to, out.Bytes(), 0o600)
}

// ways are what a log has of how its lines came, and a store hasn't: the node
// that auditd put before a line, and so its length.
var ways = regexp.MustCompile(`node=\S+ (type=)|(?m:^bytes .*\n)`)

// ask gives what a command prints.
func ask(t *testing.T, question, of string) string {
	t.Helper()
	var out, said bytes.Buffer
	status := Run("", append(strings.Fields(question), of), Streams{In: strings.NewReader(""), Out: &out, Err: &said})
	return fmt.Sprintf("%s%sstatus %d\n", ways.ReplaceAll(out.Bytes(), []byte("$1")), said.Bytes(), status)
}

// TestStoreTellsUnwatched: an answer that spans a time in which the service didn't
// read the log says so, and is not certain of what the log tells of it.
func TestStoreTellsUnwatched(t *testing.T) {
	t.Setenv("TZ", "UTC")
	file := filepath.Join(t.TempDir(), "trail.db")
	if err := keepFacts(file, unread(t, 1793000020_000)); err != nil {
		t.Fatal(err)
	}
	const gap = "not watched 1 time, the last from 2026-10-26 07:33:30 to 2026-10-26 07:33:40 (log, UTC)"
	for _, c := range []struct {
		question     string
		gap, certain bool
	}{
		{"sessions", true, true},
		{"sessions --format csv", true, true},
		{"sessions --since 2026-10-26T07:33:41", false, true},
		{"sessions --node other", false, true},
		{"who disk", true, true},
		{"who disk --at 2026-10-26T07:33:35", true, false},
		{"who disk --at 2026-10-26T07:33:35 --format jsonl", true, false},
		{"who disk --at 2026-10-26T07:33:41", false, true},
		{"report", true, true},
		{"report --guest nobody", true, true},
		{"report --since 2026-10-26T07:33:41", false, true},
		{"report --node other", false, true},
		{"events", true, true},
		{"events --guest nobody --format jsonl", true, true},
		{"events --since 2026-10-26T07:33:32 --until 2026-10-26T07:33:35", true, true},
		{"findings", false, true}, // it is a finding itself
		{"findings --guest nobody", true, true},
		{"findings --severity critical --format csv", true, true},
		{"summary", true, true},
		{"summary --format json", true, true},
	} {
		got := ask(t, c.question, "--store="+file)
		if strings.Contains(got, gap) != c.gap {
			t.Errorf("%s: %s", c.question, got)
		}
		if more := "virtaudit findings --store=" + file + " --kind source-unwatched"; strings.Contains(got, more) != c.gap {
			t.Errorf("%s doesn't tell what shows more, %q: %s", c.question, more, got)
		}
		if strings.Contains(got, "uncertain") == c.certain {
			t.Errorf("%s: certain is %t: %s", c.question, !c.certain, got)
		}
		if strings.Contains(c.question, "--format") && strings.Contains(got, "virtaudit: "+gap) != c.gap {
			t.Errorf("%s: a program would read it as a row: %s", c.question, got)
		}
	}
}

// TestStoreTellsUnwatchedNow: as long as the log is not read, an answer says since
// when.
func TestStoreTellsUnwatchedNow(t *testing.T) {
	t.Setenv("TZ", "UTC")
	file := filepath.Join(t.TempDir(), "trail.db")
	if err := keepFacts(file, unread(t, 0)); err != nil {
		t.Fatal(err)
	}
	const gap = "not watched 1 time, the last since 2026-10-26 07:33:30 (log, UTC)"
	for question, told := range map[string]bool{
		"sessions --since 2026-10-27":                   true,
		"sessions --until 2026-10-26T07:33:29":          false,
		"summary --format json":                         true,
		"report":                                        true,
		"events --since 2026-10-27":                     true,
		"findings --kind conflict":                      true,
		"who disk --at 2026-10-26T07:33:29":             false,
		"who disk --at 2026-10-27T10:00 --format jsonl": true,
	} {
		if got := ask(t, question, "--store="+file); strings.Contains(got, gap) != told {
			t.Errorf("%s: %s", question, got)
		}
	}
	if got := ask(t, "findings --since 2026-10-27", "--store="+file); !strings.Contains(got, "stdin is not read; what is recorded meanwhile may be missing") {
		t.Errorf("findings: %s", got)
	}
}

// unread are the facts of a guest's session, amid which the log was not read from
// 1793000010 up to a time; for ever where that is 0.
func unread(t *testing.T, until int64) []fact.Fact {
	t.Helper()
	text, err := os.ReadFile("../../testdata/cases/normal.log")
	if err != nil {
		t.Fatal(err)
	}
	var facts []fact.Fact
	scanner := auditlog.NewScanner(bytes.NewReader(text))
	for r := range scanner.Records() {
		facts = append(facts, fact.OfRecord("host7", "stdin", r))
	}
	watched := func(up bool, at int64) fact.Fact {
		return fact.Fact{
			Kind: fact.Watch, Node: "host7", Source: "stdin", Stamp: record.Stamp{Millis: at},
			Text: fact.Encode(fact.Watched{Source: "stdin", Up: up, At: at}),
		}
	}
	stop := facts[len(facts)-1]
	facts = append(facts[:len(facts)-1], watched(false, 1793000010_000))
	if until != 0 {
		facts = append(facts, watched(true, until), stop)
	}
	facts[len(facts)-1].Settled = true
	return facts
}

// TestWhoReadsNoMoreThanItMust: sessions that have nothing to do with the resource
// are not read.
func TestWhoReadsNoMoreThanItMust(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trail.db")
	if err := keepLog("../../testdata/demo/audit.log", file, "kvm1"); err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenRead(file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, err := newStoredTrail(t.Context(), s).sessions(&trail.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := trail.ParseResource("/var/lib/libvirt/images/db1.qcow2")
	if err != nil {
		t.Fatal(err)
	}
	w, err := storedHolding(t.Context(), s, r)
	if err != nil || len(w.sessions) == 0 || len(w.sessions) >= len(all) {
		t.Fatalf("%d of %d sessions are read (%v)", len(w.sessions), len(all), err)
	}
	for _, x := range w.sessions {
		for i := range x.Holdings {
			if x.Holdings[i].ID != r.ID {
				t.Errorf("%s is read, which isn't asked for", x.Holdings[i].ID)
			}
		}
	}
}
