package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestUnwatchedNow: that the log is not read is found as soon as that is so, and ends
// when it is read again; not if nothing was missed.
func TestUnwatchedNow(t *testing.T) {
	down := func(source string, since, at int64) fact.Watched {
		w := fact.Watched{Source: source, At: start + at, Why: "why"}
		if since != 0 {
			w.Since = start + since
		}
		return w
	}
	up := func(source string, since, at int64) fact.Watched {
		w := down(source, since, at)
		w.Up = true
		return w
	}
	whole := up("log", 60*s, 90*s)
	whole.Whole = true
	const (
		isUnread  = "log is not read; what is recorded meanwhile may be missing: why"
		wasUnread = "log was not read; what was recorded meanwhile may be missing: why"
		isOff     = "kernel-audit makes no records; what happens meanwhile is missing: why"
		wasOff    = "kernel-audit made no records; what happened meanwhile may be missing: why"
	)
	type gap struct {
		id          string
		from, until int64 // 0 is without an end
		text        string
		facts       []uint64
	}
	for _, c := range []struct {
		name  string
		facts []fact.Watched
		want  []gap
	}{
		{"since it was watched last", []fact.Watched{down("log", 60*s, 70*s)}, []gap{{"source-unwatched-1", 60 * s, 0, isUnread, []uint64{1}}}},
		{"never watched before", []fact.Watched{down("log", 0, 70*s)}, []gap{{"source-unwatched-1", 70 * s, 0, isUnread, []uint64{1}}}},
		{"told twice", []fact.Watched{down("log", 60*s, 70*s), down("log", 60*s, 80*s)}, []gap{{"source-unwatched-1", 60 * s, 0, isUnread, []uint64{1}}}},
		{"watched again", []fact.Watched{down("log", 60*s, 70*s), up("log", 60*s, 90*s)}, []gap{{"source-unwatched-1", 60 * s, 90 * s, wasUnread, []uint64{1, 2}}}},
		{"read on where it was left", []fact.Watched{down("log", 60*s, 70*s), whole}, nil},
		{"with the clock set back", []fact.Watched{down("log", 60*s, 70*s), up("log", 60*s, 20*s)}, []gap{{"source-unwatched-1", 20*s - 1, 20 * s, wasUnread, []uint64{1, 2}}}},
		{"twice", []fact.Watched{down("log", 60*s, 70*s), up("log", 60*s, 90*s), down("log", 95*s, 99*s)}, []gap{
			{"source-unwatched-1", 60 * s, 90 * s, wasUnread, []uint64{1, 2}},
			{"source-unwatched-3", 95 * s, 0, isUnread, []uint64{3}},
		}},
		{"audit disabled in the kernel", []fact.Watched{down(fact.KernelAudit, 60*s, 70*s)}, []gap{{"source-unwatched-1", 60 * s, 0, isOff, []uint64{1}}}},
		{"audit disabled while the log is followed anew", []fact.Watched{down(fact.KernelAudit, 60*s, 70*s), up("log", 60*s, 80*s), down("log", 82*s, 85*s), whole}, []gap{
			{"source-unwatched-1", 60 * s, 0, isOff, []uint64{1}},
			{"source-unwatched-2", 60 * s, 80 * s, wasUnread, []uint64{2}},
		}},
		{"audit enabled while the log is not followed", []fact.Watched{down(fact.KernelAudit, 60*s, 70*s), down("log", 75*s, 80*s), up(fact.KernelAudit, 60*s, 90*s)}, []gap{
			{"source-unwatched-1", 60 * s, 90 * s, wasOff, []uint64{1, 3}},
			{"source-unwatched-2", 75 * s, 0, isUnread, []uint64{2}},
		}},
		{"a monitor, which may be gone with its guest", []fact.Watched{down("qmp /run/a.sock", 60*s, 70*s)}, nil},
	} {
		// By each fact alone and by all at once it is the same.
		d, byOne := New(Options{}), newRows()
		sc := &scene{}
		for _, w := range c.facts {
			sc.watch(w)
		}
		for i := range sc.facts {
			feed(t, d, sc.facts[i:i+1])
			byOne.apply(d.Delta())
		}
		all, _ := derive(t, sc.facts)
		for _, r := range []*rows{byOne, all} {
			var got []gap
			for _, f := range r.findings {
				g := gap{id: f.ID, from: f.At.Millis - start, text: f.Text, facts: f.Facts}
				if f.Until != (trail.Moment{}) {
					g.until = f.Until.Millis - start
				}
				got = append(got, g)
			}
			slices.SortFunc(got, func(a, b gap) int { return int(a.from - b.from) })
			if !slices.EqualFunc(got, c.want, func(a, b gap) bool {
				return a.id == b.id && a.from == b.from && a.until == b.until && a.text == b.text && slices.Equal(a.facts, b.facts)
			}) {
				t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
			}
		}
	}
}

// TestUnrecordedWhileDisabled: a change that a witness saw while the kernel's audit was
// disabled is one without a record, then and afterwards: the log was read all through.
func TestUnrecordedWhileDisabled(t *testing.T) {
	const finding = "unrecorded: no record tells of the attach of disk /b.img"
	sc := &scene{}
	sc.watched()
	sc.watch(fact.Watched{Source: fact.KernelAudit, Since: start + 40*s, At: start + 50*s, Why: "why"})
	sc.has(fact.Libvirt, 60*s, 61*s, base(thing("disk", "/b.img")), fact.Wanted{Type: "VIRT_RESOURCE", Text: "b", Op: "attach", Kind: "disk", ID: "/b.img"})
	sc.tick(90 * s)
	while, missing := derive(t, sc.facts)
	lacks(t, "finding while it is disabled", while.told(), []string{finding})
	if len(missing) != 1 {
		t.Errorf("while it is disabled, missing are %v", missing)
	}
	sc.watch(fact.Watched{Source: fact.KernelAudit, Up: true, Since: start + 40*s, At: start + 100*s, Why: "why"})
	sc.tick(120 * s)
	after, missing := derive(t, sc.facts)
	lacks(t, "finding afterwards", after.told(), []string{finding})
	if len(missing) != 1 {
		t.Errorf("afterwards, missing are %v", missing)
	}
	sameRows(t, "disabled", sc.facts, 5)
}
