package record_test

import (
	"fmt"

	"github.com/virtaudit/virtaudit/record"
)

// A line of an audit log, decoded.
func ExampleRecord_Parse() {
	line := `type=VIRT_RESOURCE msg=audit(1363099126.643:31): pid=995252 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random" exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`
	var r record.Record
	if err := r.Parse([]byte(line)); err != nil {
		fmt.Println(err)
		return
	}
	vm, _ := r.Lookup("vm")
	rng, _ := r.Lookup("new-rng")
	fmt.Println(r.Kind.Name, r.Result, vm, rng, r.Stamp)
	// Output: rng success qcow-test /dev/random 1363099126.643:31
}

// The text that a hypervisor hands to the kernel.
func ExampleRecord_Begin() {
	var r record.Record
	r.Begin(record.KindByName("rng"))
	for name, value := range map[string]string{
		"virt": "kvm", "reason": "attach", "vm": "web 1",
		"uuid": "118733ed-b658-3e22-a2cb-4fe5cb3ddf79", "new-rng": "/dev/hwrng",
	} {
		if err := r.Set(name, value); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(string(r.AppendMessage(nil)))
	// Output: virt=kvm resrc=rng reason=attach vm=7765622031 uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/hwrng"
}
