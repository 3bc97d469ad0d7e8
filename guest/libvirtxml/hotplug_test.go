package libvirtxml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// A call is one that told libvirt's audit code of a change, and what came of it.
type call struct {
	device, reason string
	lines          []string
}

// TestConformanceHotplug compares with what libvirt says when each device of a
// definition is attached and detached. Each device is also read on its own, and
// must be the same as within the definition.
func TestConformanceHotplug(t *testing.T) {
	dir, there := conformanceDir(t)
	if !there {
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "xml", "*.xml"))
	if err != nil {
		t.Fatal(err)
	}
	n := compared{}
	devices := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".xml")
		spec, err := parseFile(file, Options{ChannelDir: channelDir})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		alone := parseAlone(t, file, spec.Virt)
		devices += len(alone)
		sameDevices(t, name, spec, alone)
		got := hotplug(spec, firstConsole(t, file, spec))
		want := readCalls(t, dir, name)
		compareCalls(t, name, got, want)
		n.definitions++
		for _, c := range want {
			n.messages += len(c.lines)
		}
	}
	n.atLeast(t, 900)
	t.Logf("%d devices read on their own", devices)
}

// parseAlone gives what each device of a definition is when it is read on its
// own.
func parseAlone(t *testing.T, file string, of guest.Virt) []guest.Resource {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []guest.Resource
	for _, device := range deviceTexts(t, text) {
		got, err := ParseDevice(bytes.NewReader(device), of, Options{ChannelDir: channelDir})
		if err != nil {
			t.Errorf("%s, %s: %v", file, device, err)
		}
		all = append(all, got...)
	}
	return all
}

// deviceTexts cuts a definition's devices out of it. An emulator is none.
func deviceTexts(t *testing.T, text []byte) [][]byte {
	t.Helper()
	var devices [][]byte
	d := xml.NewDecoder(bytes.NewReader(text))
	var open []string
	var from int64
	for {
		before := d.InputOffset()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return devices
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if open = append(open, e.Name.Local); len(open) == 3 {
				from = before
			}
		case xml.EndElement:
			if len(open) == 3 && open[1] == "devices" && open[2] != "emulator" {
				devices = append(devices, text[from:d.InputOffset()])
			}
			open = open[:len(open)-1]
		}
	}
}

// sameDevices compares the devices of a definition with those that were read on
// their own, whatever their order. What became of the first console of a
// machine is not looked at.
func sameDevices(t *testing.T, name string, spec *guest.Spec, alone []guest.Resource) {
	t.Helper()
	count := map[guest.Resource]int{}
	for _, r := range alone {
		count[r]++
	}
	p := parser{spec: *spec}
	for _, r := range p.resources() {
		count[r]--
	}
	for r, n := range count {
		switch r.(type) {
		case guest.Memory, guest.Console, guest.Serial, guest.File:
			continue
		}
		if n != 0 {
			t.Errorf("%s: %+v %d times more on its own than within the definition", name, r, n)
		}
	}
}

