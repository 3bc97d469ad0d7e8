package witness

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/qmp"
)

const socket = "/run/vm/a.sock"

func startQMP(t *testing.T, k *keeper) *qmpTeller {
	t.Helper()
	q, err := NewQMP(k.base(), QMPOptions{Sockets: []string{"/run/vm/*.sock"}})
	must(t, err)
	teller, err := q.teller(k.give)
	must(t, err)
	must(t, teller.begin())
	return teller
}

// snapshot is what a guest has, whose process is this test's.
func snapshot(at int64) *qmp.Snapshot {
	hwrng := guest.RNG{Backend: guest.RNGRandom, Path: "/dev/hwrng"}
	disk := func(path string) guest.DiskSource { return guest.DiskSource{Type: guest.DiskFile, Path: path} }
	return &qmp.Snapshot{
		Begun: second(at), Ended: second(at + 1), PID: os.Getpid(), Status: "running",
		Spec: guest.Spec{
			Name: "raw\xff\\", UUID: uuidA, Virt: guest.KVM, Memory: 65536, VCPUs: 1, RNGs: []guest.RNG{hwrng},
			Disks: []guest.Disk{{Target: "d0", Bus: "virtio", Device: "disk", Source: disk("/srv/top.qcow2")}},
		},
		RNGs: []qmp.RNG{{RNG: hwrng, Object: "/objects/rng0", Device: "/machine/peripheral/r0", MaxBytes: 1024, Period: 1000}},
		Images: []qmp.Image{
			{Drive: "d0", Format: "qcow2", Source: disk("/srv/top.qcow2")},
			{Drive: "d0", Depth: 1, Format: "raw", Source: disk("/srv/base.img")},
			{Source: disk("/srv/later.img")},
		},
		Chardevs: []qmp.Chardev{
			{ID: "mon", Source: guest.Chardev{Type: guest.ChardevUnix, Path: socket, Listen: true}},
			{ID: "fs", Source: guest.Chardev{Type: guest.ChardevUnix, Path: "/run/fs.sock"}},
			{ID: "log", Source: guest.Chardev{Type: guest.ChardevFile}, NoPath: true},
		},
	}
}

func lookedAt(kind qmp.ReportKind, s *qmp.Snapshot) qmp.Report {
	return qmp.Report{Socket: socket, Kind: kind, To: s.Ended, PID: s.PID, Snapshot: s}
}

func TestQMPLife(t *testing.T) {
	k := newKeeper(t)
	q := startQMP(t, k)
	must(t, q.take(lookedAt(qmp.Found, snapshot(10))))
	all, watched := k.take()
	if len(all) != 1 || len(watched) != 1 || !watched[0].Up || watched[0].Source != "qmp "+socket {
		t.Fatalf("found: %+v %+v", all, watched)
	}
	seen := all[0]
	var got []string
	for _, thing := range seen.Has {
		got = append(got, fmt.Sprintf("%s %s %d %v %v", thing.Kind, thing.ID, thing.Value, thing.Silent, thing.Detail))
	}
	want := []string{
		"backing /srv/base.img 0 true map[depth:1 format:raw of:/srv/top.qcow2]",
		"chardev /run/fs.sock 0 true map[chardev:fs type:unix]",
		"disk /srv/top.qcow2 0 false map[bus:virtio device:disk target:d0 type:file]",
		"image /srv/later.img 0 true map[]",
		"mem  65536 false map[]",
		"rng /dev/hwrng 0 false map[backend:random device:/machine/peripheral/r0 rate:1024/1000ms]",
		"vcpu  1 false map[]",
	}
	if !slices.Equal(got, want) || seen.What != fact.Seen || seen.Name != `raw\xff\\` || seen.Virt != "kvm" || len(seen.Wants) != 0 || len(seen.Partial) != 0 {
		t.Errorf("seen %+v\n%q\nwant\n%q", seen, got, want)
	}
	must(t, q.take(lookedAt(qmp.Same, snapshot(100))))
	k.ticked("qmp "+socket, second(100))
	k.none("nothing new")

	// A restart of the service, a change meanwhile.
	q = startQMP(t, k)
	s := snapshot(200)
	s.Spec.RNGs = append(s.Spec.RNGs, guest.RNG{Backend: guest.RNGRandom, Path: "/dev/random"})
	must(t, q.take(lookedAt(qmp.Found, s)))
	all, watched = k.take()
	if len(all) != 1 || all[0].What != fact.Changed || all[0].From != second(100).UnixMilli() || all[0].Run != seen.Run || len(things(all[0], "rng")) != 2 {
		t.Errorf("changed %+v", all)
	}
	if len(watched) != 1 || watched[0].Since != second(100).UnixMilli() {
		t.Errorf("watched %+v", watched)
	}
	qmpEnds(t, k, q, seen.Run)
}

// A socket at which there is no guest any more isn't unwatched: the next guest may
// come days later.
func TestQMPSocketAgain(t *testing.T) {
	k := newKeeper(t)
	q := startQMP(t, k)
	must(t, q.take(lookedAt(qmp.Found, snapshot(10))))
	must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Silent, To: second(20), Err: errors.New("EOF")}))
	k.take()
	must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Gone, To: second(30), Err: errors.New("no such file")}))
	all, watched := k.take()
	if len(all) != 1 || all[0].What != fact.Gone || len(watched) != 1 || !watched[0].Up ||
		watched[0].Since != second(20).UnixMilli() || watched[0].At != second(30).UnixMilli() {
		t.Errorf("a guest that is gone gives %+v %+v", all, watched)
	}
	must(t, q.take(lookedAt(qmp.Found, snapshot(100_000))))
	if _, watched = k.take(); len(watched) != 1 || watched[0].Since != 0 {
		t.Errorf("a new guest at the socket of another is watched since %+v", watched)
	}
	must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Gone, To: second(100_010), Err: errors.New("no such file")}))
	if _, watched = k.take(); len(watched) != 0 {
		t.Errorf("of one that was watched to its end: %+v", watched)
	}
}

