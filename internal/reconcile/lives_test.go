package reconcile

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// lives are those of several guests of a host in which all goes wrong that can:
// records are missing, late and forged, equal things are mixed up, witnesses see
// late, or nothing for a while.
type lives struct {
	scene
	rng    *rand.Rand
	at     int64
	guests []*living
	queue  []later
	down   [witnesses]bool

	records int  // so many in a hundred are in the log
	split   bool // a start's records and its op=start are read apart
	equals  bool // several random devices are on one source
	outages bool
	lates   bool // lines come that were overtaken by more than can be mended
}

// living is one guest of lives, as it is.
type living struct {
	n, pid, run int
	runs        bool
	disks, open map[string]bool
	rngs        map[string]int
	net         bool
	medium      string
	vcpu        uint64
	last        [witnesses]int64 // when each looked
	seen        [witnesses]bool
	known       []fact.Thing // to libvirt's witness
}

var witnessSources = [witnesses]string{hypervisor, "qmp", "proc"}

// newLives gives some that differ by seed in what can go wrong.
func newLives(seed int) *lives {
	l := &lives{
		rng: rand.New(rand.NewPCG(uint64(seed), 9)), at: 30 * s,
		records: []int{80, 98}[seed%2], split: seed%7 < 3, equals: seed%3 != 0, outages: seed%4 != 0, lates: seed%5 != 0,
	}
	l.serial = 1000
	for i := range 1 + seed%3 {
		l.guests = append(l.guests, &living{n: i, pid: 100 * (i + 1)})
	}
	return l
}

// of makes facts be of a guest that are made as of the scenes' only one.
func (l *lives) of(g *living, add func()) {
	from := len(l.facts)
	add()
	id, name := fmt.Sprintf("%s%02d", strings.TrimSuffix(uuid, "11"), g.n), fmt.Sprintf("g%d", g.n)
	for i := range l.facts[from:] {
		f := &l.facts[from+i]
		for _, pair := range [][2]string{{uuid, id}, {`vm="g"`, `vm="` + name + `"`}, {`vm=\"g\"`, `vm=\"` + name + `\"`}, {`"name":"g"`, `"name":"` + name + `"`}} {
			f.Text = bytes.ReplaceAll(f.Text, []byte(pair[0]), []byte(pair[1]))
		}
	}
}

// often tells yes in n of a hundred.
func (l *lives) often(n int) bool { return l.rng.IntN(100) < n }

// within has something happen until then.
func (l *lives) within(most int64, add func(at int64)) {
	l.queue = append(l.queue, later{l.at + l.rng.Int64N(most), add})
}

func (l *lives) until(at int64) {
	byTime := func(a, b later) int { return int(a.at - b.at) }
	for slices.SortStableFunc(l.queue, byTime); len(l.queue) > 0 && l.queue[0].at <= at; slices.SortStableFunc(l.queue, byTime) {
		next := l.queue[0]
		l.queue = l.queue[1:]
		next.add(next.at)
	}
	l.at = at
}

// named gives the names of which there are some, in order.
func named(all map[string]bool) []string {
	names := slices.Sorted(maps.Keys(all))
	return slices.DeleteFunc(names, func(name string) bool { return !all[name] })
}

func (g *living) has(w int) []fact.Thing {
	if w == proc {
		has := []fact.Thing{silent("file", "/a.img")}
		for _, name := range named(g.open) {
			has = append(has, silent("file", name))
		}
		return append(has, fact.Thing{Kind: "char", ID: "/dev/net/tun", Names: []string{"vnet0"}})
	}
	has := base()
	has[4].Value = g.vcpu
	has = slices.Delete(has, 3, 4) // the rng
	if !g.net {
		has = slices.Delete(has, 2, 3)
	}
	for _, name := range named(g.disks) {
		has = append(has, thing("disk", name))
	}
	if g.medium != "" {
		has = append(has, thing("disk", g.medium))
	}
	for _, name := range slices.Sorted(maps.Keys(g.rngs)) {
		for range g.rngs[name] {
			has = append(has, thing("rng", name))
		}
	}
	return has
}

// look has a witness look at a guest.
func (l *lives) look(g *living, w int, at int64) {
	if l.down[w] || !g.runs {
		return
	}
	o := fact.Observed{PID: g.pid, Run: strconv.Itoa(g.run), State: "running", Has: g.has(w)}
	if w == libvirt {
		o.Wants, g.known = wantedBetween(g.known, o.Has), o.Has
	}
	what := fact.Changed
	if !g.seen[w] {
		what, g.seen[w] = fact.Seen, true
	}
	l.of(g, func() { l.seen(witnessNames[w], what, g.last[w], at, o) })
	g.last[w] = at
}

