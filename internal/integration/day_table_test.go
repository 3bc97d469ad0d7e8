//go:build linux

package integration

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

var update = flag.Bool("update", false, "write docs/coverage.md and the demonstration's facts anew")

// A day is what was done to guests, and what became known of it.
type day struct {
	host    *dayHost
	service *dayService
	uuids   map[string]string // of guests, by name
	rows    []*dayRow
}

// A dayRow is one operation.
type dayRow struct {
	operation, guest string
	begun, done      int64
	recorded         []string // by libvirt
	claims           []claim
}

// A claim is something that the trail must say of an operation, in the words of
// the table, and by which witnesses.
type claim struct {
	what  string
	by    string
	who   func(*told, *dayRow) []string
	when  claimTime
	known string // who told of it
}

// claimTime is when a claim is to be made.
type claimTime int

const (
	always   claimTime = iota // once it was done, and at the end of the day too
	once                      // once it was done: it may be otherwise later
	inTheEnd                  // when it was waited for a record in vain
)

// step does something to a guest, and waits until the trail claims of it what it
// should, by all who should have seen it.
func (d *day) step(t *testing.T, operation, guest string, do func(), claims ...claim) {
	t.Helper()
	r := &dayRow{operation: operation, guest: guest, begun: time.Now().UnixMilli(), claims: claims}
	d.rows = append(d.rows, r)
	do()
	r.done = time.Now().UnixMilli()
	d.expect(t, r, inTheEnd)
	t.Logf("%s: %d ms, and known %d ms later", operation, r.done-r.begun, time.Now().UnixMilli()-r.done)
}

// expect waits until the trail makes the row's claims, without those of one time.
func (d *day) expect(t *testing.T, r *dayRow, without claimTime) {
	t.Helper()
	for end := time.Now().Add(dayPatience); ; time.Sleep(200 * time.Millisecond) {
		var lacking []string
		now := d.service.told(t)
		for i := range r.claims {
			c := &r.claims[i]
			if c.when == without {
				continue
			}
			if c.known = c.told(now, r); c.known != c.by {
				lacking = append(lacking, fmt.Sprintf("%s by %q, not %q", c.what, c.by, c.known))
			}
		}
		if len(lacking) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Errorf("%s: in %v the trail did not claim %s; it tells\n%s",
				r.operation, dayPatience, strings.Join(lacking, "; "), strings.Join(now.since(r.begun), "\n"))
			return
		}
	}
}

// told gives who tells of it, in the order of the table.
func (c *claim) told(now *told, r *dayRow) string {
	rank := []string{"log", "libvirt", "qmp", "proc"}
	who := c.who(now, r)
	slices.SortFunc(who, func(a, b string) int { return slices.Index(rank, a) - slices.Index(rank, b) })
	return strings.Join(slices.Compact(who), ", ")
}

// dayPatience is how long the trail may take to name something.
const dayPatience = 25 * time.Second

// slack is how much later than an operation returns it may be told of.
const slack = 1000

// within tells whether something that happened at a time, or between two, may
// have been the row's operation.
func (r *dayRow) within(after, at *dayMoment) bool {
	if at == nil || at.MS < r.begun {
		return false
	}
	if after != nil {
		return after.MS <= r.done+slack
	}
	return at.MS <= r.done+slack
}

func byOrLog(by string) string {
	if by == "" {
		return "log"
	}
	return by
}

// happened claims that there is such an event.
func happened(what, by string, is func(*dayEvent) bool) claim {
	return claim{what: what, by: by, who: func(now *told, r *dayRow) (who []string) {
		for i := range now.events {
			if e := &now.events[i]; e.Name == r.guest && r.within(e.After, e.At) && is(e) {
				who = append(who, byOrLog(e.By))
			}
		}
		return who
	}}
}

// op is an event that is called so.
func op(words ...string) func(*dayEvent) bool {
	return func(e *dayEvent) bool { return slices.Contains(words, e.Op) && e.Result != "failed" }
}

