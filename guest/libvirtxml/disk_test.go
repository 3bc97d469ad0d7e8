package libvirtxml

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

func TestDiskIndex(t *testing.T) {
	for name, want := range map[string]int64{
		"vda": 0, "vdz": 25, "vdaa": 26, "vdba": 52, "vdzz": 701, "vdaaa": 702,
		"fda": 0, "hdc": 2, "sdb1": 1, "xvdd": 3, "ubde12": 4, "vd": 0, "vd1": 0,
		"": -1, "v": -1, "nvme0n1": -1, "vdA": -1, "vda1b": -1, "vda-1": -1, "sr0": -1, "VDA": -1,
		"vd" + strings.Repeat("z", 100): 1 << 40,
	} {
		if got := diskIndex(name); got != want {
			t.Errorf("%q: %d, want %d", name, got, want)
		}
	}
}

// insertDisk puts a disk where libvirt puts it: before the first on its bus
// that has a greater index, or else behind the last on its bus, or at the end.
func insertDisk(all []guest.Disk, d guest.Disk) []guest.Disk {
	at := -1
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Bus != d.Bus {
			continue
		}
		if diskIndex(all[i].Target) > diskIndex(d.Target) {
			at = i
		} else if at == -1 {
			at = i + 1
		}
	}
	if at == -1 {
		at = len(all)
	}
	return slices.Insert(all, at, d)
}

func TestSortDisksAsIfInserted(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		disks := make([]guest.Disk, r.IntN(12))
		var want []guest.Disk
		for i := range disks {
			disks[i] = guest.Disk{
				Target: []string{"vd", "sd", "hd", "x"}[r.IntN(4)] + string(rune('a'+r.IntN(4))),
				Bus:    []string{"", "virtio", "scsi", "ide"}[r.IntN(4)],
				Source: guest.DiskSource{Path: fmt.Sprint(i)},
			}
			want = insertDisk(want, disks[i])
		}
		sortDisks(disks)
		if !slices.Equal(disks, want) {
			t.Fatalf("got  %v\nwant %v", disks, want)
		}
	}
}