// looks has all witnesses look at a guest soon. Not every guest has a monitor.
func (l *lives) looks(g *living) {
	l.within(6*s, func(at int64) { l.look(g, libvirt, at) })
	if g.n%2 == 0 {
		l.within(6*s, func(at int64) { l.look(g, qmp, at) })
	}
	l.within(30*s, func(at int64) { l.look(g, proc, at) })
}

// wantedBetween gives the records that libvirt has for what came and went.
func wantedBetween(was, now []fact.Thing) []fact.Wanted {
	count := map[key]int{}
	var wanted []fact.Wanted
	for _, t := range now {
		count[key{kind: t.Kind, id: t.ID}]++
	}
	for _, t := range was {
		count[key{kind: t.Kind, id: t.ID}]--
	}
	for _, t := range slices.Concat(now, was) {
		k := key{kind: t.Kind, id: t.ID}
		for ; t.Value == 0 && count[k] > 0; count[k]-- {
			w := wantedFor("attach", k.kind, k.id)
			w.Text = messageText(attachText(k.kind, k.id))
			wanted = append(wanted, w)
		}
		for ; t.Value == 0 && count[k] < 0; count[k]++ {
			w := wantedFor("detach", k.kind, k.id)
			w.Text, w.ID, w.Old = messageText(detachText(k.kind, k.id)), "", k.id
			wanted = append(wanted, w)
		}
	}
	isMedium := func(op string) func(fact.Wanted) bool {
		return func(w fact.Wanted) bool { return w.Op == op && strings.HasSuffix(w.ID+w.Old, ".iso") }
	}
	in, out := slices.IndexFunc(wanted, isMedium("attach")), slices.IndexFunc(wanted, isMedium("detach"))
	if in >= 0 && out >= 0 {
		wanted[in].Op, wanted[in].Old = "update", wanted[out].Old
		wanted = slices.Delete(wanted, out, out+1)
	}
	return wanted
}

// log has the log tell of something, mostly: soon, or late and out of its order.
func (l *lives) log(g *living, texts ...string) {
	if !l.often(l.records) {
		return
	}
	at := l.at
	if !l.lates || !l.often(5) {
		l.within(3*s, func(int64) { l.of(g, func() { l.logged(at, texts...) }) })
		return
	}
	l.within(90*s, func(int64) {
		was := l.serial
		l.serial = max(1, l.serial-uint64(l.rng.IntN(5)))
		l.of(g, func() { l.logged(at, texts...) })
		l.serial = max(was, l.serial)
	})
}

func (l *lives) begin(g *living) {
	*g = living{
		n: g.n, pid: g.pid + 1, run: g.run + 1, runs: true, net: true, vcpu: 2,
		disks: map[string]bool{}, open: map[string]bool{}, rngs: map[string]int{"/dev/urandom": 1},
	}
	for w := range g.last {
		g.last[w] = l.at - 2*s
	}
	from, at := len(l.facts), l.at
	sc := scene{serial: l.serial}
	sc.started(at)
	for i := range sc.facts {
		sc.facts[i].Text = bytes.Replace(sc.facts[i].Text, []byte("vm-pid=77"), fmt.Appendf(nil, "vm-pid=%d", g.pid), 1)
	}
	l.serial = sc.serial
	l.of(g, func() {
		for i, f := range sc.facts {
			if l.split && i == len(sc.facts)-1 {
				l.facts[from+i-1].Settled = true
				l.tick(at)
			}
			l.add(f)
		}
	})
	l.looks(g)
}

func (l *lives) stop(g *living) {
	g.runs = false
	o, at := fact.Observed{PID: g.pid, Run: strconv.Itoa(g.run), Wants: []fact.Wanted{{Type: "VIRT_CONTROL", Text: "stop", Op: "stop"}}}, l.at
	if l.often(60) {
		l.within(2*s, func(int64) { l.of(g, func() { l.stopped(at) }) })
	}
	for w := range witnesses {
		if last := g.last[w]; !l.down[w] && g.seen[w] {
			l.within(6*s, func(at int64) { l.of(g, func() { l.seen(witnessNames[w], fact.Gone, last, at, o) }) })
		}
	}
}