// opBy is an event that is called so, told by one witness.
func opBy(word, by string) func(*dayEvent) bool {
	return func(e *dayEvent) bool { return e.Op == word && e.By == by }
}

// opOf is an event that is called so, about a resource.
func opOf(word, resource string) func(*dayEvent) bool {
	return func(e *dayEvent) bool {
		return e.Op == word && e.Result != "failed" && (e.Resource.String() == resource || word != "attach" && e.Old != "" && strings.HasSuffix(resource, " "+e.Old))
	}
}

// failed is one that says that it did not succeed.
func failed(word, resource string) func(*dayEvent) bool {
	return func(e *dayEvent) bool { return e.Op == word && e.Result == "failed" && e.Resource.String() == resource }
}

// started is an event that says that the guest started, and stopped that it
// stopped. Which witness saw it first is chance.
func started(e *dayEvent) bool {
	return (e.Op == "start" && e.Resource == nil && e.By == "" || e.Op == "started") && e.Result != "failed"
}

func stopped(e *dayEvent) bool { return e.Op == "stop" && e.By == "" || e.Op == "stopped" }

// holds claims that the guest holds something since then.
func holds(kind, id, by string) claim {
	return claim{what: kind + " held from then", by: by, who: func(now *told, r *dayRow) (who []string) {
		for i := range now.holdings {
			if h := &now.holdings[i]; h.Name == r.guest && h.Kind == kind && h.ID == id && r.within(h.FromAfter, h.From) {
				who = append(who, append(slices.Clone(h.Also), byOrLog(h.By))...)
			}
		}
		return who
	}}
}

// freed claims that the guest holds something up to then.
func freed(kind, id, by string) claim {
	return claim{what: kind + " held up to then", by: by, who: func(now *told, r *dayRow) (who []string) {
		for i := range now.holdings {
			if h := &now.holdings[i]; h.Name == r.guest && h.Kind == kind && h.ID == id && r.within(h.ToAfter, h.To) {
				who = append(who, append(slices.Clone(h.Also), byOrLog(h.By))...)
			}
		}
		return who
	}}
}

// still claims that the guest holds something all the time.
func still(kind, id, by string) claim {
	return claim{what: kind + " held still", by: by, when: once, who: func(now *told, r *dayRow) (who []string) {
		for i := range now.holdings {
			h := &now.holdings[i]
			if h.Name == r.guest && h.Kind == kind && h.ID == id && h.From.millis() < r.begun && h.To == nil {
				who = append(who, append(slices.Clone(h.Also), byOrLog(h.By))...)
			}
		}
		return who
	}}
}

// found claims a finding about a resource.
func found(kind, resource, by string) claim {
	return claim{what: "finding " + kind, by: by, when: inTheEnd, who: func(now *told, r *dayRow) (who []string) {
		for i := range now.findings {
			f := &now.findings[i]
			if f.Kind == kind && f.Name == r.guest && max(f.At.millis(), f.Until.millis()) >= r.begun && f.Resource.String() == resource {
				who = append(who, byOrLog(f.By))
			}
		}
		return who
	}}
}

// unwatched claims a finding that something was not watched for a time.
func unwatched(source, by string) claim {
	return claim{what: "finding source-unwatched", by: by, when: inTheEnd, who: func(now *told, r *dayRow) (who []string) {
		for i := range now.findings {
			f := &now.findings[i]
			if f.Kind == "source-unwatched" && strings.Contains(f.Text, source) && f.At.millis() <= r.done && f.Until.millis() >= r.begun {
				who = append(who, byOrLog(f.By))
			}
		}
		return who
	}}
}

// state claims that the guest's last session is so. One that no record tells of
// is by the witness that saw it first, which is chance.
func state(state, by string) claim {
	return claim{what: "session " + state, by: by, when: once, who: func(now *told, r *dayRow) (who []string) {
		for i := range now.sessions {
			if s := &now.sessions[i]; s.Name == r.guest {
				who = nil
				if s.State == state {
					who = []string{"log"}
					if s.By != "" {
						who = []string{"observed"}
					}
				}
			}
		}
		return who
	}}
}

