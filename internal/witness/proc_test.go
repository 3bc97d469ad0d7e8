//go:build linux

package witness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// A fakeHost has processes in a folder.
type fakeHost struct {
	t    *testing.T
	root string
}

func newFakeHost(t *testing.T) *fakeHost {
	f := &fakeHost{t, t.TempDir()}
	f.write("proc/self/status", "CapEff:\t000001ffffffffff\n")
	f.link("proc/self/ns/net", "net:[1]")
	f.link("proc/self/ns/mnt", "mnt:[1]")
	return f
}

func (f *fakeHost) path(name string) string {
	name = filepath.Join(f.root, name)
	must(f.t, os.MkdirAll(filepath.Dir(name), 0o755))
	return name
}

func (f *fakeHost) write(name, text string) {
	f.t.Helper()
	must(f.t, os.WriteFile(f.path(name), []byte(text), 0o600))
}

func (f *fakeHost) link(name, to string) {
	f.t.Helper()
	must(f.t, os.Symlink(to, f.path(name)))
}

// process starts one, whose start is ten times its pid, and later by more.
func (f *fakeHost) process(pid, parent, more int, exe string, args ...string) {
	f.t.Helper()
	dir := fmt.Sprintf("proc/%d/", pid)
	f.write(dir+"stat", fmt.Sprintf("%d (x) S %d 1 1 0 -1 0 0 0 0 0 2 1 0 0 20 0 5 0 %d 4 5\n", pid, parent, 10*pid+more))
	f.write(dir+"status", "Uid:\t0\t107\t107\t107\n")
	f.write(dir+"cmdline", strings.Join(args, "\x00")+"\x00")
	f.write(dir+"maps", "")
	f.link(dir+"exe", exe)
	f.link(dir+"ns/net", "net:[1]")
	f.link(dir+"ns/mnt", "mnt:[1]")
	for _, empty := range []string{"fd", "fdinfo", "net"} {
		must(f.t, os.MkdirAll(filepath.Join(f.root, dir, empty), 0o755))
	}
}

func (f *fakeHost) open(pid, fd int, to string) {
	f.t.Helper()
	f.link(fmt.Sprintf("proc/%d/fd/%d", pid, fd), to)
	f.write(fmt.Sprintf("proc/%d/fdinfo/%d", pid, fd), "flags:\t0100002\n")
}

func (f *fakeHost) end(pid int) {
	must(f.t, os.RemoveAll(filepath.Join(f.root, fmt.Sprintf("proc/%d", pid))))
}

func (f *fakeHost) qemu(pid, more int) {
	f.t.Helper()
	f.process(pid, 1, more, "/usr/bin/qemu-system-x86_64", "qemu", "-name", "guest=web", "-uuid", uuidA)
}

func (f *fakeHost) start(k *keeper, b Base) *procTeller {
	f.t.Helper()
	p := NewProc(b, ProcOptions{Host: proc.At(f.root), Interval: time.Minute})
	teller, err := p.teller(k.give)
	must(f.t, err)
	return teller
}

// TestProcForks: QEMU that goes to the background begins in a process that is soon
// gone. It is no guest, and the one that it leaves is.
func TestProcForks(t *testing.T) {
	k, f := newKeeper(t), newFakeHost(t)
	justNow := int(uptime() / tick)
	start := func(pid, more int) {
		t.Helper()
		f.process(pid, 1, more, "/usr/bin/qemu-system-x86_64", "qemu", "-name", "guest=web", "-uuid", uuidA, "-daemonize")
	}
	start(30, justNow-300)
	p := f.start(k, k.base())
	must(t, p.round(t.Context()))
	if all, _ := k.take(); len(all) != 0 {
		t.Fatalf("one that may only start a guest's: %+v", all)
	}
	f.end(30)
	start(31, justNow-310)
	p.Processes.put(31, identity{uuidA, "web", "kvm"})
	start(32, 0)
	must(t, p.round(t.Context()))
	all, _ := k.take()
	slices.SortFunc(all, func(a, b fact.Observed) int { return a.PID - b.PID })
	if len(all) != 2 || all[0].PID != 31 || all[1].PID != 32 || all[0].What != fact.Seen {
		t.Errorf("one that libvirt knows, and one that is old: %+v", all)
	}
	p.Processes.drop(31)
	must(t, p.round(t.Context()))
	k.none("one that was seen stays")
}