// outage has a witness see nothing for a while, which the service may not tell.
func (l *lives) outage() {
	w, from := l.rng.IntN(witnesses), l.at
	if l.down[w] {
		return
	}
	l.down[w] = true
	if l.often(50) {
		l.watch(fact.Watched{Source: witnessSources[w], At: start + from})
	}
	l.within(1500*s, func(at int64) {
		l.down[w] = false
		l.watch(fact.Watched{Source: witnessSources[w], Up: true, Since: start + from, At: start + at})
		for _, g := range l.guests {
			l.look(g, w, at+100)
		}
	})
}

func (l *lives) step() {
	l.until(l.at + 2*s + l.rng.Int64N(25*s))
	if l.often(50) {
		l.tick(l.at)
	}
	if l.often(20) {
		for w, source := range witnessSources {
			if !l.down[w] {
				l.looked(source, l.at)
			}
		}
	}
	if l.outages && l.often(1) {
		l.outage()
	}
	if l.often(1) {
		l.watch(fact.Watched{Source: "log", Up: true, Since: start + l.at - 30*s, At: start + l.at, Whole: l.often(50)})
	}
	g := l.guests[l.rng.IntN(len(l.guests))]
	if !g.runs {
		l.begin(g)
		return
	}
	l.change(g)
}

// change has something happen to a guest, or the log tell of what doesn't.
func (l *lives) change(g *living) {
	id := fmt.Sprintf("/d%d.img", l.rng.IntN(5))
	switch n := l.rng.IntN(100); {
	case n < 30:
		l.disk(g, id)
	case n < 50:
		l.random(g)
	case n < 60:
		l.insert(g, fmt.Sprintf("/m%d.iso", l.rng.IntN(3)))
	case n < 68:
		was := g.vcpu
		g.vcpu = 1 + l.rng.Uint64N(4)
		l.log(g, fmt.Sprintf(`resrc=vcpu reason=update | old-vcpu=%d new-vcpu=%d`, was, g.vcpu))
		l.looks(g)
	case n < 72:
		l.log(g, attachText("disk", id)+" FAILED")
	case n < 76: // the interface moves to another bridge
		l.log(g, detachText("net", "52:54:00:00:00:01"), attachText("net", "52:54:00:00:00:01"))
	case n < 78:
		l.of(g, func() { l.sent(l.at, 4242, "/tmp/forge", detachText("disk", id)) })
	case n < 80:
		l.of(g, func() { l.sent(l.at, 4242, "/tmp/forge", attachText("disk", id)) })
	case n < 84: // what nothing names
		g.open["/z"+id] = !g.open["/z"+id]
		l.within(30*s, func(at int64) { l.look(g, proc, at) })
	case n < 86:
		l.of(g, func() { l.told(l.at, "balloon", "balloon kib=1") })
	case n < 87:
		if g.net = !g.net; g.net {
			l.log(g, attachText("net", "52:54:00:00:00:01"))
		} else {
			l.log(g, detachText("net", "52:54:00:00:00:01"))
		}
		l.looks(g)
	case n == 87 && l.often(40):
		l.stop(g)
	case n == 88 && l.often(20):
		l.of(g, func() { l.sent(l.at, 4242, "/tmp/forge", `op=stop reason=shutdown | vm-pid=0`) })
	}
}

func attachText(kind, id string) string {
	return fmt.Sprintf(`resrc=%s reason=attach | old-%s="?" new-%s="%s"`, kind, kind, kind, id)
}

func detachText(kind, id string) string {
	return fmt.Sprintf(`resrc=%s reason=detach | old-%s="%s" new-%s="?"`, kind, kind, id, kind)
}

// messageText gives what a record of scene.sent says.
func messageText(text string) string {
	verb, device, _ := strings.Cut(text, " | ")
	return fmt.Sprintf(`virt=kvm %s vm="g" uuid=%s %s`, verb, uuid, device)
}

// disk attaches one that isn't there, and detaches one that is. The process may
// have it open still.
func (l *lives) disk(g *living, id string) {
	if g.disks[id] = !g.disks[id]; g.disks[id] {
		l.log(g, attachText("disk", id))
	} else {
		l.log(g, detachText("disk", id))
	}
	if g.disks[id] || l.often(85) {
		g.open[id] = g.disks[id]
	}
	l.looks(g)
}