// since gives all that is told of a time on, in words.
func (now *told) since(ms int64) []string {
	var all []string
	for _, e := range now.events {
		if e.At.millis() >= ms {
			all = append(all, fmt.Sprintf("event %s %s %s %s %q by %s", e.Name, e.Op, e.Resource, e.Reason, e.Text, byOrLog(e.By)))
		}
	}
	for _, h := range now.holdings {
		if h.From.millis() >= ms || h.To.millis() >= ms {
			all = append(all, fmt.Sprintf("holding %s %s %s by %s and %v, from %d (after %d) to %d (after %d), %s", h.Name, h.Kind, h.ID,
				byOrLog(h.By), h.Also, h.From.millis()-ms, h.FromAfter.millis()-ms, h.To.millis()-ms, h.ToAfter.millis()-ms, h.EndedBy))
		}
	}
	for _, s := range now.sessions {
		all = append(all, fmt.Sprintf("session %s %s by %s, %s", s.Name, s.State, byOrLog(s.By), s.EndReason))
	}
	for i := range now.findings {
		if f := &now.findings[i]; f.At.millis() >= ms {
			all = append(all, "finding "+f.String())
		}
	}
	return all
}

// readRecords notes what libvirt recorded of each row: between its begin and that
// of the next.
func (d *day) readRecords(t *testing.T) {
	t.Helper()
	for pid := range d.host.daemons {
		for _, rec := range d.host.log.virtOf(t, pid) {
			for i, r := range d.rows {
				at := rec.Stamp.Millis
				over := i+1 < len(d.rows) && at >= d.rows[i+1].begun
				if at < r.begun || over || !isOf(rec, d.uuids[r.guest]) {
					continue
				}
				if text := recordedAs(rec); text != "" && !slices.Contains(r.recorded, text) {
					r.recorded = append(r.recorded, text)
				}
			}
		}
	}
}

// recordedAs says what a record tells of. Device rules and what is opened for
// interfaces hang on the host.
func recordedAs(r *record.Record) string {
	if r.Kind == nil || r.Kind.Name == "net-open" || strings.HasPrefix(r.Kind.Name, "cgroup") || r.Type == record.VirtMachineID {
		return ""
	}
	words := strings.Replace(r.Kind.Name, "control-", "", 1)
	if reason, ok := r.Lookup("reason"); ok && r.Type == record.VirtResource {
		words += " " + reason.String()
	}
	if r.Result == record.Failed {
		words += " failed"
	}
	return words
}

// table writes what is known of the day.
func (d *day) table() string {
	var b bytes.Buffer
	b.WriteString("| operation | libvirt recorded | virtaudit knows, by which witness |\n|---|---|---|\n")
	for _, r := range d.rows {
		recorded := "nothing"
		if len(r.recorded) > 0 {
			recorded = strings.Join(r.recorded, ", ")
		}
		var known []string
		for i := range r.claims {
			c := &r.claims[i]
			known = append(known, c.what+": "+c.known)
		}
		if len(known) == 0 {
			known = []string{"nothing"}
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.operation, recorded, strings.Join(known, "; "))
	}
	return b.String()
}

const (
	coverage      = "../../docs/coverage.md"
	coverageBegin = "<!-- table -->\n"
	coverageEnd   = "<!-- end of table -->\n"
)

// compareTable holds the table to that of docs/coverage.md.
func compareTable(t *testing.T, table string) {
	t.Helper()
	text, err := os.ReadFile(coverage)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), coverageBegin)
	old, tail, closed := strings.Cut(rest, coverageEnd)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", coverage)
	}
	switch {
	case old == table:
	case *update:
		if err := os.WriteFile(coverage, []byte(head+coverageBegin+table+coverageEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s differs; run this test with -update to write it anew. The table is\n%s", coverage, table)
	}
}