func qmpEnds(t *testing.T, k *keeper, q *qmpTeller, run string) {
	t.Helper()
	must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Told, To: second(210), PID: os.Getpid(), Events: []qmp.Event{
		{Name: "SHUTDOWN", At: second(209), Data: json.RawMessage(`{"guest": false, "reason": "host-qmp-quit"}`)}, {Lost: 3},
	}}))
	if o := k.one(fact.Told); len(o.Tells) != 1 || o.Tells[0].Kind != "SHUTDOWN" || o.Run != run || o.Problem != "3 events were lost" {
		t.Errorf("told %+v", o)
	}
	must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Gone, To: second(211), Err: errors.New("EOF")}))
	if o := k.one(fact.Gone); o.Run != run || o.Reason != "host-qmp-quit" || o.From != second(200).UnixMilli() {
		t.Errorf("gone %+v", o)
	}
	if len(k.state) != 1 || len(q.monitors) != 0 { // the time up to when all was known
		t.Errorf("stored %v, %d monitors", k.state, len(q.monitors))
	}
}

// A part that isn't known hides nothing that was, and is told once.
func TestQMPPartial(t *testing.T) {
	k := newKeeper(t)
	q := startQMP(t, k)
	must(t, q.take(lookedAt(qmp.Found, snapshot(10))))
	k.take()
	s := snapshot(20)
	s.Spec.RNGs, s.RNGs, s.Unknown = nil, nil, []qmp.Unknown{{Part: "rngs", Err: errors.New("refused")}}
	must(t, q.take(lookedAt(qmp.Changed, s)))
	k.none("unknown isn't lost")
	s.Spec.VCPUs = 2
	must(t, q.take(lookedAt(qmp.Changed, s)))
	if o := k.one(fact.Changed); !slices.Equal(o.Partial, []string{"rng"}) || len(things(o, "rng")) != 0 || o.Problem != "rngs: refused" {
		t.Errorf("changed %+v", o)
	}
	after := snapshot(30)
	after.Spec.VCPUs = 2
	must(t, q.take(lookedAt(qmp.Changed, after)))
	k.none("known again as it was")
}

func TestQMPUnwatched(t *testing.T) {
	k := newKeeper(t)
	q := startQMP(t, k)
	must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Failed, To: second(1), Err: fmt.Errorf("dial: %w", syscall.ECONNREFUSED)}))
	k.none("a socket that was left behind")
	must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Taken, To: second(2), Err: qmp.ErrTaken}))
	if _, watched := k.take(); len(watched) != 1 || watched[0].Up || !strings.Contains(watched[0].Why, "another client") {
		t.Errorf("taken %+v", watched)
	}
	if s := q.box.get(); s.Up || s.Absent || s.Why == "" {
		t.Errorf("status %+v", s)
	}
	must(t, q.take(lookedAt(qmp.Found, snapshot(10))))
	must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Silent, To: second(20), PID: os.Getpid(), Err: errors.New("no answer")}))
	must(t, q.take(lookedAt(qmp.Same, snapshot(30))))
	_, watched := k.take()
	if len(watched) != 3 || watched[1].Up || !watched[2].Up || watched[2].Since != second(20).UnixMilli() {
		t.Errorf("silent %+v", watched)
	}
	if s := q.box.get(); !s.Up || s.Guests != 1 || s.Why != "" {
		t.Errorf("status %+v", s)
	}
}

// A guest whose process is another by now ended meanwhile.
func TestQMPOtherProcess(t *testing.T) {
	k := newKeeper(t)
	q := startQMP(t, k)
	must(t, q.take(lookedAt(qmp.Found, snapshot(10))))
	k.take()
	for key, text := range k.state {
		k.state[key] = []byte(strings.Replace(string(text), `"Start":`, `"Start":1`, 1))
	}
	startQMP(t, k)
	if o := k.one(fact.Gone); o.UUID != uuidA || o.From != second(10).UnixMilli() {
		t.Errorf("gone %+v", o)
	}
}

func TestQMPBadPattern(t *testing.T) {
	if _, err := NewQMP(Base{}, QMPOptions{Sockets: []string{"/run/["}}); err == nil {
		t.Error("no error")
	}
}

// A socket that floods is said to have lost events, not without end.
func TestQMPFlood(t *testing.T) {
	k := newKeeper(t)
	q := startQMP(t, k)
	must(t, q.take(lookedAt(qmp.Found, snapshot(10))))
	k.take()
	const seconds = 2000
	for i := range int64(seconds) {
		must(t, q.take(qmp.Report{Socket: socket, Kind: qmp.Told, To: second(20 + i), PID: os.Getpid(), Events: []qmp.Event{{Lost: 1000}}}))
	}
	told, _ := k.take()
	if most := maxEvents + int(seconds*time.Second/eventPause) + 1; len(told) > most || len(told) < maxEvents {
		t.Errorf("%d facts of a flood, at most %d", len(told), most)
	}
	if last := told[len(told)-1]; !strings.Contains(last.Problem, "were left out") || !strings.Contains(last.Problem, "1000 events were lost") {
		t.Errorf("the last: %q", last.Problem)
	}
	if n := q.box.get().Missed; n != seconds*1000 {
		t.Errorf("%d are missed", n)
	}
}
