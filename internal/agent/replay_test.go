package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/witness"
	"github.com/virtaudit/virtaudit/record"
)

// replayed is a recorded report, and how many records are stored before it comes.
type replayed struct {
	After  int64
	Report witness.Report
}

// replayKey is the state that says how many reports were given.
const replayKey = "libvirt replayed"

// replayer gives recorded reports, as a witness does that begins where it was
// left.
type replayer struct {
	steps []replayed
	store string
}

func newReplayer(file, store string) (*replayer, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &replayer{store: store}
	return r, json.Unmarshal(text, &r.steps)
}

func (r *replayer) Name() string           { return "libvirt replayed" }
func (r *replayer) Status() witness.Status { return witness.Status{Name: r.Name(), Up: true} }

func (r *replayer) Run(ctx context.Context, give witness.Give) error {
	s, err := store.OpenRead(r.store)
	if err != nil {
		return err
	}
	defer s.Close()
	for n, err := given(ctx, s); n < len(r.steps); {
		if err != nil {
			return err
		}
		c, err := s.Counts(ctx)
		if err != nil {
			return err
		}
		if c.Facts[fact.Record] < r.steps[n].After {
			time.Sleep(2 * time.Millisecond)
			continue
		}
		report := r.steps[n].Report
		n++
		report.State = map[string][]byte{replayKey: []byte(strconv.Itoa(n))}
		if err := give(report); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// given is how many reports are stored.
func given(ctx context.Context, s *store.Store) (int, error) {
	text, err := s.State(ctx, replayKey)
	if err != nil || text == nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// recordedGuest is a guest whose start, changes and end were recorded, by
// libvirt's records and by what a witness of libvirt gave: stages of each. Each
// report comes after the records of its stage.
type recordedGuest struct {
	name, uuid string
	pid        int
	at         int64 // milliseconds
	serial     int
	has        []fact.Thing
}

func newRecordedGuest(n int) *recordedGuest {
	return &recordedGuest{
		name: fmt.Sprintf("guest %d", n), uuid: fmt.Sprintf("5a1b7e9d-2b58-4d2c-b2a1-%012d", n), pid: 4000 + n,
		at: 1_790_000_000_000 + int64(n)*600_000, serial: 1000 + n*100,
		has: []fact.Thing{{Kind: "disk", ID: "/a.img"}, {Kind: "disk", ID: "nbd://127.0.0.1:1/x", Silent: true}, {Kind: "rng", ID: "/dev/urandom"}},
	}
}

// line is a record of libvirt's of the guest.
func (g *recordedGuest) line(kind, op, device string) string {
	g.serial++
	g.at += 5
	return fmt.Sprintf(`type=%s msg=audit(%d.%03d:%d): pid=99 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm %s vm=%s uuid=%s %s exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`,
		kind, g.at/1000, g.at%1000, g.serial, op, encodedName(g.name), g.uuid, device)
}

// encodedName is a name as libvirt and libaudit write it.
func encodedName(name string) string {
	for i := range len(name) {
		if c := name[i]; c == '"' || c <= ' ' || c >= 0x7f {
			return fmt.Sprintf("%X", name)
		}
	}
	return `"` + name + `"`
}

func (g *recordedGuest) report(what fact.What, o fact.Observed) witness.Report {
	from := g.at - 1000
	g.at += 500
	o.Witness, o.What, o.UUID, o.Name, o.Virt, o.PID = fact.Libvirt, what, g.uuid, g.name, "kvm", g.pid
	o.Run, o.From, o.To = "1", from, g.at
	g.at += 60_000
	return witness.Report{Facts: []fact.Fact{{
		Kind: fact.Observation, Node: "here", Source: "libvirt qemu:///system", Stamp: record.Stamp{Millis: o.To}, Text: fact.Encode(o),
	}}}
}

// stages are how many a guest has.
const stages = 4

// stage gives the records of a stage, and the report behind them.
func (g *recordedGuest) stage(n int) ([]string, witness.Report) {
	switch n {
	case 0:
		lines := []string{
			g.line("VIRT_RESOURCE", "resrc=disk reason=start", `old-disk="?" new-disk="/a.img"`),
			g.line("VIRT_RESOURCE", "resrc=rng reason=start", `old-rng="?" new-rng="/dev/urandom"`),
			g.line("VIRT_CONTROL", "op=start reason=booted", fmt.Sprintf("vm-pid=%d", g.pid)),
		}
		return lines, g.report(fact.Seen, fact.Observed{State: "running", Has: g.has})
	case 1: // an RNG that libvirt doesn't record
		g.has = append(g.has, fact.Thing{Kind: "rng", ID: "/dev/random"})
		lines := []string{g.line("VIRT_RESOURCE", "resrc=disk reason=attach", `old-disk="?" new-disk="/b.img"`)}
		g.has = append([]fact.Thing{{Kind: "disk", ID: "/b.img"}}, g.has...)
		text := fmt.Sprintf(`virt=kvm resrc=rng reason=attach vm=%s uuid=%s old-rng="?" new-rng="/dev/random"`, encodedName(g.name), g.uuid)
		return lines, g.report(fact.Changed, fact.Observed{State: "running", Has: g.has, Wants: []fact.Wanted{
			{Type: "VIRT_RESOURCE", Text: text, Op: "attach", Kind: "rng", ID: "/dev/random", Old: "?"},
		}})
	case 2:
		return nil, g.report(fact.Told, fact.Observed{Tells: []fact.Telling{{At: g.at, Kind: "balloon", Text: "actual=65536"}}})
	default:
		return []string{g.line("VIRT_CONTROL", "op=stop reason=destroyed", "vm-pid=-1")}, g.report(fact.Gone, fact.Observed{State: "shutoff"})
	}
}
