//go:build linux

package integration

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/witness"
)

// witnessed is a guest of libvirt's with a rate on its RNG, and a monitor for
// virtaudit alone.
const witnessed = `
<domain type='%[1]s' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>it's witnessed</name>
  <uuid>%[2]s</uuid>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file'><driver type='qcow2'/><source file='%[3]s/top.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <rng model='virtio'><rate bytes='1024' period='2000'/><backend model='random'>/dev/urandom</backend></rng>
    <memballoon model='none'/>
  </devices>
  <qemu:commandline><qemu:arg value='-qmp'/><qemu:arg value='unix:%[4]s,server=on,wait=off'/></qemu:commandline>
</domain>`

// What is done to a real guest is told by all three witnesses, and after a
// restart of theirs only what is new.
func TestWitnesses(t *testing.T) {
	needRoot(t)
	need(t, "qemu-nbd")
	recordAudit(t)
	host := startLibvirtd(t)
	w := &witnesses{store: map[string][]byte{}, socket: shortPath(t, "watched.sock")}
	w.start(t, host)
	for len(w.store) < 2 { // libvirt and processes have been swept
		w.next(t, "sweeps")
	}
	m := host.startWitnessed(t, w.socket)
	w.uuid = m.UUID
	startWitnessed(t, w, m, filepath.Join(host.dir, "images"))
	rngWitnessed(t, w, m)
	nbdWitnessed(t, w, m)
	w.restart(t, host)
	suspendWitnessed(t, w, m)
	m.destroy(t)
	gone := w.all(t, "the end", func(o *fact.Observed) bool { return o.What == fact.Gone })
	if wants := gone[fact.Libvirt].Wants; len(wants) != 1 || !strings.Contains(wants[0].Text, "op=stop reason=destroyed") {
		t.Errorf("the end wants %+v", wants)
	}
	if len(w.store) != 3 { // up to when each of them knows
		t.Errorf("stored %v", slices.Sorted(maps.Keys(w.store)))
	}
}

// shortPath gives a path that is short enough for a socket.
func shortPath(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "virtaudit")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, name)
}

func (h *hypervisor) startWitnessed(t *testing.T, socket string) *machine {
	t.Helper()
	m := &machine{host: h, Virt: virtType(), Name: "it's witnessed", UUID: newUUID()}
	dir := filepath.Join(h.dir, "images")
	makeImage(t, "-f", "raw", filepath.Join(dir, "base.img"), "1M")
	makeImage(t, "-f", "qcow2", "-b", filepath.Join(dir, "base.img"), "-F", "raw", filepath.Join(dir, "top.qcow2"))
	h.virsh(t, "define", xmlFile(t, fmt.Sprintf(witnessed, m.Virt, m.UUID, dir, socket)))
	t.Cleanup(func() { m.remove(t) })
	m.start(t)
	return m
}

// witnesses are the three sources, and what they told.
type witnesses struct {
	store   map[string][]byte
	socket  string
	uuid    string
	reports chan witness.Report
	stop    func()
	seen    []fact.Observed
	watched []fact.Watched
}