func TestProcLife(t *testing.T) {
	k, f := newKeeper(t), newFakeHost(t)
	image := f.path("disk.img")
	f.write("disk.img", "")
	f.qemu(30, 0)
	f.open(30, 5, image)
	f.open(30, 6, image)
	p := f.start(k, k.base())
	must(t, p.round(t.Context()))
	all, watched := k.take()
	if len(all) != 1 || len(watched) != 1 || !watched[0].Up {
		t.Fatalf("the first round gives %+v %+v", all, watched)
	}
	seen := all[0]
	if got := things(seen, "file"); seen.What != fact.Seen || seen.UUID != uuidA || seen.Name != "web" || seen.PID != 30 || seen.Virt != "qemu" ||
		len(got) != 2 || got[0].ID != image || got[0].Detail["access"] != "rw" || got[0].Silent || len(seen.Partial) != 0 {
		t.Errorf("seen %+v", seen)
	}
	k.second = 1_794_000_000
	must(t, p.round(t.Context()))
	k.ticked("proc", time.Unix(1_794_000_001, 0))
	k.none("nothing new")

	f.open(30, 7, "/dev/urandom")
	p.Processes.put(30, identity{uuidB, "known", "kvm"})
	must(t, p.partial(t.Context(), p.Processes.take()))
	o := k.one(fact.Changed)
	if c := thing(t, o, "char"); c.ID != "/dev/urandom" || !slices.Equal(c.Names, []string{"1:9"}) || o.Run != seen.Run || o.UUID != uuidB || o.Virt != "kvm" || o.From == 0 || o.From > o.To {
		t.Errorf("changed %+v", o)
	}

	// A restart of the service, then the end of the process, whose pid is
	// another's at once.
	p = f.start(k, k.base())
	must(t, p.round(t.Context()))
	if all, watched := k.take(); len(all) != 1 || all[0].UUID != uuidA || len(watched) != 1 || watched[0].Since == 0 {
		t.Errorf("after the restart %+v %+v", all, watched) // who told of the guest is gone
	}
	f.end(30)
	f.qemu(30, 1)
	must(t, p.round(t.Context()))
	all, _ = k.take()
	if len(all) != 2 || all[0].What != fact.Gone || all[0].Run != seen.Run || all[1].What != fact.Seen || all[1].Run == seen.Run {
		t.Errorf("replaced %+v", all)
	}
	f.end(30)
	must(t, p.partial(t.Context(), []int{30}))
	k.one(fact.Gone)
	if len(k.state) != 1 {
		t.Errorf("stored %v", k.state)
	}
}

// What a helper has open is its guest's.
func TestProcHelper(t *testing.T) {
	k, f := newKeeper(t), newFakeHost(t)
	f.write("share/file", "")
	f.qemu(30, 0)
	f.process(31, 30, 0, "/usr/bin/swtpm", "swtpm")
	f.open(31, 3, filepath.Join(f.root, "share/file"))
	f.process(32, 30, 0, "/usr/bin/virtiofsd", "virtiofsd") // whose files are those that the guest is at
	f.open(32, 3, filepath.Join(f.root, "share/file"))
	p := f.start(k, k.base())
	must(t, p.round(t.Context()))
	if o := k.one(fact.Seen); thing(t, o, "file").Detail["helper"] != "swtpm" || o.PID != 30 || o.From == -1 {
		t.Errorf("seen %+v", o)
	}
	must(t, p.partial(t.Context(), []int{30}))
	must(t, p.round(t.Context()))
	k.none("nothing new")
}

