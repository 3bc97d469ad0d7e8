package witness

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/hypervisor/proc"
)

func number(major, minor uint32) guest.DeviceNumber {
	return guest.DeviceNumber{Major: major, Minor: minor}
}

func TestThingsOfProcess(t *testing.T) {
	s := &proc.Sight{Held: []proc.Held{
		{Kind: proc.Anon, Path: "[eventfd]", Expected: "event", Count: 30},
		{Kind: proc.Anon, Path: "[vfio-device]", PCI: "0000:01:00.0", Count: 1},
		{Kind: proc.Block, Path: "/dev/mapper/vg-disk", Node: "dm-3", Device: number(253, 3), Access: proc.ReadWrite, Count: 1},
		{Kind: proc.Char, Path: "/dev/net/tun", Node: "net/tun", Device: number(10, 200), Tap: "vnet0", Count: 2},
		{Kind: proc.Char, Path: "/dev/ptmx", Device: number(5, 2), PTY: "/dev/pts/3", Count: 1},
		{Kind: proc.Char, Path: "/dev/vfio/7", Node: "vfio/7", Device: number(240, 0), PCI: "0000:01:00.0 0000:01:00.1", Count: 1},
		{Kind: proc.File, Path: "/srv/gone\xff.img", Deleted: true, Access: proc.Read, Count: 1},
		{Kind: proc.Memory, Path: "other", Count: 1},
		{Kind: proc.Pipe, Count: 2},
		{Kind: proc.TCP, Local: "0.0.0.0:5900", Listening: true, Count: 1},
		{Kind: proc.TCP, Local: "10.0.0.1:5900", Peer: "10.0.0.7:40000", Count: 1},
		{Kind: proc.TCP, Local: "10.0.0.1:50000", Peer: "10.0.0.9:10809", Count: 1},
		{Kind: proc.Unix, Path: "/run/serial", Listening: true, Count: 1},
		{Kind: proc.Unix, Path: "/run/serial", Count: 1},
		{Kind: proc.Unix, Peer: "/run/egd.sock", Count: 1},
		{Kind: proc.Unix, Count: 1},
	}}
	var v view
	v.add(s, "")
	all, partial := v.all([]fact.Thing{{Kind: "mapped", ID: "/lib/odd"}, {Kind: "mapped", ID: `/srv/gone\xff.img`}})
	var got []string
	for _, thing := range all {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %v %v", thing.Kind, thing.ID, thing.Names, thing.Detail)))
	}
	want := []string{
		"block /dev/mapper/vg-disk [253:3 /dev/dm-3] map[access:rw]",
		"char /dev/net/tun [10:200 vnet0] map[]",
		"char /dev/net/tun [10:200 vnet0] map[]",
		"char /dev/ptmx [5:2 /dev/pts/3] map[]",
		`file /srv/gone\xff.img [] map[access:r deleted:yes]`,
		"mapped /lib/odd [] map[]",
		"memfd other [] map[]",
		"tcp 0.0.0.0:5900 [] map[listening:yes]",
		"tcp 10.0.0.9:10809 [10.0.0.1:50000] map[]",
		"unix /run/egd.sock [] map[]",
		"unix /run/serial [] map[listening:yes]",
		"vfio /dev/vfio/7 [240:0 0000:01:00.0 0000:01:00.1] map[]",
		"vfio [vfio-device] [0000:01:00.0] map[]",
	}
	if !slices.Equal(got, want) || len(partial) != 0 {
		t.Errorf("told, partial %q\n%s\nwant\n%s", partial, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Connections that a guest makes through its process's network are not told
// where they are many.
func TestManyConnections(t *testing.T) {
	s := &proc.Sight{}
	for i := range maxConnections + 1 {
		s.Held = append(s.Held, proc.Held{Kind: proc.TCP, Local: fmt.Sprint("10.0.0.1:", 40000+i), Peer: "10.0.0.9:80", Count: 1})
	}
	var v view
	v.add(s, "")
	if all, partial := v.all(nil); len(all) != 0 || !slices.Equal(partial, []string{"tcp", "udp"}) {
		t.Errorf("%d told, partial %q", len(all), partial)
	}
}

func TestMissingKinds(t *testing.T) {
	for what, want := range map[string]string{
		"descriptors":                "*",
		"types of files":             "*",
		"peers of unix sockets":      "unix",
		"names of unix sockets":      "unix",
		"addresses of sockets":       "tcp udp",
		"names of new sockets":       "socket tcp udp unix",
		"devices of VFIO group 7":    "vfio",
		"device of VFIO device vfio": "vfio",
	} {
		var v view
		v.add(&proc.Sight{Missing: []proc.Missing{{What: what, Count: 1, Err: errors.New("why")}}}, "swtpm")
		if _, partial := v.all(nil); strings.Join(partial, " ") != want || v.missing[0] != "swtpm: "+what+": why" {
			t.Errorf("%s: partial %q, %q", what, partial, v.missing)
		}
	}
}
