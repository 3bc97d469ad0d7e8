package reconcile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// life is a guest's in which devices come and go for long, and log and witnesses
// tell of it a little late, falsely, or not at all.
type life struct {
	scene
	rng  *rand.Rand
	at   int64
	last [witnesses]int64
	has  map[string]int // disks and rngs, by path
	open map[string]bool
	vcpu uint64
	// queue are facts that come later, by time.
	queue []later
}

type later struct {
	at  int64
	add func(at int64)
}

func newLife(seed uint64, steps int) *life {
	l := &life{rng: rand.New(rand.NewPCG(seed, 3)), at: 30 * s, has: map[string]int{"/a.img": 1}, open: map[string]bool{"/a.img": true}, vcpu: 2}
	l.watched()
	for w := range l.last {
		l.last[w] = 2 * s
	}
	for range steps {
		l.step()
	}
	l.until(l.at + 3600*s)
	return l
}

// until has happen what is due.
func (l *life) until(at int64) {
	slices.SortStableFunc(l.queue, func(a, b later) int { return int(a.at - b.at) })
	for len(l.queue) > 0 && l.queue[0].at <= at {
		next := l.queue[0]
		l.queue = l.queue[1:]
		next.add(next.at)
	}
	l.at = at
	l.tick(at)
}

func (l *life) soon(add func(at int64)) {
	l.queue = append(l.queue, later{l.at + l.rng.Int64N(4*s), add})
}

// often tells yes in n of ten.
func (l *life) often(n int) bool { return l.rng.IntN(10) < n }

func (l *life) step() {
	l.until(l.at + 5*s + l.rng.Int64N(40*s))
	id := fmt.Sprintf("/d%d.img", l.rng.IntN(6))
	kind := "disk"
	if l.often(3) {
		kind, id = "rng", "/dev/random"
	}
	switch n := l.rng.IntN(12); {
	case n < 4:
		l.change(kind, id, "attach", 1)
	case n < 8 && l.has[id] > 0:
		l.change(kind, id, "detach", -1)
	case n == 8:
		l.logged(l.at, `resrc=`+kind+` reason=attach | old-`+kind+`="?" new-`+kind+`="`+id+`" FAILED`)
	case n == 9:
		l.logged(l.at, `resrc=net reason=detach | old-net="52:54:00:00:00:01" new-net="?"`,
			`resrc=net reason=attach | old-net="?" new-net="52:54:00:00:00:01"`)
	case n == 10:
		l.vcpu = 1 + l.rng.Uint64N(4)
		if at := l.at; l.often(7) {
			l.soon(func(int64) { l.logged(at, fmt.Sprintf(`resrc=vcpu reason=update | old-vcpu=2 new-vcpu=%d`, l.vcpu)) })
		}
		l.soon(l.libvirt)
	case n == 11 && l.often(2): // forged
		l.sent(l.at, 4242, "/tmp/forge", `resrc=disk reason=detach | old-disk="`+id+`" new-disk="?"`)
	}
	if l.often(1) {
		l.looked(hypervisor, l.at)
		l.looked("proc", l.at)
	}
}

// change is one that the log mostly tells, and libvirt; the process some time
// after.
func (l *life) change(kind, id, op string, by int) {
	if l.has[id]+by > 3 || l.has[id] >= 1 && kind == "disk" && by > 0 {
		return
	}
	l.has[id] += by
	if l.often(8) {
		was, now := "?", id
		if by < 0 {
			was, now = id, "?"
		}
		at := l.at
		l.soon(func(int64) {
			l.logged(at, fmt.Sprintf(`resrc=%s reason=%s | old-%s="%s" new-%s="%s"`, kind, op, kind, was, kind, now))
		})
	}
	l.soon(l.libvirt)
	if kind == "disk" {
		open := l.has[id] > 0 || l.often(1) // open still
		l.soon(func(int64) { l.open[id] = open })
		l.queue = append(l.queue, later{l.at + 5*s + l.rng.Int64N(25*s), l.proc})
	}
}

func (l *life) libvirt(at int64) {
	has := base()
	for i := range has {
		if has[i].Kind == "vcpu" {
			has[i].Value = l.vcpu
		}
	}
	var wants []fact.Wanted
	for _, id := range []string{"/d0.img", "/d1.img", "/d2.img", "/d3.img", "/d4.img", "/d5.img"} {
		if l.has[id] > 0 {
			has = append(has, thing("disk", id))
			wants = append(wants, wantedFor("attach", "disk", id))
		}
	}
	for range l.has["/dev/random"] {
		has = append(has, thing("rng", "/dev/random"))
	}
	l.scene.has(fact.Libvirt, l.last[libvirt], at, has, wants...)
	l.last[libvirt] = at
}

