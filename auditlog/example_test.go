package auditlog_test

import (
	"fmt"
	"strings"

	"github.com/virtaudit/virtaudit/auditlog"
)

const log = `type=SYSCALL msg=audit(1363099126.640:30): arch=c000003e syscall=257 success=yes
type=VIRT_RESOURCE msg=audit(1363099126.643:31): pid=995252 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random" exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'
type=VIRT_CONTROL msg=audit(1363099126.700:32): pid=995252 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm op=start reason=booted vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 vm-pid=77 exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'
`

// Who was given a random device?
func ExampleScanner_Records() {
	s := auditlog.NewScanner(strings.NewReader(log))
	for r := range s.Records() {
		if rng, ok := r.Lookup("new-rng"); ok {
			vm, _ := r.Lookup("vm")
			fmt.Printf("%v %s: %s\n", r.Stamp.Time(), vm, rng)
		}
	}
	if err := s.Err(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.Stats().Picked, "of", s.Stats().Lines, "lines")
	// Output:
	// 2013-03-12 14:38:46.643 +0000 UTC qcow-test: /dev/random
	// 2 of 3 lines
}
