//go:build linux

package integration

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/hypervisor/qmp"
)

// A monitored is a QEMU without libvirt, with two monitors: the test changes it
// through one, and a watcher has the other.
type monitored struct {
	dir     string
	uuid    string
	cmd     *exec.Cmd
	control *qmp.Client
	reports chan qmp.Report
	stop    func() // ends the watcher
}

// path gives the path of a file of the test's.
func (m *monitored) path(name string) string { return filepath.Join(m.dir, name) }

// startMonitored starts a guest that has nothing to boot and a watcher of it.
func startMonitored(t *testing.T) *monitored {
	t.Helper()
	need(t, "qemu-system-x86_64", "qemu-img")
	dir, err := os.MkdirTemp("", "virtaudit") // t.TempDir is too long for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &monitored{dir: dir, uuid: newUUID()}
	for _, name := range []string{"a.img", "b.img", "1.iso", "2.iso"} {
		run(t, "qemu-img", "create", "-q", "-f", "raw", m.path(name), "1M")
	}
	run(t, "qemu-img", "create", "-q", "-f", "qcow2", "-b", m.path("a.img"), "-F", "raw", m.path("it's.qcow2"))
	monitor := func(name string) string { return "unix:" + m.path(name) + ",server=on,wait=off" }
	accel := "tcg"
	if virtType() == "kvm" {
		accel = "kvm"
	}
	m.cmd = exec.Command("qemu-system-x86_64", "-name", "it's one", "-uuid", m.uuid,
		"-machine", "pc", "-accel", accel, "-m", "64", "-smp", "1,maxcpus=2", "-nodefaults", "-display", "none",
		"-qmp", monitor("control"), "-qmp", monitor("watched.sock"),
		"-drive", "if=none,id=d0,format=qcow2,file="+m.path("it's.qcow2"), "-device", "virtio-blk-pci,drive=d0,id=disk0",
		"-drive", "if=none,id=c0,media=cdrom,format=raw,file="+m.path("1.iso"), "-device", "ide-cd,drive=c0,id=cd0",
		"-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0,id=rngdev0,max-bytes=1024,period=1000",
		"-netdev", "user,id=n0", "-device", "e1000,netdev=n0,mac=52:54:00:AB:00:02,id=nic0",
	)
	background(t, "QEMU", m.cmd, func() bool {
		_, err := os.Stat(m.path("watched.sock"))
		return err == nil
	})
	m.dial(t)
	m.watch(t)
	return m
}

func (m *monitored) dial(t *testing.T) {
	t.Helper()
	var err error
	eventually(t, patience, "the monitor greets", func() bool {
		m.control, err = qmp.Dial(t.Context(), m.path("control"))
		return err == nil || !errors.Is(err, qmp.ErrStuck) && !errors.Is(err, syscall.ECONNREFUSED)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.control.Close() })
}

func (m *monitored) watch(t *testing.T) {
	t.Helper()
	m.reports = make(chan qmp.Report, 10000)
	w, err := qmp.NewWatcher(qmp.Options{
		Sockets: []string{m.path("*.sock")}, Interval: 200 * time.Millisecond, Gap: 10 * time.Millisecond,
	}, func(r qmp.Report) { m.reports <- r })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	m.stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(m.stop)
}

// do has QEMU do something.
func (m *monitored) do(t *testing.T, command string, args map[string]any) {
	t.Helper()
	if args == nil {
		args = map[string]any{} // a nil one is no object
	}
	if err := m.control.Execute(t.Context(), command, args, nil); err != nil {
		t.Fatal(err)
	}
}

// next gives the next report of a kind.
func (m *monitored) next(t *testing.T, kind qmp.ReportKind) qmp.Report {
	t.Helper()
	for end := time.After(patience); ; {
		select {
		case r := <-m.reports:
			if r.Kind == kind {
				return r
			}
		case <-end:
			t.Fatalf("waited %v for %s", patience, kind)
		}
	}
}

// changed waits until the watcher has told of changes and items, in the words of
// told, and holds the times of each to when it was done. What is done while the
// watcher looks may be told in two parts.
func (m *monitored) changed(t *testing.T, begun time.Time, want ...string) {
	t.Helper()
	var all []string
	for len(all) < len(want) {
		r := m.next(t, qmp.Changed)
		if done := time.Now(); r.From.After(done) || r.To.Before(begun) || !r.From.Before(r.To) {
			t.Errorf("between %v and %v, but it was done between %v and %v", r.From, r.To, begun, done)
		}
		all = append(all, m.told(r.Difference)...)
	}
	slices.Sort(all)
	slices.Sort(want)
	if !slices.Equal(all, want) {
		t.Errorf("told\n%q\nwant\n%q", all, want)
	}
}