func (l *lives) random(g *living) {
	id := "/dev/random"
	if l.equals && l.often(50) {
		id = "/dev/urandom"
	}
	switch {
	case g.rngs[id] > 0 && l.often(50):
		g.rngs[id]--
		l.log(g, detachText("rng", id))
	case g.rngs[id] == 0 || l.equals && g.rngs[id] < 3:
		g.rngs[id]++
		l.log(g, attachText("rng", id))
	}
	l.looks(g)
}

// insert puts a medium into the drive, or takes out the one that is there.
func (l *lives) insert(g *living, id string) {
	was := g.medium
	if g.medium = id; was == id {
		g.medium = ""
	}
	field := func(id string) string {
		if id == "" {
			return "?"
		}
		g.open[id] = id == g.medium
		return id
	}
	l.log(g, fmt.Sprintf(`resrc=disk reason=update | old-disk="%s" new-disk="%s"`, field(was), field(g.medium)))
	l.looks(g)
}

// mend has the service send what is missing, a little later.
func (l *lives) mend(m Missing) {
	if m.Wanted.Kind == "" || !l.often(70) {
		return
	}
	at := l.at
	l.intend(fact.Intended{State: fact.Planned, PID: 999, For: m.Observation, Wanted: m.Wanted, UUID: m.UUID, Name: m.Name, At: start + at})
	text := attachText(m.Wanted.Kind, m.Wanted.ID)
	if m.Wanted.Op == "detach" {
		text = detachText(m.Wanted.Kind, m.Wanted.Old)
	}
	for _, g := range l.guests {
		if g.runs && strings.HasSuffix(m.UUID, fmt.Sprintf("%02d", g.n)) {
			l.within(5*s, func(at int64) { l.of(g, func() { l.sent(at, 999, "/usr/bin/virtaudit", text) }) })
		}
	}
}

// side is a deriver with the rows that it gave.
type side struct {
	d *Deriver
	r *rows
}

// settledAndNot gives one that settles as soon as it may, and one that never does.
func settledAndNot() [2]side {
	var both [2]side
	for i, after := range []int64{settleAfter, forever / 2} {
		both[i] = side{New(Options{}), newRows()}
		both[i].d.settleAfter, both[i].d.settleFrom = after, 8
	}
	return both
}

// TestLivesSettled: whatever happens, what is settled changes neither rows nor
// findings, nor what is missing.
func TestLivesSettled(t *testing.T) {
	t.Parallel()
	seeds, settled := cases(6, 2), 0
	for seed := range seeds {
		settled += sameSettled(t, seed, 300)
	}
	if settled < 10*seeds {
		t.Errorf("%d things were settled", settled)
	}
}

// sameSettled lives some lives, and gives how much was settled at the most.
func sameSettled(t *testing.T, seed, steps int) int {
	t.Helper()
	l, both := newLives(seed), settledAndNot()
	fed, most := 0, 0
	var given []Missing
	for step := range steps {
		l.step()
		for ; fed < len(l.facts); fed++ {
			for _, on := range both {
				f := l.facts[fed]
				if err := on.d.Add(&f); err != nil {
					t.Fatal(err)
				}
				if fed%7 == 0 {
					on.r.apply(on.d.Delta())
				}
			}
			for _, r := range both[0].d.runs {
				most = max(most, len(r.settled.tracks)+len(r.settled.rows))
			}
		}
		missing := both[0].d.Missing()
		same := func(a, b Missing) bool { return a.Wanted == b.Wanted && a.Observation == b.Observation }
		if other := both[1].d.Missing(); !slices.EqualFunc(missing, other, same) {
			t.Fatalf("seed %d, step %d: missing %v, never settled %v", seed, step, missing, other)
		}
		given = append(given, missing...)
		for _, m := range missing {
			l.mend(m)
		}
		if step%50 == 49 {
			sameSides(t, fmt.Sprintf("seed %d, step %d", seed, step), both, given)
		}
	}
	return most
}

// sameSides compares what was given out, and what is lacking still.
func sameSides(t *testing.T, name string, both [2]side, given []Missing) {
	t.Helper()
	for _, on := range both {
		on.r.apply(on.d.Delta())
	}
	if a, b := both[0].r.lines(), both[1].r.lines(); a != b {
		t.Fatalf("%s: settled %s", name, difference(a, b))
	}
	for _, m := range given {
		if a, b := both[0].d.Lacks(m.Observation, m.Wanted), both[1].d.Lacks(m.Observation, m.Wanted); a != b {
			t.Fatalf("%s: lacks %+v: %v, never settled %v", name, m.Wanted, a, b)
		}
	}
}