// firstConsole gives the console that is only another name of the first serial
// port, if it was in the definition with the same source. libvirt keeps it then,
// and says its path once more when all devices are attached.
func firstConsole(t *testing.T, file string, spec *guest.Spec) []guest.Console {
	t.Helper()
	text, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	root, err := decode(text, DefaultMaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	serial, console := root.child("devices").child("serial"), root.child("devices").child("console")
	target := console.child("target").attrOr("type", "serial")
	if spec.Virt == guest.LXC || target != "serial" || serial == nil || console == nil {
		return nil
	}
	p := parser{o: Options{ChannelDir: channelDir}}
	a, errA := p.chardev(serial)
	b, errB := p.chardev(console)
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	appends := func(n *node) string { return n.child("source").attrOr("append", "") }
	if a != b || appends(serial) != appends(console) {
		return nil
	}
	return []guest.Console{{Source: b}}
}

// hotplug attaches and detaches all that a guest has, in the order of the
// conformance data.
func hotplug(s *guest.Spec, first []guest.Console) []call {
	var all []call
	all = oneByOne(all, s, "disk", s.Disks)
	all = oneByOne(all, s, "fs", s.Filesystems)
	all = oneByOne(all, s, "net", s.Interfaces)
	all = together(all, s, "hostdev", s.HostDevices)
	all = together(all, s, "redirdev", s.Redirs)
	all = oneByOne(all, s, "serial", s.Serials)
	all = oneByOne(all, s, "parallel", s.Parallels)
	all = oneByOne(all, s, "channel", s.Channels)
	all = oneByOne(all, s, "console", append(first, s.Consoles...))
	all = oneByOne(all, s, "rng", s.RNGs)
	all = together(all, s, "shmem", s.Shmems)
	all = together(all, s, "input", s.Inputs)

	all = update(all, s, "mem", s.Memory, s.Memory+1<<20, false)
	all = update(all, s, "mem", s.Memory, s.Memory-1, true)
	all = update(all, s, "vcpu", s.VCPUs, s.VCPUs+1, false)
	all = update(all, s, "vcpu", s.VCPUs, s.VCPUs-1, true)
	all = update(all, s, "iothread", s.IOThreads, s.IOThreads+1, false)
	all = update(all, s, "iothread", s.IOThreads+1, s.IOThreads, true)
	return all
}

func oneByOne[R guest.Resource](all []call, s *guest.Spec, device string, of []R) []call {
	for i := range of {
		all = together(all, s, device, of[i:i+1])
	}
	return all
}

// together attaches all of a kind before it detaches any.
func together[R guest.Resource](all []call, s *guest.Spec, device string, of []R) []call {
	for _, r := range of {
		all = heard(all, device, guest.Change{Guest: s, Op: guest.Attach, New: r})
	}
	for _, r := range of {
		all = heard(all, device, guest.Change{Guest: s, Op: guest.Detach, Old: r})
	}
	return all
}

func update[R guest.Resource](all []call, s *guest.Spec, device string, old, now R, failed bool) []call {
	return heard(all, device, guest.Change{Guest: s, Op: guest.Update, Old: old, New: now, Failed: failed})
}

// heard appends a change, unless nothing is said of it.
func heard(all []call, device string, c guest.Change) []call {
	if lines := messages(c); len(lines) > 0 {
		all = append(all, call{device, string(c.Op), lines})
	}
	return all
}

// readCalls reads what libvirt said, call by call. Those of which it said
// nothing are left out.
func readCalls(t *testing.T, dir, name string) []call {
	t.Helper()
	rows, err := readLines(filepath.Join(dir, "hotplug-calls", name+".tsv"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := readLines(filepath.Join(dir, "hotplug", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []call
	for _, row := range rows {
		columns := strings.Split(row, "\t")
		device, _, _ := strings.Cut(columns[1], "[")
		n, err := parseUint(columns[0], 10, 8)
		if err != nil || len(lines) < int(n) {
			t.Fatalf("%s: %q: %v, with %d messages left", name, row, err, len(lines))
		}
		if n > 0 {
			all = append(all, call{device, columns[3], lines[:n]})
		}
		lines = lines[n:]
	}
	if len(lines) > 0 {
		t.Fatalf("%s: %d messages of no call", name, len(lines))
	}
	return all
}

func compareCalls(t *testing.T, name string, got, want []call) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d calls that say something, want %d:\n got %v\nwant %v", name, len(got), len(want), got, want)
		return
	}
	for i := range got {
		if got[i].device != want[i].device || got[i].reason != want[i].reason {
			t.Errorf("%s: %s %s, want %s %s", name, got[i].reason, got[i].device, want[i].reason, want[i].device)
		}
		compareLines(t, name, got[i].lines, want[i].lines)
	}
}