func (m *monitored) told(d qmp.Difference) []string {
	var all []string
	for _, c := range d.Changes {
		all = append(all, fmt.Sprintf("%s %s > %s", c.Op, m.word(c.Old), m.word(c.New)))
	}
	for _, i := range d.Lost {
		all = append(all, "lost "+m.word(i))
	}
	for _, i := range d.Came {
		all = append(all, "came "+m.word(i))
	}
	return all
}

// word says what a thing is, without the test's folder.
func (m *monitored) word(thing any) string {
	switch v := thing.(type) {
	case nil:
		return "-"
	case guest.RNG:
		return "rng " + v.Path
	case guest.Disk:
		return "disk " + v.Target + " " + m.word(v.Source)
	case guest.DiskSource:
		return filepath.Base(v.Path)
	case qmp.RNG:
		return fmt.Sprintf("rng %s of %q", v.Object, v.Device)
	case qmp.Image:
		return fmt.Sprintf("image %d of %q %s", v.Depth, v.Drive, m.word(v.Source))
	case qmp.Device:
		return "device " + v.Path
	}
	return fmt.Sprintf("%T %[1]v", thing)
}

// What is done to a real QEMU is what the watcher tells.
func TestQMP(t *testing.T) {
	m := startMonitored(t)
	m.found(t)
	t.Run("taken", m.taken)
	t.Run("rng", m.plugRNG)
	t.Run("media", m.changeMedia)
	t.Run("disks", m.changeDisks)
	t.Run("quantities", m.grow)
	t.Run("stop", m.stopAndGo)
	m.stop()
	t.Run("hang", m.hang)
	m.watch(t)
	m.next(t, qmp.Found)
	t.Run("quit", m.quit)
}

func (m *monitored) found(t *testing.T) {
	t.Helper()
	r := m.next(t, qmp.Found)
	s := r.Snapshot
	if s.PID != m.cmd.Process.Pid || s.Status != "running" || len(s.Unknown) > 0 {
		t.Errorf("process %d, want %d; %s; unknown: %v", s.PID, m.cmd.Process.Pid, s.Status, s.Unknown)
	}
	want := []string{
		"attach - > disk disk0 it's.qcow2", "attach - > disk cd0 1.iso",
		"attach - > guest.Interface {52:54:00:ab:00:02   }", "attach - > rng /dev/urandom",
		"update guest.Memory 0 > guest.Memory 65536", "update guest.VCPUs 0 > guest.VCPUs 1",
	}
	d := qmp.Difference{Changes: guest.Diff(&guest.Spec{}, &s.Spec)}
	if got := m.told(d); !slices.Equal(got, want) || s.Spec.Name != "it's one" || s.Spec.UUID != m.uuid || s.Spec.Virt != guest.Virt(virtType()) {
		t.Errorf("%s %s %s\n%q\nwant\n%q", s.Spec.Name, s.Spec.UUID, s.Spec.Virt, got, want)
	}
	if len(s.RNGs) != 1 || s.RNGs[0].MaxBytes != 1024 || s.RNGs[0].Period != 1000 {
		t.Errorf("%+v", s.RNGs)
	}
	if len(s.Images) != 3 || m.word(s.Images[1]) != `image 1 of "disk0" a.img` {
		t.Errorf("%+v", s.Images)
	}
}

// taken: a second client gets no greeting, and a third none either.
func (m *monitored) taken(t *testing.T) {
	for range 3 {
		if c, err := qmp.Dial(t.Context(), m.path("watched.sock")); !errors.Is(err, qmp.ErrTaken) {
			t.Errorf("%v, %v", c, err)
		}
	}
}

func (m *monitored) plugRNG(t *testing.T) {
	begun := time.Now()
	m.do(t, "object-add", map[string]any{"qom-type": "rng-random", "id": "rng9", "filename": "/dev/random"})
	m.changed(t, begun, "attach - > rng /dev/random", `came rng /objects/rng9 of ""`)
	begun = time.Now()
	m.do(t, "device_add", map[string]any{"driver": "virtio-rng-pci", "id": "rngdev9", "rng": "rng9"})
	m.changed(t, begun,
		`lost rng /objects/rng9 of ""`, `came rng /objects/rng9 of "/machine/peripheral/rngdev9"`,
		"came device /machine/peripheral/rngdev9",
	)
	// Nobody in the guest agrees to its unplugging, until it is reset.
	begun = time.Now()
	m.do(t, "device_del", map[string]any{"id": "rngdev9"})
	m.do(t, "system_reset", nil)
	m.changed(t, begun,
		`lost rng /objects/rng9 of "/machine/peripheral/rngdev9"`, "lost device /machine/peripheral/rngdev9",
		`came rng /objects/rng9 of ""`,
	)
	begun = time.Now()
	m.do(t, "object-del", map[string]any{"id": "rng9"})
	m.changed(t, begun, "detach rng /dev/random > -", `lost rng /objects/rng9 of ""`)
}

