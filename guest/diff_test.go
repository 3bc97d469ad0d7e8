package guest

import (
	"reflect"
	"slices"
	"testing"
)

func TestDiffOfMultiset(t *testing.T) {
	hwrng := RNG{Path: "/dev/hwrng"}
	old, now := with(devRandom, devRandom, hwrng), with(devRandom, devRandom, devRandom)
	want := []Change{
		{Guest: now, Op: Detach, Old: hwrng},
		{Guest: now, Op: Attach, New: devRandom},
	}
	if got := Diff(old, now); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := Diff(with(devRandom, hwrng), with(hwrng, devRandom)); len(got) != 0 {
		t.Errorf("another order alone: %+v", got)
	}
}

func TestDiffOfDisks(t *testing.T) {
	cd := func(path string) Disk {
		return Disk{Target: "sda", Device: "cdrom", Source: DiskSource{Path: path}}
	}
	vda := Disk{Target: "vda", Source: DiskSource{Path: "/a.raw"}}
	vdb := Disk{Target: "vdb", Source: DiskSource{Path: "/a.raw"}}
	for _, tc := range []struct {
		name     string
		old, now []Disk
		want     []Change
	}{
		{"other media", []Disk{vda, cd("/1.iso")}, []Disk{cd("/2.iso"), vda}, []Change{{Op: Update, Old: cd("/1.iso"), New: cd("/2.iso")}}},
		{"eject", []Disk{cd("/1.iso")}, []Disk{cd("")}, []Change{{Op: Update, Old: cd("/1.iso"), New: cd("")}}},
		{"another target", []Disk{vda}, []Disk{vdb}, []Change{{Op: Detach, Old: vda}, {Op: Attach, New: vdb}}},
		{
			"another drive at a target",
			[]Disk{vda},
			[]Disk{{Target: "vda", Device: "cdrom", Source: vda.Source}},
			[]Change{{Op: Detach, Old: vda}, {Op: Attach, New: Disk{Target: "vda", Device: "cdrom", Source: vda.Source}}},
		},
		{
			"no targets",
			[]Disk{{Source: DiskSource{Path: "/a"}}},
			[]Disk{{Source: DiskSource{Path: "/b"}}},
			[]Change{{Op: Detach, Old: Disk{Source: DiskSource{Path: "/a"}}}, {Op: Attach, New: Disk{Source: DiskSource{Path: "/b"}}}},
		},
		{
			"lost, updated, came",
			[]Disk{cd("/1.iso"), vda},
			[]Disk{vdb, cd("/2.iso")},
			[]Change{{Op: Detach, Old: vda}, {Op: Update, Old: cd("/1.iso"), New: cd("/2.iso")}, {Op: Attach, New: vdb}},
		},
		{
			"one target twice",
			[]Disk{cd("/1.iso"), cd("/2.iso")},
			[]Disk{cd("/3.iso"), cd("/4.iso")},
			[]Change{{Op: Detach, Old: cd("/2.iso")}, {Op: Update, Old: cd("/1.iso"), New: cd("/3.iso")}, {Op: Attach, New: cd("/4.iso")}},
		},
	} {
		now := &Spec{Disks: tc.now}
		for i := range tc.want {
			tc.want[i].Guest = now
		}
		if got := Diff(&Spec{Disks: tc.old}, now); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.name, got, tc.want)
		}
	}
}

func TestSameDrive(t *testing.T) {
	sda := Disk{Target: "sda", Bus: "sata", Device: "cdrom", Source: DiskSource{Path: "/1.iso"}}
	for _, tc := range []struct {
		other Disk
		want  bool
	}{
		{sda, true},
		{Disk{Target: "sda", Bus: "sata", Device: "cdrom"}, true},
		{Disk{Target: "sdb", Bus: "sata", Device: "cdrom", Source: sda.Source}, false},
		{Disk{Target: "sda", Bus: "usb", Device: "cdrom", Source: sda.Source}, false},
		{Disk{Target: "sda", Bus: "sata", Source: sda.Source}, false},
	} {
		if got := sda.SameDrive(tc.other); got != tc.want || tc.other.SameDrive(sda) != got {
			t.Errorf("%+v: %t, want %t", tc.other, got, tc.want)
		}
	}
	if (Disk{}).SameDrive(Disk{}) {
		t.Error("disks without targets are taken for one")
	}
}

// A nil Spec is a guest that has nothing.
func TestDiffOfNil(t *testing.T) {
	s := with(devRandom)
	for _, tc := range []struct {
		name     string
		old, now *Spec
		want     []Change
	}{
		{"neither", nil, nil, nil},
		{"old", nil, s, Diff(&Spec{}, s)},
		{"new", s, nil, Diff(s, &Spec{})},
	} {
		for i := range tc.want {
			tc.want[i].Guest = s
		}
		if got := Diff(tc.old, tc.now); !reflect.DeepEqual(got, tc.want) || (len(got) == 0) != (tc.name == "neither") {
			t.Errorf("%s: got  %+v\nwant %+v", tc.name, got, tc.want)
		}
	}
}

// TestDiffOrder has one of everything come at once.
func TestDiffOrder(t *testing.T) {
	var empty Spec
	changes := Diff(&empty, &everything)
	got := make([]string, 0, len(changes))
	for _, c := range changes {
		r := c.New
		got = append(got, string(c.Op)+" "+reflect.TypeOf(r).Name())
	}
	want := []string{
		"label Label", "attach Disk", "attach Filesystem", "attach Interface", "attach HostDevice",
		"attach RedirDevice", "attach Serial", "attach Parallel", "attach Channel", "attach Console",
		"attach Smartcard", "attach RNG", "attach TPM", "attach Shmem", "attach Input", "attach File",
		"update Memory", "update VCPUs", "update IOThreads",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := Diff(&everything, &everything); len(got) != 0 {
		t.Errorf("from a guest to itself: %+v", got)
	}
}

// TestDiffKnowsEveryField holds Diff to all slices and quantities of a Spec,
// so that one that is added can't be forgotten.
func TestDiffKnowsEveryField(t *testing.T) {
	all := reflect.ValueOf(everything)
	for i := range all.NumField() {
		name := all.Type().Field(i).Name
		if all.Field(i).IsZero() {
			t.Errorf("%s: the test has none", name)
		}
		if name == "Name" || name == "UUID" || name == "Virt" {
			continue
		}
		var one Spec
		reflect.ValueOf(&one).Elem().Field(i).Set(all.Field(i))
		if got := Diff(&Spec{}, &one); len(got) != 1 {
			t.Errorf("%s: came as %d changes, want 1", name, len(got))
		}
		if got := Diff(&one, &Spec{}); len(got) != 1 && name != "Labels" {
			t.Errorf("%s: went as %d changes, want 1", name, len(got))
		}
	}
}
