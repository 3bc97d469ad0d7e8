package loggen

import (
	"fmt"
	"math/rand/v2"
)

// state is what a guest does, and what of it the log can know.
type state int

const (
	off     state = iota
	running       // and libvirtd watches it
	gone          // its process died while libvirtd was down: nothing said so
	abended       // its process crashed, the kernel said so, and libvirtd was down
)

// guest is a defined machine or container of one node, and its present run.
type guest struct {
	name, vm string // as it is, and as vm= has it
	uuid     string
	virt     string // qemu, kvm or lxc
	hw       hardware
	state    state
	busy     bool // something is happening to it
	inLog    bool // a record has named it

	// The present run.
	startKnown bool // its op=start is in the log
	seen       bool // the log shows it
	start, end Event
	run
	machine    int // the number of its cgroup
	mem        int
	vcpus      int
	iothreads  int
	media, top string // of the CD drive; of the first disk
	plugged    []plugged
	lastStop   string // the reason of the last stop
	changedAt  int64  // by picked records: its last start
	securityAt int64  // its last AVC or anomaly
}

// newGuest makes the guest with that index; every tenth is the same machine on
// all nodes.
func newGuest(seed uint64, node, index int) *guest {
	owner := uint64(node) + 1
	if index%10 == 4 {
		owner = 0
	}
	rng := rand.New(rand.NewPCG(seed^owner<<40, uint64(index)+1<<20))
	g := &guest{
		name: guestName(index),
		uuid: fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12),
			0x8000|rng.IntN(1<<14), rng.Uint64N(1<<48)),
		virt: "kvm",
	}
	g.vm = encode(g.name)
	switch index % 8 {
	case 5:
		g.virt = "qemu"
	case 7:
		g.virt = "lxc"
	}
	g.hw = newHardware(rng, g)
	g.reset()
	return g
}

// guestName gives plain names and those that break readers.
func guestName(i int) string {
	switch i % 29 {
	case 3:
		return fmt.Sprintf("win server %d", i)
	case 7:
		return fmt.Sprintf("rl-Üñí-日本-%d", i)
	case 11:
		return fmt.Sprintf(`the "big" one %d`, i)
	case 13:
		return fmt.Sprintf("o'brien-%d", i)
	case 17:
		return fmt.Sprintf("x vm-pid=1' res=success %d", i)
	case 19:
		return fmt.Sprintf("q'op=stop,res=failed;vm=%d", i)
	case 23:
		return fmt.Sprintf("a-very-long-name-of-a-guest-that-no-column-was-made-for-%d", i)
	default:
		return fmt.Sprintf("%s%03d.example.org", [...]string{"web", "db", "ci", "mail", "build"}[i%5], i)
	}
}

// reset gives the guest what its definition says.
func (g *guest) reset() {
	g.mem, g.vcpus, g.iothreads = g.hw.mem, g.hw.vcpus, g.hw.iothreads
	g.media, g.top = g.hw.media, ""
	if len(g.hw.disks) > 0 {
		g.top = g.hw.disks[0]
	}
	g.plugged = g.plugged[:0]
}

// begin makes the guest run.
func (g *guest) begin(r run) {
	g.reset()
	g.state, g.startKnown, g.seen = running, true, true
	g.run = r
	g.start, g.end = Event{}, Event{}
}

// session is the present run as the log shows it.
func (g *guest) session(n *node, state, reason string) Session {
	s := Session{
		Node: n.name, UUID: g.uuid, Name: g.name, Virt: g.virt,
		State: state, Start: g.start, End: g.end, EndReason: reason,
	}
	if g.startKnown {
		s.PID = g.pid
	}
	return s
}