func (m *monitored) changeMedia(t *testing.T) {
	begun := time.Now()
	m.do(t, "blockdev-change-medium", map[string]any{"id": "cd0", "filename": m.path("2.iso"), "format": "raw"})
	m.changed(t, begun,
		"update disk cd0 1.iso > disk cd0 2.iso",
		`lost image 0 of "cd0" 1.iso`, `came image 0 of "cd0" 2.iso`,
	)
}

// changeDisks opens an image without a device, and writes to an overlay.
func (m *monitored) changeDisks(t *testing.T) {
	begun := time.Now()
	m.do(t, "blockdev-add", map[string]any{
		"driver": "raw", "node-name": "b", "file": map[string]any{"driver": "file", "filename": m.path("b.img")},
	})
	m.changed(t, begun, `came image 0 of "" b.img`)
	begun = time.Now()
	m.do(t, "human-monitor-command", map[string]any{"command-line": "drive_add 0 if=none,id=hmp,format=raw,read-only=on,file=" + m.path("1.iso")})
	m.changed(t, begun, "attach - > disk drive/hmp 1.iso", `came image 0 of "drive/hmp" 1.iso`)
	begun = time.Now()
	m.do(t, "blockdev-snapshot-sync", map[string]any{"device": "d0", "snapshot-file": m.path("top.qcow2"), "format": "qcow2"})
	m.changed(t, begun,
		"update disk disk0 it's.qcow2 > disk disk0 top.qcow2",
		`lost image 0 of "disk0" it's.qcow2`, `lost image 1 of "disk0" a.img`,
		`came image 0 of "disk0" top.qcow2`, `came image 1 of "disk0" it's.qcow2`, `came image 2 of "disk0" a.img`,
	)
	begun = time.Now()
	m.do(t, "block-stream", map[string]any{"device": "d0", "job-id": "j"})
	m.changed(t, begun, `lost image 1 of "disk0" it's.qcow2`, `lost image 2 of "disk0" a.img`)
}

func (m *monitored) grow(t *testing.T) {
	begun := time.Now()
	m.do(t, "object-add", map[string]any{"qom-type": "iothread", "id": "io1"})
	m.changed(t, begun, "update guest.IOThreads 0 > guest.IOThreads 1")
}

func (m *monitored) stopAndGo(t *testing.T) {
	begun := time.Now()
	m.do(t, "stop", nil)
	m.changed(t, begun, "lost qmp.Status running", "came qmp.Status paused")
	begun = time.Now()
	m.do(t, "cont", nil)
	for {
		r := m.next(t, qmp.Told)
		if i := slices.IndexFunc(r.Events, func(e qmp.Event) bool { return e.Name == "RESUME" }); i >= 0 {
			if at := r.Events[i].At; at.Before(begun.Truncate(time.Microsecond)) || at.After(r.To) {
				t.Errorf("%s at %v, which was asked for at %v and told at %v", r.Events[i].Name, at, begun, r.To)
			}
			break
		}
	}
	m.changed(t, begun, "lost qmp.Status paused", "came qmp.Status running")
}

// hang: a QEMU that runs no more is told from a monitor that somebody has. The
// watcher has ended, which sets the monitor free.
func (m *monitored) hang(t *testing.T) {
	signal := func(s syscall.Signal) {
		t.Helper()
		if err := m.cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, patience, "the monitor is free", func() bool {
		table, err := os.ReadFile("/proc/net/unix")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(table), m.path("watched.sock")) == 1 // it listens
	})
	signal(syscall.SIGSTOP)
	eventually(t, patience, "QEMU's main loop is stopped", func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", m.cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		_, state, _ := strings.Cut(string(stat), ") ")
		return strings.HasPrefix(state, "T")
	})
	_, err := qmp.Dial(t.Context(), m.path("watched.sock"))
	signal(syscall.SIGCONT)
	if !errors.Is(err, qmp.ErrStuck) {
		t.Error(err)
	}
}

func (m *monitored) quit(t *testing.T) {
	m.do(t, "quit", nil)
	var last []string
	for r := m.next(t, qmp.Told); ; r = m.next(t, qmp.Told) {
		for _, e := range r.Events {
			last = append(last, e.Name)
		}
		if slices.Contains(last, "SHUTDOWN") {
			break
		}
	}
	if r := m.next(t, qmp.Gone); r.PID != m.cmd.Process.Pid || r.Snapshot != nil {
		t.Errorf("%+v", r)
	}
}
