package guest_test

import (
	"fmt"

	"github.com/virtaudit/virtaudit/guest"
)

// A VM manager starts a guest with an RNG, and hot-plugs another. It prints what
// it would send to the kernel.
func Example() {
	vm := guest.Spec{
		Name: "qcow-test", UUID: "118733ed-b658-3e22-a2cb-4fe5cb3ddf79", Virt: guest.KVM,
		Memory: 1 << 20, VCPUs: 2,
		RNGs: []guest.RNG{{Path: "/dev/random"}},
	}
	tell := func(c guest.Change) {
		messages, warnings := guest.Records(c)
		for _, m := range messages {
			fmt.Println(m)
		}
		for _, w := range warnings {
			fmt.Println("warning:", w)
		}
	}
	tell(guest.Change{Guest: &vm, Op: guest.Start, PID: 77})
	tell(guest.Change{Guest: &vm, Op: guest.Attach, New: guest.RNG{Path: "/dev/hwrng"}})
	// Output:
	// VIRT_RESOURCE success virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random"
	// VIRT_RESOURCE success virt=kvm resrc=mem reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-mem=0 new-mem=1048576
	// VIRT_RESOURCE success virt=kvm resrc=vcpu reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-vcpu=0 new-vcpu=2
	// VIRT_CONTROL success virt=kvm op=start reason=booted vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 vm-pid=77
	// VIRT_RESOURCE success virt=kvm resrc=rng reason=attach vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/hwrng"
}

// Two looks at the same guest: a CD was changed, and an RNG was unplugged.
func ExampleDiff() {
	cd := func(path string) []guest.Disk {
		return []guest.Disk{{Target: "sda", Device: "cdrom", Source: guest.DiskSource{Path: path}}}
	}
	before := guest.Spec{Disks: cd("/iso/1.iso"), RNGs: []guest.RNG{{Path: "/dev/random"}, {Path: "/dev/random"}}}
	after := guest.Spec{Disks: cd("/iso/2.iso"), RNGs: []guest.RNG{{Path: "/dev/random"}}}
	for _, c := range guest.Diff(&before, &after) {
		switch r := c.Old.(type) {
		case guest.Disk:
			fmt.Println(c.Op, r.Target, "had", r.Source.Path)
		case guest.RNG:
			fmt.Println(c.Op, r.Path)
		}
	}
	// Output:
	// update sda had /iso/1.iso
	// detach /dev/random
}
