//go:build linux

package integration

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// What virtaudit tells of a guest is what libvirt tells of it, from its start
// to its end.
func TestAsLibvirt(t *testing.T) {
	v := build(t)
	log := recordAudit(t, "log_format = ENRICHED")
	host := startLibvirtd(t)
	m := host.startEverything(t)
	c := comparison{log: log, m: m, v: v, kinds: map[string]bool{}}
	live := m.dump(t)
	c.compare(t, "op=start", "start", live, "--live", "--pid", fmt.Sprint(m.pid))
	c.changes(t, live)
	m.destroy(t)
	c.compare(t, "op=stop", "stop", live, "--reason", "destroyed")

	kinds := slices.Sorted(maps.Keys(c.kinds))
	want := []string{
		"chardev", "control-start", "control-stop", "dev", "disk", "fs", "iothread",
		"machine-id", "mem", "net", "rng", "shmem", "vcpu",
	}
	if !slices.Equal(kinds, want) {
		t.Errorf("the kinds of libvirt's messages are %v, want %v", kinds, want)
	}
	t.Logf("%d messages compared, of %d kinds", c.compared, len(kinds))
}

// changes compares what can be changed while the guest runs.
func (c *comparison) changes(t *testing.T, live string) {
	t.Helper()
	drive := func(source string) string {
		return xmlFile(t, `<disk type='file' device='cdrom'><driver type='raw'/>`+source+`<target dev='hdc' bus='ide'/><readonly/></disk>`)
	}
	usb := xmlFile(t, `<disk type='file'><driver type='raw'/><source file='`+c.m.host.image(t, "usb é.img")+`'/><target dev='sdc' bus='usb'/></disk>`)
	dimm := xmlFile(t, `<memory model='dimm'><target><size unit='MiB'>16</size><node>0</node></target></memory>`)
	empty, iso := drive(""), drive(`<source file="`+c.m.host.image(t, "it's an.iso")+`"/>`)

	c.change(t, []string{"attach-device", usb}, "resrc=disk reason=attach", "attach", live, usb)
	c.change(t, []string{"detach-device", usb}, "resrc=disk reason=detach", "detach", live, usb)
	c.change(t, []string{"update-device", iso}, "resrc=disk reason=update", "update", live, empty, iso)
	c.change(t, []string{"setvcpus", "2"}, "resrc=vcpu reason=update", "update", live, "--vcpus", "1:2")
	c.change(t, []string{"iothreadadd", "3"}, "resrc=iothread reason=update", "update", live, "--iothreads", "2:3")
	c.change(t, []string{"attach-device", dimm}, "resrc=mem reason=update", "attach", live, dimm)

	missing := xmlFile(t, `<rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='/run/no such.sock'/></backend></rng>`)
	if out, err := c.m.host.try("attach-device", c.m.UUID, missing, "--live"); err == nil {
		t.Fatalf("an RNG without a backend is attached: %s", out)
	}
	c.compare(t, "resrc=rng reason=attach", "attach", live, missing, "--failed")
}

// change has virsh change the guest, and compares libvirt's messages with those
// of an emit command, and with those of the difference that it made.
func (c *comparison) change(t *testing.T, virsh []string, last string, emit ...string) {
	t.Helper()
	before, seen := c.m.dump(t), c.seen
	c.m.host.virsh(t, append([]string{virsh[0], c.m.UUID, "--live"}, virsh[1:]...)...)
	c.compare(t, last, emit...)
	after := c.m.dump(t)
	c.seen = seen
	c.compare(t, last, "diff", before, after, "--live")
}

// dump writes the running guest's XML to a file.
func (m *machine) dump(t *testing.T) string {
	t.Helper()
	return xmlFile(t, m.host.virsh(t, "dumpxml", m.UUID))
}

// A comparison holds what virtaudit tells of a guest to what libvirt does.
type comparison struct {
	log      *recording
	m        *machine
	v        virtaudit
	seen     int // of libvirt's messages
	compared int
	kinds    map[string]bool
}

// compare compares libvirt's new messages, up to one with that text, with those
// of an emit command.
func (c *comparison) compare(t *testing.T, last string, emit ...string) {
	t.Helper()
	var theirs []string
	eventually(t, patience, "libvirt tells of "+last, func() bool {
		theirs = c.theirs(t)[c.seen:]
		return slices.ContainsFunc(theirs, func(m string) bool { return strings.Contains(m, last) })
	})
	c.seen += len(theirs)
	c.compared += len(theirs)
	if ours := c.v.emit(t, append(emit, "--dry-run")...); !slices.Equal(ours, theirs) {
		t.Errorf("emit %v\nvirtaudit tells\n%s\nlibvirt tells\n%s", emit, strings.Join(ours, "\n"), strings.Join(theirs, "\n"))
	}
}

// theirs gives libvirt's messages of the guest that the definition decides:
// what it opens and allows QEMU is the host's doing.
func (c *comparison) theirs(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, r := range c.log.virtOf(t, c.m.host.pid) {
		if !isOf(r, c.m.UUID) {
			continue
		}
		if r.Kind == nil {
			t.Fatalf("libvirt sends what the catalogue doesn't have: %s", r.Append(nil))
		}
		if r.Kind.Name != "net-open" && !strings.HasPrefix(r.Kind.Name, "cgroup") {
			all = append(all, asPrinted(r))
			c.kinds[r.Kind.Name] = true
		}
	}
	return all
}

// asPrinted gives a record as emit --dry-run prints its message.
func asPrinted(r *record.Record) string {
	return fmt.Sprintf("%v %v %s", r.Type, r.Result, r.AppendMessage(nil))
}

// emit gives the lines that an emit command prints.
func (v virtaudit) emit(t *testing.T, args ...string) []string {
	t.Helper()
	out := v.run(t, nil, append([]string{"emit"}, args...)...)
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}
