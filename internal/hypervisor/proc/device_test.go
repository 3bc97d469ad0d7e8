//go:build linux

package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// node makes a device known to the fake's /sys.
func (f *fake) node(kind string, major, minor int, name string) {
	f.write(fmt.Sprintf("sys/dev/%s/%d:%d/uevent", kind, major, minor),
		fmt.Sprintf("MAJOR=%d\nMINOR=%d\nDEVNAME=%s\n", major, minor, name))
}

// What is behind a VFIO descriptor is known by the kernel's name of the device.
func TestPCI(t *testing.T) {
	f := newFake(t)
	f.write("sys/kernel/iommu_groups/12/devices/0000:01:00.1", "")
	f.write("sys/kernel/iommu_groups/12/devices/0000:01:00.0", "")
	f.write("sys/kernel/iommu_groups/3/devices/0000:02:00.0", "")
	f.link("sys/class/vfio-dev/vfio7/device", "../../../devices/pci0000:00/0000:05:00.0")
	for minor, tc := range []struct{ node, pci, missing string }{
		{"vfio/12", "0000:01:00.0 0000:01:00.1", ""},
		{"vfio/noiommu-3", "0000:02:00.0", ""},
		{"vfio/devices/vfio7", "0000:05:00.0", ""},
		{"vfio/vfio", "", ""},
		{"vfio/99", "", "devices of VFIO group 99"},
		{"vfio/devices/vfio99", "", "device of VFIO device vfio99"},
		{"vfio/../12", "", ""},
		{"xvfio/12", "", ""},
	} {
		f.node("char", 240, minor, tc.node)
		l := look{sweep: f.host().Sweep()}
		h := Held{Kind: Char, Path: "/dev/vfio/1", Device: number(240, uint32(minor))}
		h.Node = l.sweep.node(h.Kind, h.Device)
		if h.Node != tc.node {
			t.Errorf("%s is %q", tc.node, h.Node)
		}
		if got := l.pci(&h); got != tc.pci {
			t.Errorf("%s: %q, want %q", tc.node, got, tc.pci)
		}
		if text := fmt.Sprint(l.missing); !strings.Contains(text, tc.missing) || tc.missing == "" && len(l.missing) > 0 {
			t.Errorf("%s: missing %s, want %q", tc.node, text, tc.missing)
		}
	}
}

func TestNode(t *testing.T) {
	f := newFake(t)
	f.node("block", 8, 16, "sdb")
	s := f.host().Sweep()
	for d, want := range map[device]string{
		{Block, number(8, 16)}: "sdb",
		{Char, number(8, 16)}:  "",
		{Block, number(8, 17)}: "",
	} {
		if got := s.node(d.kind, d.number); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// The terminal behind /dev/ptmx is named.
func TestPTY(t *testing.T) {
	master := open(t, "/dev/ptmx", os.O_RDWR)
	h := only(t, lookAtSelf(t), "terminals", func(h Held) bool { return h.Device == number(5, 2) })
	if _, err := os.Stat(h.PTY); err != nil || !strings.HasPrefix(h.PTY, "/dev/pts/") {
		t.Errorf("%+v for %s: %v", h, master.Name(), err)
	}
	if _, err := strconv.Atoi(strings.TrimPrefix(h.PTY, "/dev/pts/")); err != nil {
		t.Errorf("the number of terminal %q: %v", h.PTY, err)
	}
}
