//go:build linux

package integration

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/template"
)

// A machine is a guest as libvirt knows it: 64 MiB, a disk, a network card, a
// random number generator, and nothing to boot.
type machine struct {
	host                  *hypervisor
	Virt, Name, UUID, MAC string
	Disk                  string
	QEMUArgs              []string
	pid                   int // of its QEMU, since the last start
}

var definition = template.Must(template.New("").Funcs(template.FuncMap{"xml": escapeXML}).Parse(`
<domain type='{{.Virt}}' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>{{xml .Name}}</name>
  <uuid>{{.UUID}}</uuid>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file'><driver type='raw'/><source file='{{xml .Disk}}'/><target dev='vda' bus='virtio'/></disk>
    <interface type='user'><mac address='{{.MAC}}'/></interface>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <memballoon model='none'/>
  </devices>
  <qemu:commandline>{{range .QEMUArgs}}<qemu:arg value='{{xml .}}'/>{{end}}</qemu:commandline>
</domain>
`))

func escapeXML(s string) (string, error) {
	var b strings.Builder
	err := xml.EscapeText(&b, []byte(s))
	return b.String(), err
}

// virtType gives the fastest type of domain that this host has.
func virtType() string {
	kvm, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil || runtime.GOARCH != "amd64" {
		return "qemu"
	}
	kvm.Close()
	return "kvm"
}

// define makes a guest known to libvirt, with arguments for its QEMU.
func (h *hypervisor) define(t *testing.T, name string, qemuArgs ...string) *machine {
	t.Helper()
	m := &machine{
		host: h, Virt: virtType(), Name: name, UUID: newUUID(), MAC: "52:54:00:12:34:56",
		Disk: h.image(t, name+".img"), QEMUArgs: qemuArgs,
	}
	var b strings.Builder
	if err := definition.Execute(&b, m); err != nil {
		t.Fatal(err)
	}
	h.virsh(t, "define", xmlFile(t, b.String()))
	t.Cleanup(func() { m.remove(t) })
	return m
}

// xmlFile writes what virsh takes from files only.
func xmlFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "virsh.xml")
	writeFile(t, name, text)
	return name
}

// start boots the guest.
func (m *machine) start(t *testing.T) {
	t.Helper()
	m.host.virsh(t, "start", m.UUID)
	if state := m.host.virsh(t, "domstate", m.UUID); state != "running" {
		t.Fatalf("%s is %s after its start", m.Name, state)
	}
	pids := m.processes(t)
	if len(pids) != 1 {
		t.Fatalf("%s runs as processes %v, want one", m.Name, pids)
	}
	m.pid = pids[0]
}

// processes finds the guest's QEMU: that of the processes which libvirt keeps
// in files that was told the guest's uuid.
func (m *machine) processes(t *testing.T) []int {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(m.host.dir, "run/libvirt/qemu", "*.pid"))
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, name := range files {
		text, _ := os.ReadFile(name)
		args, _ := os.ReadFile(filepath.Join("/proc", string(text), "cmdline"))
		if pid, err := strconv.Atoi(string(text)); err == nil && strings.Contains(string(args), m.UUID) {
			found = append(found, pid)
		}
	}
	return found
}

// failToStart starts a guest that can't run.
func (m *machine) failToStart(t *testing.T) {
	t.Helper()
	if out, err := m.host.try("start", m.UUID); err == nil {
		t.Fatalf("%s started: %s", m.Name, out)
	}
}

// attach gives the running guest a disk on USB, which it need not agree to
// give back.
func (m *machine) attach(t *testing.T, disk string) { m.changeDisk(t, "attach-device", disk) }

func (m *machine) detach(t *testing.T, disk string) { m.changeDisk(t, "detach-device", disk) }

func (m *machine) changeDisk(t *testing.T, command, disk string) {
	t.Helper()
	path, err := escapeXML(disk)
	if err != nil {
		t.Fatal(err)
	}
	m.host.virsh(t, command, m.UUID, "--live", xmlFile(t,
		`<disk type='file'><driver type='raw'/><source file='`+path+`'/><target dev='sda' bus='usb'/></disk>`))
}

// destroy ends the guest. Where libvirt sees QEMU's monitor break as it kills it, it
// says that there was nothing to destroy.
func (m *machine) destroy(t *testing.T) {
	t.Helper()
	if _, err := m.host.try("destroy", m.UUID); err != nil && !strings.Contains(err.Error(), "domain is not running") {
		t.Fatal(err)
	}
}

// crash ends the guest's QEMU as a fault in it would.
func (m *machine) crash(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(m.pid, syscall.SIGSEGV); err != nil {
		t.Fatalf("kill QEMU of %s: %v", m.Name, err)
	}
	eventually(t, patience, m.Name+" is seen to be shut off", func() bool {
		return m.host.virsh(t, "domstate", m.UUID) == "shut off"
	})
}

// remove ends the guest if it runs still, whatever became of libvirtd.
func (m *machine) remove(t *testing.T) {
	t.Helper()
	_, err := m.host.try("destroy", m.UUID)
	for _, pid := range m.processes(t) {
		t.Errorf("%s runs still, as process %d: %v", m.Name, pid, err)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}
