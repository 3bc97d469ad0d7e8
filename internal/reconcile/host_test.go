package reconcile

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// as makes what is added be another guest's.
func (sc *scene) as(n int, add func()) {
	from := len(sc.facts)
	add()
	other := fmt.Sprintf("%s%02d", strings.TrimSuffix(uuid, "11"), n)
	for i := range sc.facts[from:] {
		f := &sc.facts[from+i]
		for _, word := range [][2]string{{uuid, other}, {`vm="g"`, fmt.Sprintf(`vm="g%d"`, n)}, {`"name":"g"`, fmt.Sprintf(`"name":"g%d"`, n)}} {
			f.Text = bytes.ReplaceAll(f.Text, []byte(word[0]), []byte(word[1]))
		}
	}
}

// A hostStep is something that happens, and when it is told.
type hostStep struct {
	told int64
	add  func(*scene)
}

// randomHost is the life of some guests, of which the log, libvirt and processes
// tell one before the other: each is behind by a time of its own, which changes, so
// that what one tells isn't in order either.
func randomHost(seed uint64) *scene { return hostOf(seed, false) }

// hostOf is a randomHost of which each source may tell all in order.
func hostOf(seed uint64, inOrder bool) *scene {
	rng := rand.New(rand.NewPCG(seed, 5))
	var steps []hostStep
	behind := [3]int64{rng.Int64N(100 * s), rng.Int64N(20 * s), rng.Int64N(20 * s)}
	var last [3]int64
	tell := func(source int, at int64, add func(*scene)) {
		told := at + behind[source]
		if last[source] = max(last[source], told); inOrder {
			told = last[source]
		}
		steps = append(steps, hostStep{told, add})
	}
	lives := make([]*guestLife, 1+rng.IntN(4))
	for i := range lives {
		lives[i] = &guestLife{n: i, pid: 100 * (i + 1)}
	}
	at := 30 * s
	for range 150 {
		at += rng.Int64N(8 * s)
		if rng.IntN(20) == 0 {
			behind[rng.IntN(3)] = rng.Int64N(120 * s)
		}
		for source, add := range lives[rng.IntN(len(lives))].next(rng, at) {
			if add != nil && rng.IntN(12) > 0 {
				tell(source, at, add)
			}
		}
		if now := at; rng.IntN(4) == 0 {
			tell(0, at, func(sc *scene) { sc.tick(now) })
			tell(1, at, func(sc *scene) { sc.looked(hypervisor, now) })
			tell(2, at, func(sc *scene) { sc.looked("proc", now) })
		}
	}
	slices.SortStableFunc(steps, func(a, b hostStep) int { return cmp.Compare(a.told, b.told) })
	sc := &scene{}
	for _, st := range steps {
		st.add(sc)
	}
	sc.tick(at + 300*s)
	return sc
}

// A guestLife is a guest of a randomHost.
type guestLife struct {
	n, pid, run int
	runs        bool
	disks       []string
	last        int64 // look
}

// next lets something happen, and gives how the log, libvirt and the process tell
// it.
func (g *guestLife) next(rng *rand.Rand, at int64) (told [3]func(*scene)) {
	from := g.last
	g.last = at
	pid, run := g.pid, fmt.Sprint(g.run)
	by := func(what fact.What, w fact.Witness, has []fact.Thing) func(*scene) {
		return func(sc *scene) {
			sc.as(g.n, func() { sc.seen(w, what, from, at, fact.Observed{PID: pid, Run: run, Has: has}) })
		}
	}
	logged := func(texts ...string) func(*scene) {
		return func(sc *scene) { sc.as(g.n, func() { sc.logged(at, texts...) }) }
	}
	disk := fmt.Sprintf("/d%d.img", rng.IntN(3))
	switch i := slices.Index(g.disks, disk); {
	case !g.runs:
		g.runs, g.pid, g.run, g.disks = true, g.pid+1, g.run+1, nil
		pid, run = g.pid, fmt.Sprint(g.run)
		told[0] = func(sc *scene) {
			sc.as(g.n, func() {
				sc.logged(at, `resrc=disk reason=start | old-disk="?" new-disk="/a.img"`, fmt.Sprintf("op=start reason=booted | vm-pid=%d", pid))
			})
		}
		return [3]func(*scene){told[0], by(fact.Seen, fact.Libvirt, g.has()), by(fact.Seen, fact.Proc, g.opened())}
	case rng.IntN(8) == 0:
		g.runs = false
		return [3]func(*scene){logged(`op=stop reason=shutdown | vm-pid=0`), by(fact.Gone, fact.Libvirt, nil), by(fact.Gone, fact.Proc, nil)}
	case i >= 0:
		g.disks = slices.Delete(slices.Clone(g.disks), i, i+1)
		told[0] = logged(`resrc=disk reason=detach | old-disk="` + disk + `" new-disk="?"`)
	default:
		g.disks = append(slices.Clone(g.disks), disk)
		told[0] = logged(`resrc=disk reason=attach | old-disk="?" new-disk="` + disk + `"`)
	}
	told[1], told[2] = by(fact.Changed, fact.Libvirt, g.has()), by(fact.Changed, fact.Proc, g.opened())
	return told
}

func (g *guestLife) has() []fact.Thing {
	has := []fact.Thing{thing("disk", "/a.img")}
	for _, d := range g.disks {
		has = append(has, thing("disk", d))
	}
	return has
}

func (g *guestLife) opened() []fact.Thing {
	has := []fact.Thing{silent("file", "/a.img")}
	for _, d := range g.disks {
		has = append(has, silent("file", d))
	}
	return has
}

// TestHostHoweverAsked: what is told of a host's guests is the same whenever
// somebody asks, however far one source is behind another.
func TestHostHoweverAsked(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(30, 5)) {
		sameRows(t, "host", randomHost(seed).facts, seed)
	}
}

// misnumbered gives the guests whose sessions aren't numbered from 1 on.
func (r *rows) misnumbered() []string {
	numbers := map[string][]int{}
	for _, s := range r.sessions {
		key := cmp.Or(s.UUID, s.Name)
		numbers[key] = append(numbers[key], s.Number)
	}
	var wrong []string
	for key, all := range numbers {
		slices.Sort(all)
		for i, n := range all {
			if n != i+1 {
				wrong = append(wrong, fmt.Sprint(key, all))
				break
			}
		}
	}
	return wrong
}

// TestNumbersOfHost: a guest's sessions are numbered one after the other, however far
// one source is behind another.
func TestNumbersOfHost(t *testing.T) {
	t.Parallel()
	for seed := range uint64(cases(200, 20)) {
		if got, _ := derive(t, hostOf(seed, true).facts); len(got.misnumbered()) > 0 {
			t.Errorf("seed %d: %q", seed, got.misnumbered())
		}
	}
}
