package reconcile

import (
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestSettledRows: settled holdings are known again in a row that has more, fewer,
// or the same in another order, and one that the log has otherwise is noticed.
func TestSettledRows(t *testing.T) {
	holding := func(begin, end uint64) trail.Holding { return trail.Holding{Kind: "disk", Begin: begin, End: end} }
	s := &session{row: &trail.Session{Holdings: []trail.Holding{holding(1, 0), holding(2, 6), holding(0, 6), holding(4, 0)}}}
	p := newSettled()
	for _, i := range []int{1, 2} { // one record ended the one and the other
		row := s.row.Holdings[i]
		row.Reason = "settled"
		p.rows[edgeOf(&row)] = settledRow{as: stateOf(&row), row: row}
	}
	for _, tc := range []struct {
		name     string
		holdings []trail.Holding
		judged   []int
		same     bool
	}{
		{"as it was", s.row.Holdings, []int{0, 3}, true},
		{"one more", []trail.Holding{holding(1, 0), holding(2, 6), holding(0, 6), holding(4, 7), holding(9, 0)}, []int{0, 3, 4}, true},
		{"another order", []trail.Holding{holding(3, 0), holding(0, 6), holding(1, 0), holding(2, 6)}, []int{0, 2}, true},
		{"shorter", []trail.Holding{holding(2, 6), holding(0, 6)}, []int{}, true},
		{"one is gone", []trail.Holding{holding(1, 0), holding(2, 6)}, []int{0}, false},
		{"one is held again", []trail.Holding{holding(1, 0), {Begin: 2, Ended: trail.ByStop}, holding(0, 6)}, []int{0}, false},
	} {
		s.row = &trail.Session{Holdings: tc.holdings}
		judged, same := p.unsettled(s)
		if !slices.Equal(judged, tc.judged) || same != tc.same {
			t.Errorf("%s: judged are %v, the rest the same: %v", tc.name, judged, same)
			continue
		}
		row := make([]trail.Holding, len(judged))
		for n, i := range judged {
			row[n] = tc.holdings[i]
		}
		all := p.all(s, judged, row, []trail.Holding{{Reason: "other"}})
		for i := range tc.holdings {
			if settled := all[i].Reason == "settled"; edgeOf(&all[i]) != edgeOf(&tc.holdings[i]) || settled == slices.Contains(judged, i) {
				t.Errorf("%s: %d is %+v", tc.name, i, all[i])
			}
		}
		if len(all) != len(tc.holdings)+1 || all[len(all)-1].Reason != "other" {
			t.Errorf("%s: %d holdings", tc.name, len(all))
		}
	}
}

// TestTouches: what is settled is touched by things and holdings of its key, and
// by what a process has open under one of its names, where their times meet.
func TestTouches(t *testing.T) {
	d, p := New(Options{}), newSettled()
	disk := track{key: key{kind: "disk", id: "/a"}, names: []string{"/a", "nbd:1"}, by: libvirt}
	disk.ended, disk.end.by = true, 100*s
	p.cover(nil, []*item{{extent: extentOf(&disk), track: &disk}})
	other := func(by int, k key, names ...string) *track {
		return &track{key: k, names: names, by: by}
	}
	for _, tc := range []struct {
		name  string
		t     *track
		touch bool
	}{
		{"of its key", other(qmp, disk.key), true},
		{"of another", other(qmp, key{kind: "fs", id: "/a"}, "/a"), false},
		{"open under its name", other(proc, key{kind: "file", id: "/x"}, "/x", "nbd:1"), true},
		{"open under another", other(proc, disk.key, "/x"), false},
	} {
		for _, from := range []int64{0, 100 * s, 130 * s, 131 * s} {
			tc.t.begin.after = from
			if got := d.touches(p, extentOf(tc.t)); got != (tc.touch && from <= 130*s) {
				t.Errorf("%s, from %d s on: %v", tc.name, from/s, got)
			}
		}
	}
	for _, h := range []trail.Holding{
		{Kind: "disk", ID: "/a", From: trail.Moment{Millis: 90 * s}},
		{Kind: "disk", ID: "/a", To: trail.Moment{Millis: 400 * s}, Ended: trail.ByDetach}, // since when isn't known
	} {
		if !d.touches(p, extentOfHolding(&h, nil)) {
			t.Errorf("%+v touches nothing", h)
		}
	}
	late := trail.Holding{Kind: "disk", ID: "/a", To: trail.Moment{Millis: 500 * s}, Ended: trail.ByDetach}
	if d.touches(p, extentOfHolding(&late, nil)) {
		t.Error("a holding of which only the end is known touches what ended long before")
	}
}

// TestFinished: of what there is too much of, that of which something was found
// isn't dropped for the rest.
func TestFinished(t *testing.T) {
	p := newSettled()
	add := func(id string, found ...*trail.Finding) {
		p.tracks = append(p.tracks, settledTrack{
			track: &track{key: key{kind: "file", id: id}}, others: []trail.Holding{{ID: id}}, found: found,
		})
	}
	add("/secret", &trail.Finding{ID: "x"})
	for range 3 * maxPast {
		add("/any")
	}
	p.finish(len(p.tracks), 0)
	all := p.all(nil, nil, nil, nil)
	if len(all) > maxPast+1 || len(all) < maxPast/2 || all[0].ID != "/secret" || len(p.finished.found) != 1 {
		t.Errorf("%d are kept, the first is %+v", len(all), all[0])
	}
	if !p.had(key{kind: "file", id: "/any"}) || len(p.tracks) != 0 {
		t.Error("what was finished is not known any more")
	}
}

// settledScene is of a guest that had a disk once, which is settled.
func settledScene(t *testing.T) (*scene, *Deriver, *rows) {
	t.Helper()
	sc := &scene{}
	sc.facts = cycles(1)
	sc.serial = 100
	d, r := New(Options{}), newRows()
	d.settleFrom = 1
	feed(t, d, sc.facts)
	d.runs[0].settleAt = 0
	sc.tick(2000 * s)
	feed(t, d, sc.facts[len(sc.facts)-1:])
	if len(d.runs[0].settled.tracks) != 2 || len(d.runs[0].settled.rows) != 1 {
		t.Fatalf("settled are %d things", len(d.runs[0].settled.tracks))
	}
	r.apply(d.Delta())
	return sc, d, r
}

// TestUnsettled: what is settled is judged again where something touches it after
// all, and the rows are as if it had been judged all the time.
func TestUnsettled(t *testing.T) {
	for _, tc := range []struct {
		name string
		add  func(*scene)
		puts bool
	}{
		{"nothing", func(sc *scene) { sc.tick(2010 * s) }, false},
		{"another disk", func(sc *scene) { sc.has(fact.Libvirt, 30*s, 2005*s, base(thing("disk", "/c.img"))) }, false},
		{"the disk, unseen for long", func(sc *scene) { sc.has(fact.Libvirt, 30*s, 2005*s, base(thing("disk", "/b.img"))) }, true},
		{"its file, unseen for long", func(sc *scene) {
			sc.has(fact.Proc, 30*s, 2005*s, []fact.Thing{silent("file", "/a.img"), silent("block", "/b.img")})
		}, true},
		{"a late record", func(sc *scene) { sc.logged(75*s, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`) }, true},
		{"the clock was set back", func(sc *scene) { sc.has(fact.Libvirt, 29*s, 30*s, base()) }, true},
	} {
		sc, d, got := settledScene(t)
		n := len(sc.facts)
		tc.add(sc)
		sc.looked(hypervisor, 2010*s)
		d.settleAfter = forever / 2
		feed(t, d, sc.facts[n:])
		got.apply(d.Delta())
		if puts := len(d.runs[0].settled.tracks) == 0; puts != tc.puts {
			t.Errorf("%s: put back: %v", tc.name, puts)
		}
		want := newRows()
		d = New(Options{})
		d.settleAfter = forever / 2
		feed(t, d, sc.facts)
		want.apply(d.Delta())
		if a, b := got.lines(), want.lines(); a != b {
			t.Errorf("%s: settling changes the trail: %s", tc.name, difference(a, b))
		}
	}
}