func (w *witnesses) start(t *testing.T, host *hypervisor) {
	t.Helper()
	base := witness.Base{Node: "here", Processes: witness.NewProcesses(), States: func(prefix string) (map[string][]byte, error) {
		all := maps.Clone(w.store)
		maps.DeleteFunc(all, func(key string, _ []byte) bool { return !strings.HasPrefix(key, prefix) })
		return all, nil
	}}
	libvirt, err := witness.NewLibvirt(base, witness.LibvirtOptions{
		URIs: []string{"qemu:///system"}, RunDir: filepath.Join(host.dir, "run/libvirt"), Period: 500 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	qmp, err := witness.NewQMP(base, witness.QMPOptions{Sockets: []string{w.socket}, Interval: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	proc := witness.NewProc(base, witness.ProcOptions{Interval: 500 * time.Millisecond})
	w.reports = make(chan witness.Report)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 3)
	give := func(r witness.Report) error {
		select {
		case w.reports <- r:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, run := range []func(context.Context, witness.Give) error{libvirt[0].Run, qmp.Run, proc.Run} {
		go func() { ended <- run(ctx, give) }()
	}
	w.stop = func() {
		cancel()
		for range 3 {
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("a source ended: %v", err)
			}
		}
		w.stop = func() {}
	}
	t.Cleanup(func() { w.stop() })
}

// next takes a report as the service does.
func (w *witnesses) next(t *testing.T, what string) {
	t.Helper()
	select {
	case r := <-w.reports:
		w.take(t, r)
	case <-time.After(patience):
		t.Fatalf("waited %v for %s; so far %+v", patience, what, w.seen)
	}
}

func (w *witnesses) take(t *testing.T, r witness.Report) {
	t.Helper()
	for key, value := range r.State {
		if value == nil {
			delete(w.store, key)
		} else {
			w.store[key] = value
		}
	}
	for i := range r.Facts {
		f := &r.Facts[i]
		var o fact.Observed
		var watched fact.Watched
		var err error
		if f.Kind == fact.Watch {
			err = f.Decode(&watched)
			w.watched = append(w.watched, watched)
		} else if err = f.Decode(&o); o.UUID == w.uuid || w.uuid == "" {
			w.seen = append(w.seen, o)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// all waits until each of the witnesses has told of something that is so, and
// gives it by witness.
func (w *witnesses) all(t *testing.T, what string, so func(*fact.Observed) bool) map[fact.Witness]fact.Observed {
	t.Helper()
	return w.some(t, what, []fact.Witness{fact.Libvirt, fact.QMP, fact.Proc}, so)
}

// some waits so for some of them. What was told is forgotten then.
func (w *witnesses) some(t *testing.T, what string, of []fact.Witness, so func(*fact.Observed) bool) map[fact.Witness]fact.Observed {
	t.Helper()
	found := map[fact.Witness]fact.Observed{}
	for {
		for i := range w.seen {
			if o := &w.seen[i]; slices.Contains(of, o.Witness) && so(o) {
				found[o.Witness] = *o
			}
		}
		w.seen = nil
		if len(found) == len(of) {
			return found
		}
		w.next(t, fmt.Sprintf("%s, of which %v told", what, slices.Collect(maps.Keys(found))))
	}
}

// restart ends the sources and starts them from what was stored: while nothing
// changes there is nothing to be told.
func (w *witnesses) restart(t *testing.T, host *hypervisor) {
	t.Helper()
	for range 10 { // what was told twice comes to rest
		w.next(t, "a sweep")
	}
	w.stop()
	w.seen, w.watched = nil, nil
	w.start(t, host)
	swept := map[string][]byte{}
	for key, value := range w.store {
		if strings.HasSuffix(key, "/swept") {
			swept[key] = value
		}
	}
	for len(w.watched) < 3 || slices.ContainsFunc(slices.Collect(maps.Keys(swept)), func(key string) bool { return string(w.store[key]) == string(swept[key]) }) {
		w.next(t, "all to be watched again")
	}
	for _, watched := range w.watched {
		if !watched.Up || watched.Since == 0 || watched.Since > watched.At {
			t.Errorf("after the restart: %+v", watched)
		}
	}
	if len(w.seen) > 0 {
		t.Errorf("after the restart: %+v", w.seen)
	}
}

// has tells whether an observation has something.
func has(o *fact.Observed, kind, id string, silent bool) bool {
	return slices.ContainsFunc(o.Has, func(t fact.Thing) bool { return t.Kind == kind && t.ID == id && t.Silent == silent })
}

func startWitnessed(t *testing.T, w *witnesses, m *machine, images string) {
	t.Helper()
	top, base := filepath.Join(images, "top.qcow2"), filepath.Join(images, "base.img")
	seen := w.all(t, "the start", func(o *fact.Observed) bool {
		switch o.Witness {
		case fact.Proc: // which may look while QEMU is starting
			return has(o, "file", top, false) && has(o, "file", base, false) && has(o, "char", "/dev/urandom", false)
		case fact.QMP:
			return has(o, "disk", top, false) && has(o, "rng", "/dev/urandom", false)
		}
		return o.What == fact.Seen
	})
	for by, o := range seen {
		if o.UUID != m.UUID || o.Name != m.Name || o.PID != m.pid || o.Virt != m.Virt || o.Run == "" || o.From == 0 || o.From >= o.To {
			t.Errorf("%s has seen %+v", by, o)
		}
	}
	for _, by := range []fact.Witness{fact.Libvirt, fact.QMP} {
		o := seen[by]
		if !has(&o, "backing", base, true) || !has(&o, "mem", "", false) || !has(&o, "vcpu", "", false) {
			t.Errorf("%s has seen %+v", by, o.Has)
		}
		for _, thing := range o.Has {
			if thing.Kind == "rng" && thing.Detail["rate"] != "1024/2000ms" {
				t.Errorf("%s has seen %+v", by, thing)
			}
		}
	}
	wants := seen[fact.Libvirt].Wants
	if len(wants) == 0 || wants[len(wants)-1].Op != "start" || !strings.HasSuffix(wants[len(wants)-1].Text, fmt.Sprintf("vm-pid=%d", m.pid)) {
		t.Errorf("the start wants %+v", wants)
	}
}

func rngWitnessed(t *testing.T, w *witnesses, m *machine) {
	t.Helper()
	m.host.virsh(t, "attach-device", m.UUID, "--live", xmlFile(t, `<rng model='virtio'><backend model='random'>/dev/random</backend></rng>`))
	changed := w.all(t, "the attach", func(o *fact.Observed) bool {
		return o.What == fact.Changed && (has(o, "rng", "/dev/random", false) || has(o, "char", "/dev/random", false))
	})
	wants := changed[fact.Libvirt].Wants
	if len(wants) != 1 || wants[0].Op != "attach" || wants[0].Kind != "rng" || wants[0].ID != "/dev/random" {
		t.Errorf("the attach wants %+v", wants)
	}
	for by, o := range changed {
		t.Logf("%s knows of the attach within %d ms", by, o.To-o.From)
	}
}

func nbdWitnessed(t *testing.T, w *witnesses, m *machine) {
	t.Helper()
	image := m.host.image(t, "remote.img")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	server := exec.Command("qemu-nbd", "--persistent", "-b", "127.0.0.1", "-p", port, "-x", "export", "-f", "raw", image)
	background(t, "qemu-nbd", server, func() bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	disk := `<disk type='network'><driver type='raw'/><source protocol='nbd' name='export'><host name='127.0.0.1' port='` + port + `'/></source><target dev='vdb' bus='virtio'/></disk>`
	m.host.virsh(t, "attach-device", m.UUID, "--live", xmlFile(t, disk))
	name := "nbd://127.0.0.1:" + port + "/export"
	changed := w.all(t, "the network disk", func(o *fact.Observed) bool {
		return has(o, "disk", name, true) || has(o, "tcp", "127.0.0.1:"+port, false)
	})
	if wants := changed[fact.Libvirt].Wants; len(wants) != 0 {
		t.Errorf("the network disk wants %+v", wants)
	}
}

func suspendWitnessed(t *testing.T, w *witnesses, m *machine) {
	t.Helper()
	m.host.virsh(t, "suspend", m.UUID)
	w.some(t, "the pause", []fact.Witness{fact.Libvirt, fact.QMP}, func(o *fact.Observed) bool {
		return o.What == fact.Changed && o.Was == "running" && o.State == "paused"
	})
}