// What changes without end is told now and then, and since when.
func TestProcWithheld(t *testing.T) {
	k, f := newKeeper(t), newFakeHost(t)
	f.write("disk.img", "")
	f.qemu(30, 0)
	p := f.start(k, k.base())
	must(t, p.round(t.Context()))
	for n := range 2 * maxTexts {
		f.connect(30, 3, n)
		must(t, p.round(t.Context()))
	}
	all, _ := k.take()
	g := p.guests[30]
	if len(all) < maxTexts || len(all) > maxTexts+10 || g.Withheld == 0 {
		t.Fatalf("%d told, withheld since %d", len(all), g.Withheld)
	}
	since := g.Withheld
	f.open(30, 4, filepath.Join(f.root, "disk.img"))
	must(t, p.round(t.Context()))
	if o := k.one(fact.Changed); o.From != since || len(things(o, "file")) != 1 || g.Withheld != 0 {
		t.Errorf("a file that the guest can't have opened: %+v", o)
	}
	for n := 0; n < maxTexts && g.Withheld == 0; n++ {
		f.connect(30, 3, n)
		must(t, p.round(t.Context()))
	}
	k.take()
	since = g.Withheld
	k.second += 3600
	must(t, p.round(t.Context()))
	if o := k.one(fact.Changed); o.From != since || len(things(o, "tcp")) != 1 || g.Withheld != 0 {
		t.Errorf("from %d, want %d: %+v", o.From, since, o)
	}
}

// connect gives a process a connection of TCP to another port.
func (f *fakeHost) connect(pid, fd, port int) {
	f.t.Helper()
	dir := fmt.Sprintf("proc/%d/", pid)
	must(f.t, os.RemoveAll(filepath.Join(f.root, dir, fmt.Sprintf("fd/%d", fd))))
	f.open(pid, fd, "socket:[700]")
	f.write("proc/self/net/tcp", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"+
		fmt.Sprintf("   0: 0100007F:1F90 0200007F:%04X 01 00000000:00000000 00:00000000 00000000     0        0 700 1 0 20 0 0 10 -1\n", 1000+port))
}

// A process that another witness tells of may run any program. What can't be
// looked at is partial.
func TestProcTold(t *testing.T) {
	k, f := newKeeper(t), newFakeHost(t)
	f.process(40, 1, 0, "/usr/local/bin/vmm", "vmm")
	must(t, os.Remove(filepath.Join(f.root, "proc/40/fd")))
	b := k.base()
	p := f.start(k, b)
	must(t, p.round(t.Context()))
	k.take()
	b.Processes.put(40, identity{uuidA, "web", "kvm"})
	must(t, p.round(t.Context()))
	if o := k.one(fact.Seen); o.UUID != uuidA || !slices.Equal(o.Partial, []string{everything}) || !strings.HasPrefix(o.Problem, "descriptors") {
		t.Errorf("seen %+v", o)
	}
}

// Without its capabilities the source says so, once, and waits.
func TestProcLacking(t *testing.T) {
	k, f := newKeeper(t), newFakeHost(t)
	f.write("proc/self/status", "CapEff:\t0000000000000004\n")
	p := f.start(k, k.base())
	for range 2 {
		wait, err := p.turn(t.Context())
		if err != nil || wait != maxIdle {
			t.Error(wait, err)
		}
	}
	all, watched := k.take()
	if len(all) != 0 || len(watched) != 1 || watched[0].Up || !strings.Contains(watched[0].Why, "CAP_SYS_PTRACE") {
		t.Errorf("without capabilities a round gives %+v %+v", all, watched)
	}
	if s := p.box.get(); !slices.Equal(s.Lacking, []string{"CAP_SYS_PTRACE"}) {
		t.Errorf("status %+v", s)
	}
	f.write("proc/self/status", "CapEff:\t0000000000080004\n")
	if wait, err := p.turn(t.Context()); err != nil || wait < 54*time.Second || wait > 66*time.Second {
		t.Error(wait, err)
	}
	if s := p.box.get(); !s.Up || len(s.Lacking) != 0 {
		t.Errorf("status %+v", s)
	}
}

func TestProcRun(t *testing.T) {
	k, f := newKeeper(t), newFakeHost(t)
	f.qemu(30, 0)
	p := NewProc(k.base(), ProcOptions{Host: proc.At(f.root), Interval: 10 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	err := p.Run(ctx, func(r Report) error {
		if len(r.Facts) == 1 && r.Facts[0].Kind == fact.Tick {
			cancel() // nothing is new
		}
		return k.give(r)
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	k.one(fact.Seen)
	full := errors.New("disk full")
	if err := p.Run(t.Context(), func(Report) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
}
