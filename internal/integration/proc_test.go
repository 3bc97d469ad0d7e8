//go:build linux

package integration

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

// An emulator is a QEMU that a test runs without libvirt.
type emulator struct {
	dir     string
	process proc.Process
	uuid    string
	monitor net.Conn
}

const emulatorName = "it's a\nguest, (deleted)"

// startEmulator starts QEMU with these arguments, and nothing to boot. An @ in
// them stands for its folder, made before the call.
func startEmulator(t *testing.T, dir string, args ...string) *emulator {
	t.Helper()
	need(t, "qemu-system-x86_64")
	e := &emulator{dir: dir, uuid: newUUID()}
	args = append([]string{
		"-name", "guest=" + strings.ReplaceAll(emulatorName, ",", ",,") + ",debug-threads=on", "-uuid", e.uuid,
		"-machine", "pc,accel=tcg", "-m", "32", "-nodefaults", "-display", "none", "-S",
		"-monitor", "unix:@/monitor.sock,server=on,wait=off", "-pidfile", "@/pid",
	}, args...)
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "@", dir)
	}
	// What it prints is opened for writing alone, as libvirt does.
	const asDaemon = `exec qemu-system-x86_64 "$@" >>/proc/self/fd/1 2>&1`
	cmd := exec.Command("sh", append([]string{"-c", asDaemon, "sh"}, args...)...)
	background(t, "QEMU", cmd, func() bool {
		var err error
		e.monitor, err = net.Dial("unix", filepath.Join(dir, "monitor.sock"))
		return err == nil
	})
	t.Cleanup(func() { e.monitor.Close() })
	if _, err := bufio.NewReader(e.monitor).ReadString(')'); err != nil { // (qemu): all is set up
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, e.monitor) }() // what it answers
	e.process = findProcess(t, cmd.Process.Pid)
	return e
}

// tell gives a command to the monitor.
func (e *emulator) tell(t *testing.T, command string) {
	t.Helper()
	if _, err := io.WriteString(e.monitor, command+"\n"); err != nil {
		t.Fatal(err)
	}
}