func (l *life) proc(at int64) {
	var has []fact.Thing
	for _, id := range []string{"/a.img", "/d0.img", "/d1.img", "/d2.img", "/d3.img", "/d4.img", "/d5.img"} {
		if l.open[id] {
			has = append(has, silent("file", id))
		}
	}
	l.scene.has(fact.Proc, l.last[proc], at, has)
	l.last[proc] = at
}

// lines are all rows, those of a session in any order.
func (r *rows) lines() string {
	all := strings.Split(r.text(), "\n")
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// TestSettledIsJudged: what is settled is as it would be if it were judged still.
func TestSettledIsJudged(t *testing.T) {
	t.Parallel()
	seeds, settledSome := cases(20, 4), 0
	for seed := range uint64(seeds) {
		l := newLife(seed, 200)
		if seed%3 == 0 {
			l.stopped(l.at + s)
			l.until(l.at + 3600*s)
		}
		var got [2]*rows
		for i, after := range []int64{settleAfter, forever / 2} {
			d, r := New(Options{}), newRows()
			d.settleAfter, d.settleFrom = after, 8
			for n := range l.facts {
				if err := d.Add(&l.facts[n]); err != nil {
					t.Fatal(err)
				}
				if n%10 == 0 {
					r.apply(d.Delta())
				}
				if i == 0 && len(d.runs) > 0 && len(d.runs[0].settled.rows) > 0 {
					settledSome++
				}
			}
			r.apply(d.Delta())
			got[i] = r
		}
		if a, b := got[0].lines(), got[1].lines(); a != b {
			t.Fatalf("seed %d: settled %s", seed, difference(a, b))
		}
	}
	if settledSome < 50*seeds {
		t.Errorf("after %d facts only something was settled", settledSome)
	}
}

// TestSettledAnySplitting: when Delta is called changes nothing of what is settled.
func TestSettledAnySplitting(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		sameRows(t, "life", newLife(100+seed, 150).facts, seed)
	}
}

// cycles gives the facts of a guest that has a disk attached and detached n times,
// once a minute.
func cycles(n int) []fact.Fact {
	sc := &scene{}
	sc.watched()
	file := []fact.Thing{silent("file", "/a.img"), silent("file", "/b.img")}
	for i := range n {
		at := int64(60+60*i) * s
		sc.logged(at, `resrc=disk reason=attach | old-disk="?" new-disk="/b.img"`)
		sc.has(fact.Libvirt, at-s, at+10, base(thing("disk", "/b.img")))
		sc.has(fact.Proc, at-s, at+s, file)
		sc.logged(at+10*s, `resrc=disk reason=detach | old-disk="/b.img" new-disk="?"`)
		sc.has(fact.Libvirt, at+9*s, at+10*s+10, base())
		sc.has(fact.Proc, at+9*s, at+11*s, file[:1])
	}
	return sc.facts
}

// TestLongPastIsSettled: what is judged of a guest doesn't grow with its past, and
// its rows have all of it.
func TestLongPastIsSettled(t *testing.T) {
	t.Parallel()
	n := cases(2000, 500)
	facts := cycles(n)
	d, r := New(Options{}), newRows()
	longest := 0
	for i := range facts {
		if err := d.Add(&facts[i]); err != nil {
			t.Fatal(err)
		}
		for _, r := range d.runs {
			longest = max(longest, r.length())
		}
	}
	r.apply(d.Delta())
	if longest > 600 {
		t.Errorf("%d are judged", longest)
	}
	held := 0
	for _, h := range r.ordered()[0].Holdings {
		if h.ID == "/b.img" && slices.Equal(h.Also, []fact.Witness{fact.Libvirt, fact.Proc}) && h.Ended == "detach" {
			held++
		}
	}
	if held != n || r.told() != nil {
		t.Errorf("%d of %d are shown, findings %q", held, n, r.told())
	}
}

