package qmp

import (
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// What a drive is in gives its name, bus and kind.
func TestDriveDevice(t *testing.T) {
	for _, tc := range []struct {
		qdev         string // as query-block has it
		folder, name string // where the device is
		kind         string
		want         guest.Disk
	}{
		{"x", withID, "x", "scsi-cd", guest.Disk{Target: "x", Bus: "scsi", Device: "cdrom"}},
		{withID + "x/virtio-backend", withID, "x", "virtio-blk-pci", guest.Disk{Target: "x", Bus: "virtio", Device: "disk"}},
		{withID + "x", withID, "x", "floppy", guest.Disk{Target: "x", Bus: "fdc", Device: "floppy"}},
		{withID + "x", withID, "x", "my-disk", guest.Disk{Target: "x", Device: "disk"}},
		{withoutID + "device[1]/virtio-backend", withoutID, "device[1]", "virtio-blk-pci", guest.Disk{Target: withoutID + "device[1]", Bus: "virtio", Device: "disk"}},
	} {
		f := newFake(t)
		f.set(`qom-list {"path":"/machine/peripheral"}`, `[]`)
		f.set(`qom-list {"path":"/machine/peripheral-anon"}`, `[]`)
		f.set(`qom-list {"path":"/machine/unattached"}`, `[]`)
		f.set(`qom-list {"path":"`+strings.TrimSuffix(tc.folder, "/")+`"}`, `[{"name": "`+tc.name+`", "type": "child<`+tc.kind+`>"}]`)
		f.set(`qom-list {"path":"`+tc.folder+tc.name+`"}`, `[]`)
		f.set("query-block", `[{"device": "d", "qdev": "`+tc.qdev+`"}]`)
		if s := f.snapshot(); len(s.Spec.Disks) != 1 || s.Spec.Disks[0] != tc.want {
			t.Errorf("%s, %s: %s", tc.qdev, tc.kind, s.tell())
		}
	}
}
