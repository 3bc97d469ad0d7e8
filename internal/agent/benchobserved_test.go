package agent

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// benchDisks is how many disks a simulated guest has of its 20 devices.
const benchDisks = 12

// definition is a guest with 20 devices as libvirt shows it when it runs; the
// tail of its disks may be detached.
func definition(n, disks int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<domain type='kvm' id='%d'>\n  <name>guest-%d</name>\n  <uuid>%s</uuid>\n", n+1, n, guestUUID(n))
	b.WriteString("  <memory unit='KiB'>4194304</memory>\n  <currentMemory unit='KiB'>4194304</currentMemory>\n  <vcpu placement='static'>4</vcpu>\n" +
		"  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/></os>\n  <features><acpi/><apic/></features>\n  <devices>\n    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n")
	for i := range disks {
		fmt.Fprintf(&b, "    <disk type='file' device='disk'>\n      <driver name='qemu' type='qcow2' cache='none' io='native'/>\n      <source file='%s' index='%d'/>\n"+
			"      <backingStore/>\n      <target dev='vd%c' bus='virtio'/>\n      <alias name='virtio-disk%d'/>\n"+
			"      <address type='pci' domain='0x0000' bus='0x%02x' slot='0x00' function='0x0'/>\n    </disk>\n", diskPath(n, i), i+1, 'a'+i, i, i+4)
	}
	for i := range 4 {
		fmt.Fprintf(&b, "    <interface type='bridge'>\n      <mac address='52:54:%02x:%02x:00:%02x'/>\n      <source bridge='br%d'/>\n      <target dev='vnet%d'/>\n"+
			"      <model type='virtio'/>\n      <alias name='net%d'/>\n    </interface>\n", n>>8, n&255, i, i, 4*n+i, i)
	}
	fmt.Fprintf(&b, "    <serial type='pty'><source path='/dev/pts/%d'/><target port='0'/><alias name='serial0'/></serial>\n", n)
	fmt.Fprintf(&b, "    <channel type='unix'><source mode='bind' path='/run/libvirt/qemu/channel/%d-guest-%d/org.qemu.guest_agent.0'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\n", n+1, n)
	b.WriteString("    <graphics type='vnc' port='5900' autoport='yes' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/></graphics>\n" +
		"    <rng model='virtio'><backend model='random'>/dev/urandom</backend><alias name='rng0'/></rng>\n  </devices>\n</domain>\n")
	return b.String()
}

func guestUUID(n int) string      { return fmt.Sprintf("6b9f7d02-1c6e-4a3c-9df1-%012x", n) }
func diskPath(n, disk int) string { return fmt.Sprintf("/srv/images/guest-%d-%d.qcow2", n, disk) }
func diskThing(n, i int) fact.Thing {
	return fact.Thing{Kind: "disk", ID: diskPath(n, i), Detail: map[string]string{"format": "qcow2"}}
}

// things are what a witness makes of a definition.
func things(n, disks int) []fact.Thing {
	has := []fact.Thing{
		{Kind: "rng", ID: "/dev/urandom", Detail: map[string]string{"model": "virtio"}},
		{Kind: "mem", Value: 4 << 20},
		{Kind: "vcpu", Value: 4},
		{Kind: "chardev", ID: fmt.Sprintf("/dev/pts/%d", n)},
	}
	for i := range disks {
		has = append(has, diskThing(n, i))
	}
	for i := range 4 {
		has = append(has, fact.Thing{Kind: "net", ID: fmt.Sprintf("52:54:%02x:%02x:00:%02x", n>>8, n&255, i)})
	}
	slices.SortFunc(has, func(a, b fact.Thing) int { return strings.Compare(a.Kind+a.ID, b.Kind+b.ID) })
	return has
}

// observedFacts are guests that are seen, and of which disks then come and go:
// each change is told by an event, defined anew, and recorded.
func observedFacts(b *testing.B, n int) []fact.Fact {
	b.Helper()
	at := int64(1_793_000_000_000)
	facts := make([]fact.Fact, 0, n)
	observe := func(o fact.Observed) {
		at += 3
		o.Witness, o.Virt, o.State, o.To = fact.Libvirt, "kvm", "running", at
		facts = append(facts, fact.Fact{
			Kind: fact.Observation, Node: "kvm01", Source: "libvirt qemu:///system", Stamp: record.Stamp{Millis: at}, Text: fact.Encode(o),
		})
	}
	for g := range benchGuests {
		observe(fact.Observed{What: fact.Seen, UUID: guestUUID(g), Name: fmt.Sprint("guest-", g), Run: fmt.Sprint(g), Has: things(g, benchDisks), Definition: definition(g, benchDisks)})
	}
	for i := 0; len(facts) < n; i++ {
		g, disks := i%benchGuests, benchDisks-(i/benchGuests+1)%2
		o := fact.Observed{What: fact.Changed, UUID: guestUUID(g), Name: fmt.Sprint("guest-", g), Run: fmt.Sprint(g), From: at, Has: things(g, disks), Definition: definition(g, disks)}
		op, was, is := "attach", "?", diskPath(g, benchDisks-1)
		if disks < benchDisks {
			op, was, is = "detach", is, "?"
		}
		text := fmt.Sprintf(`virt=kvm resrc=disk reason=%s vm="guest-%d" uuid=%s old-disk="%s" new-disk="%s"`, op, g, guestUUID(g), was, is)
		w := fact.Wanted{Type: "VIRT_RESOURCE", Text: text, Op: op, Kind: "disk"}
		for dst, name := range map[*string]string{&w.Old: was, &w.ID: is} {
			if name != "?" {
				*dst = name
			}
		}
		o.Wants = []fact.Wanted{w}
		facts = append(facts, attached(b, at+1, len(facts), text))
		observe(fact.Observed{What: fact.Told, UUID: o.UUID, Name: o.Name, Run: o.Run, Tells: []fact.Telling{{At: at + 1, Kind: "device-" + op}}})
		observe(o)
	}
	return facts[:n]
}

// attached is the fact of a record of libvirt's.
func attached(b *testing.B, at int64, serial int, text string) fact.Fact {
	b.Helper()
	line := fmt.Sprintf("type=VIRT_RESOURCE msg=audit(%d.%03d:%d): pid=1500 uid=0 auid=4294967295 ses=4294967295 msg='%s"+
		` exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`, at/1000, at%1000, serial, text)
	var r record.Record
	if err := r.Parse([]byte(line)); err != nil {
		b.Fatal(err)
	}
	return fact.OfRecord("kvm01", "file", &r)
}