// TestSettledRowGetsShorter: a start that is under way first seems to be the
// running session's, and takes what it opened from that one's row.
func TestSettledRowGetsShorter(t *testing.T) {
	for n := range 60 { // one of them settles while the start is under way
		sc := &scene{}
		sc.watched()
		at := 60 * s
		for i := range n {
			at += 20 * s
			has := []fact.Thing{silent("file", "/a.img")}
			if i%2 == 0 {
				has = append(has, silent("file", "/x"))
			}
			sc.has(fact.Proc, at-10*s, at, has)
			sc.has(fact.Proc, at, at+5*s, append(has, silent("file", fmt.Sprintf("/y%d", i))))
		}
		sc.tick(at + 20*s)
		// The guest was killed, and nobody recorded it.
		sc.logged(at+100*s, `resrc=net reason=open | net=52:54:00:00:00:01 path="/dev/net/tun" rdev=0A:C8`,
			`resrc=disk reason=start | old-disk="?" new-disk="/a.img"`)
		sc.tick(at + 101*s)
		sc.logged(at+102*s, `op=start reason=booted | vm-pid=78`)
		sc.tick(at + 103*s)
		if got, _ := derive(t, sc.facts); len(got.sessions) != 2 {
			t.Fatalf("%d changes: %d sessions", n, len(got.sessions))
		}
	}
}

// TestSettledNotWhileHeld: what the log has as held still isn't settled, as its end
// may come, and a holding is open no longer than its session.
func TestSettledNotWhileHeld(t *testing.T) {
	attach := attachText("disk", "/b.img")
	sc := &scene{}
	sc.watched()
	sc.logged(60*s, attach)
	sc.has(fact.Libvirt, 59*s, 60*s+10, base(thing("disk", "/b.img")))
	sc.sent(80*s, 4242, "/tmp/forge", attach)
	sc.has(fact.Libvirt, 119*s, 120*s, base()) // its detach is not recorded
	cycle := cycles(40)
	for _, f := range cycle[len(cycle)/2:] {
		f.Text = bytes.ReplaceAll(f.Text, []byte("/b.img"), []byte("/c.img"))
		sc.add(f)
	}
	sc.serial = 1000
	sc.stopped(3000 * s)
	sc.seen(fact.Libvirt, fact.Gone, 2999*s, 3000*s, fact.Observed{})
	sc.seen(fact.Proc, fact.Gone, 2999*s, 3000*s, fact.Observed{})
	sc.tick(9000 * s)
	got, _ := derive(t, sc.facts)
	for _, h := range got.ordered()[0].Holdings {
		if h.Ended == "" || h.To == (trail.Moment{}) {
			t.Errorf("open in a session that is over: %+v", h)
		}
	}
}

// TestFloodWithdrawsNothing: however much a process opens, what was found of what
// it had before stays, and so does that.
func TestFloodWithdrawsNothing(t *testing.T) {
	sc := &scene{}
	sc.watched()
	a := silent("file", "/a.img")
	sc.has(fact.Proc, 59*s, 60*s, []fact.Thing{a, silent("file", "/secret")})
	sc.has(fact.Proc, 89*s, 90*s, []fact.Thing{a})
	sc.tick(120 * s)
	many := []fact.Thing{a}
	for i := range maxPast + 1000 {
		many = append(many, silent("tcp", fmt.Sprintf("10.0.0.1:%d", i)))
	}
	sc.has(fact.Proc, 129*s, 130*s, many)
	sc.has(fact.Proc, 159*s, 160*s, []fact.Thing{a})
	sc.tick(300 * s)
	d, r := New(Options{}), newRows()
	feed(t, d, sc.facts)
	r.apply(d.Delta())
	if told := r.told(); len(told) != 1 {
		t.Errorf("findings %q", told)
	}
	if !slices.Contains(r.held(), "file /secret by=proc ended=detach") {
		t.Error("what it had is not held")
	}
	if n := len(d.runs[0].past); n > maxPast {
		t.Errorf("%d things are judged", n)
	}
}

// BenchmarkLongPast is of a guest that has a disk attached and detached many
// times: what a fact costs, with a Delta for every ten.
func BenchmarkLongPast(b *testing.B) {
	for _, n := range []int{200, 2000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			facts := cycles(n)
			for b.Loop() {
				d := New(Options{})
				for i := range facts {
					if err := d.Add(&facts[i]); err != nil {
						b.Fatal(err)
					}
					if i%10 == 0 {
						d.Delta()
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(len(facts)*b.N), "us/fact")
		})
	}
}
