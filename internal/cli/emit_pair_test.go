package cli

import (
	"errors"
	"reflect"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// The parts of two devices go together by what they are, and drives and
// interfaces by which they are.
func TestPaired(t *testing.T) {
	nic := guest.Interface{MAC: "52:54:00:00:00:01"}
	linked := guest.Interface{MAC: "52:54:00:00:00:01", Source: "br0"}
	otherNIC := guest.Interface{MAC: "52:54:00:00:00:02"}
	cd1 := guest.Disk{Target: "sda", Device: "cdrom", Source: guest.DiskSource{Path: "/1.iso"}}
	cd2 := guest.Disk{Target: "sda", Device: "cdrom", Source: guest.DiskSource{Path: "/2.iso"}}
	vdb := guest.Disk{Target: "vdb", Source: guest.DiskSource{Path: "/b.raw"}}
	pci := guest.HostDevice{Type: guest.HostPCI, Address: "0000:01:00.0"}
	log := guest.File{Use: guest.FileLog, Path: "/log"}
	serial := guest.Serial{Source: guest.Chardev{Type: guest.ChardevFile, Path: "/a"}}
	update := guest.Change{Op: guest.Update, Old: nic, New: linked}
	type parts = []guest.Resource
	for name, tc := range map[string]struct {
		old, now parts
		want     []guest.Change
		err      error
	}{
		"nothing":           {nil, nil, nil, nil},
		"one":               {parts{nic}, parts{linked}, []guest.Change{update}, nil},
		"another interface": {parts{nic}, parts{otherNIC}, nil, errOtherMAC},
		"other media":       {parts{cd1}, parts{cd2}, []guest.Change{{Op: guest.Update, Old: cd1, New: cd2}}, nil},
		"another drive":     {parts{cd1}, parts{vdb}, nil, errOtherDrive},
		"something lost":    {parts{nic, pci}, parts{linked}, []guest.Change{update, {Op: guest.Detach, Old: pci}}, nil},
		"something came":    {parts{nic}, parts{pci, linked}, []guest.Change{update, {Op: guest.Attach, New: pci}}, nil},
		"something stayed":  {parts{nic, pci}, parts{linked, pci}, []guest.Change{update}, nil},
		"another kind":      {parts{nic}, parts{serial}, nil, errOtherKind},
		"nothing to file":   {nil, parts{log}, nil, errOtherKind},
		"the same, and log": {parts{serial}, parts{serial, log}, []guest.Change{{Op: guest.Update, Old: serial, New: serial}, {Op: guest.Attach, New: log}}, nil},
	} {
		got, err := paired(tc.old, tc.now)
		if !errors.Is(err, tc.err) || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s: %v, error %v; want %v, %v", name, got, err, tc.want, tc.err)
		}
	}
}