// findProcess finds a process among those of the host's guests and helpers.
func findProcess(t *testing.T, pid int) proc.Process {
	t.Helper()
	found, err := proc.Local().Find(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found.Processes {
		if p.PID == pid {
			return p
		}
	}
	t.Fatalf("process %d is not found among %v", pid, found.Processes)
	return proc.Process{}
}

// lookAt gives what a process has open, of which nothing may be missing.
func lookAt(t *testing.T, p proc.Process) *proc.Sight {
	t.Helper()
	s, err := proc.Local().Sweep().Look(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Complete() {
		t.Errorf("%v: missing %v", p, s.Missing)
	}
	return s
}

// tellHeld tells what is of interest, in lines: how often, kind, path, what else.
func tellHeld(held []proc.Held) []string {
	var all []string
	for _, h := range held {
		if h.Expected != "" {
			continue
		}
		line := fmt.Sprintf("%d %s %q %s", h.Count, h.Kind, h.Path, h.Access)
		if h.Deleted {
			line += " deleted"
		}
		if h.Listening {
			line += " listening"
		}
		if h.Peer != "" {
			line += " to " + h.Peer
		}
		if h.Tap != "" {
			line += " tap " + h.Tap
		}
		if h.PTY != "" {
			line += " pty"
		}
		all = append(all, line)
	}
	slices.Sort(all)
	return all
}

func sameHeld(t *testing.T, what string, held []proc.Held, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := tellHeld(held); !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// heldChanges gives what a process has gained and lost from one look to the next, but
// for what is expected of every guest's: event descriptors come and go.
func heldChanges(before, after *proc.Sight) (gained, lost []proc.Held) {
	counts := map[proc.Held]int{}
	add := func(held []proc.Held, sign int) {
		for _, h := range held {
			n := sign * h.Count
			if h.Count = 0; h.Expected == "" {
				counts[h] += n
			}
		}
	}
	add(before.Held, -1)
	add(after.Held, 1)
	for h, n := range counts {
		switch {
		case n > 0:
			h.Count = n
			gained = append(gained, h)
		case n < 0:
			h.Count = -n
			lost = append(lost, h)
		}
	}
	return gained, lost
}

func makeImage(t *testing.T, args ...string) {
	t.Helper()
	need(t, "qemu-img")
	run(t, "qemu-img", append([]string{"create", "-q"}, args...)...)
}

// All that a QEMU was started with is seen, and nothing else: what its images
// are based on, what arguments pass through, who is at its sockets, what was
// deleted under it. So is what its monitor adds and removes.
func TestProcOfQEMU(t *testing.T) {
	needRoot(t)
	aloneOnHost(t)
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	const odd = "odd\n\\012 (deleted)"
	makeImage(t, "-f", "qcow2", in("base.qcow2"), "1M")
	makeImage(t, "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", in("middle.qcow2"))
	makeImage(t, "-f", "qcow2", "-b", "middle.qcow2", "-F", "qcow2", in("top.qcow2"))
	for _, name := range []string{"gone.img", odd, "added.img"} {
		makeImage(t, "-f", "raw", in(name), "1M")
	}
	egd, err := net.Listen("unix", in("egd.sock")) // never accepts
	if err != nil {
		t.Fatal(err)
	}
	defer egd.Close()
	serial, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer serial.Close()
	_, port, _ := net.SplitHostPort(serial.Addr().String())

	e := startEmulator(
		t, dir,
		"-drive", "file=@/top.qcow2,if=virtio", "-drive", "file=@/gone.img,if=virtio,format=raw",
		"-drive", "file=@/"+odd+",if=virtio,format=raw,readonly=on",
		"-object", "rng-random,id=r0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=r0",
		"-object", "rng-random,id=r1,filename=/dev/urandom",
		"-chardev", "socket,id=egd,path=@/egd.sock", "-object", "rng-egd,id=r2,chardev=egd", "-device", "virtio-rng-pci,rng=r2",
		"-chardev", "socket,id=c0,path=@/serial.sock,server=on,wait=off", "-device", "isa-serial,chardev=c0",
		"-chardev", "socket,id=c1,host=127.0.0.1,port="+port, "-device", "isa-serial,chardev=c1",
		"-chardev", "file,id=c2,path=@/serial.log", "-device", "isa-serial,chardev=c2",
		"-chardev", "pty,id=c3", "-device", "isa-serial,chardev=c3",
		"-netdev", "tap,id=n0,ifname=virtaudit0,script=no,downscript=no", "-device", "virtio-net-pci,netdev=n0",
		"-object", "memory-backend-memfd,id=m0,size=32M", "-numa", "node,memdev=m0",
	)
	if p := e.process; p.Name != emulatorName || p.UUID != e.uuid || p.Program != proc.QEMU || p.Probe || p.UID != 0 {
		t.Errorf("found %+v, want the guest %q, %s", p, emulatorName, e.uuid)
	}
	if err := os.Remove(in("gone.img")); err != nil {
		t.Fatal(err)
	}
	s := lookAt(t, e.process)
	sameHeld(
		t, "QEMU holds", s.Held,
		fmt.Sprintf(`1 file %q rw`, in("top.qcow2")),
		fmt.Sprintf(`1 file %q r`, in("middle.qcow2")),
		fmt.Sprintf(`1 file %q r`, in("base.qcow2")),
		fmt.Sprintf(`1 file %q rw deleted`, in("gone.img")),
		fmt.Sprintf(`1 file %q r`, in(odd)),
		fmt.Sprintf(`1 file %q w`, in("serial.log")),
		`2 char "/dev/urandom" r`,
		fmt.Sprintf(`1 unix ""  to %s`, in("egd.sock")),
		fmt.Sprintf(`1 unix %q  listening`, in("serial.sock")),
		`1 tcp ""  to 127.0.0.1:`+port,
		`1 char "/dev/ptmx" rw pty`,
		`1 char "/dev/net/tun" rw tap virtaudit0`,
	)
	t.Run("monitor", func(t *testing.T) { e.changesThroughMonitor(t, s) })
	t.Run("maps", func(t *testing.T) {
		s, err := proc.Local().Sweep().Maps(t.Context(), e.process)
		if err != nil {
			t.Fatal(err)
		}
		if sameHeld(t, "QEMU maps", s.Held); len(s.Held) < 10 {
			t.Errorf("only %+v", s.Held)
		}
	})
}

// changesThroughMonitor adds and removes what no record tells of.
func (e *emulator) changesThroughMonitor(t *testing.T, before *proc.Sight) {
	added := fmt.Sprintf(`1 file %q r`, filepath.Join(e.dir, "added.img"))
	for _, step := range []struct {
		command      string
		gained, lost []string
	}{
		{"drive_add 0 if=none,id=d9,format=raw,file=" + e.dir + "/added.img", []string{added}, nil},
		{"object_add rng-random,id=r9,filename=/dev/urandom", []string{`1 char "/dev/urandom" r`}, nil},
		{"object_del r9", nil, []string{`1 char "/dev/urandom" r`}},
		{"drive_del d9", nil, []string{added}},
	} {
		e.tell(t, step.command)
		var gained, lost []proc.Held
		after := before
		eventually(t, patience, step.command+" shows", func() bool {
			after = lookAt(t, e.process)
			gained, lost = heldChanges(before, after)
			return len(gained)+len(lost) > 0
		})
		sameHeld(t, step.command+" gained", gained, step.gained...)
		sameHeld(t, step.command+" lost", lost, step.lost...)
		before = after
	}
}

// Of a guest of libvirt's only what it was given is of interest: logs, monitor
// and pid file are known. That includes what is passed through to QEMU.
func TestProcOfLibvirt(t *testing.T) {
	recordAudit(t)
	host := startLibvirtd(t)
	m := host.define(t, "it's a guest", "-object", "rng-random,id=extra,filename=/dev/random")
	m.start(t)
	p := findProcess(t, m.pid)
	if p.Name != m.Name || p.UUID != m.UUID {
		t.Errorf("found %+v, want %s %s", p, m.Name, m.UUID)
	}
	s := lookAt(t, p)
	if !s.OwnMounts {
		t.Error("libvirt's guest has the host's mounts")
	}
	disk := fmt.Sprintf("1 file %q rw", m.Disk)
	sameHeld(t, "the guest holds", s.Held, disk, `1 char "/dev/urandom" r`, `1 char "/dev/random" r`)
	for _, h := range s.Held {
		if h.Path == "/dev/random" && (h.Node != "random" || h.Device.Major != 1 || h.Device.Minor != 8) {
			t.Errorf("%+v", h)
		}
	}

	data := host.image(t, "data.img")
	m.attach(t, data)
	gained, lost := heldChanges(s, lookAt(t, p))
	sameHeld(t, "the attach gained", gained, fmt.Sprintf("1 file %q rw", data))
	sameHeld(t, "the attach lost", lost)
	if err := os.Remove(m.Disk); err != nil {
		t.Fatal(err)
	}
	gained, lost = heldChanges(s, lookAt(t, p))
	sameHeld(t, "what was deleted gained", gained, fmt.Sprintf("1 file %q rw", data), disk+" deleted")
	sameHeld(t, "what was deleted lost", lost, disk)
	m.destroy(t)
	if s, err := proc.Local().Sweep().Look(t.Context(), p); !errors.Is(err, proc.ErrGone) {
		t.Errorf("after its end: %+v, %v", s, err)
	}
}

// programAt gives the first of these programs that is there.
func programAt(t *testing.T, debian string, paths ...string) string {
	t.Helper()
	need(t)
	for _, path := range paths {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	t.Skipf("%s is not installed (Debian package %s)", paths[0], debian)
	return ""
}

// Helpers are known by their connection to the guest's QEMU.
func TestProcOfHelpers(t *testing.T) {
	needRoot(t)
	aloneOnHost(t)
	swtpm := programAt(t, "swtpm", "swtpm")
	virtiofsd := programAt(t, "qemu-system-common or virtiofsd", "/usr/lib/qemu/virtiofsd", "/usr/libexec/virtiofsd")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"tpm", "share"} {
		if err := os.Mkdir(in(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	exists := func(name string) func() bool {
		return func() bool { _, err := os.Stat(in(name)); return err == nil }
	}
	tpm := exec.Command(swtpm, "socket", "--tpm2", "--tpmstate", "dir="+in("tpm"), "--ctrl", "type=unixio,path="+in("tpm.sock"))
	background(t, "swtpm", tpm, exists("tpm.sock"))
	fs := exec.Command(virtiofsd, "--socket-path="+in("fs.sock"), "-o", "source="+in("share"))
	background(t, "virtiofsd", fs, exists("fs.sock"))
	e := startEmulator(
		t, dir,
		"-chardev", "socket,id=tpm,path=@/tpm.sock", "-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device", "tpm-tis,tpmdev=tpm0",
		"-object", "memory-backend-memfd,id=m0,size=32M", "-numa", "node,memdev=m0",
		"-chardev", "socket,id=fs,path=@/fs.sock", "-device", "vhost-user-fs-pci,chardev=fs,tag=share",
	)
	linked := map[int]proc.How{}
	eventually(t, patience, "both helpers are known", func() bool {
		clear(linked)
		for _, h := range linkAll(t) {
			if h.Guest.Is(e.process) {
				linked[h.Helper.PID] = h.How
			}
		}
		return linked[tpm.Process.Pid] != "" && linked[fs.Process.Pid] != ""
	})
	for pid, how := range linked { // virtiofsd is two processes
		if how != proc.Connected {
			t.Errorf("process %d is linked as %s, want connected", pid, how)
		}
	}
}

// linkAll links all helpers on the host.
func linkAll(t *testing.T) []proc.Help {
	t.Helper()
	host := proc.Local()
	found, err := host.Find(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	sweep := host.Sweep()
	var sights []*proc.Sight
	for _, p := range found.Processes {
		s, err := sweep.Look(t.Context(), p)
		if err != nil && !errors.Is(err, proc.ErrGone) {
			t.Fatal(err)
		}
		if err == nil {
			sights = append(sights, s)
		}
	}
	return proc.Link(sights)
}

// asOther is what another user sees of a process.
type asOther struct {
	Lacking []string
	Program proc.Program // as Find has it
	Files   int
	Missing []string
}

const asOtherPID = "VIRTAUDIT_TEST_LOOK_AT"

// What another user may see of a guest depends on two capabilities. Without
// both of them that is said.
func TestProcCapabilities(t *testing.T) {
	if pid, err := strconv.Atoi(os.Getenv(asOtherPID)); err == nil {
		lookAsOther(t, pid) // the test's own process, as that user
		return
	}
	needRoot(t)
	aloneOnHost(t)
	dir := t.TempDir()
	makeImage(t, "-f", "raw", filepath.Join(dir, "disk.img"), "1M")
	e := startEmulator(t, dir, "-drive", "file=@/disk.img,if=virtio,format=raw")
	const ptrace, read = 19, 2
	for _, tc := range []struct {
		name    string
		caps    []uintptr
		lacking []string
		sees    bool
	}{
		{"both", []uintptr{ptrace, read}, nil, true},
		{"ptrace", []uintptr{ptrace}, []string{"CAP_DAC_READ_SEARCH"}, false},
		{"read", []uintptr{read}, []string{"CAP_SYS_PTRACE"}, false},
		{"none", nil, []string{"CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := lookWith(t, e.process.PID, tc.caps)
			if !slices.Equal(o.Lacking, tc.lacking) || o.Program != proc.QEMU {
				t.Errorf("%+v, want QEMU and %q lacking", o, tc.lacking)
			}
			if tc.sees != (o.Files > 0) || tc.sees != (len(o.Missing) == 0) {
				t.Errorf("%+v, want all to be seen: %v", o, tc.sees)
			}
			if !tc.sees && !strings.Contains(fmt.Sprint(o.Missing), "it takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH") {
				t.Errorf("missing %q, want what it takes", o.Missing)
			}
		})
	}
}

// lookWith looks at a process as nobody, with these capabilities.
func lookWith(t *testing.T, pid int, caps []uintptr) asOther {
	t.Helper()
	program, err := os.Open("/proc/self/exe") // it lies where another user can't go
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	var out bytes.Buffer
	cmd := exec.Command("/proc/self/fd/3", "-test.run=^TestProcCapabilities$")
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", &out, &out
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", asOtherPID, pid))
	cmd.ExtraFiles = []*os.File{program}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: 65534, Gid: 65534}, AmbientCaps: caps,
	}
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	var o asOther
	if err := json.NewDecoder(&out).Decode(&o); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	return o
}

func lookAsOther(t *testing.T, pid int) {
	var o asOther
	var err error
	host := proc.Local()
	if o.Lacking, err = host.Lacking(); err != nil {
		t.Fatal(err)
	}
	p := findProcess(t, pid)
	o.Program = p.Program
	s, err := host.Sweep().Look(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range s.Held {
		if h.Kind == proc.File {
			o.Files++
		}
	}
	for _, m := range s.Missing {
		o.Missing = append(o.Missing, m.String())
	}
	if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
		t.Fatal(err)
	}
}
