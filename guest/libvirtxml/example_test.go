package libvirtxml_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/guest/libvirtxml"
)

const definition = `<domain type='kvm'>
  <name>qcow-test</name>
  <uuid>118733ed-b658-3e22-a2cb-4fe5cb3ddf79</uuid>
  <memory unit='GiB'>1</memory>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <rng model='virtio'><backend model='random'>/dev/random</backend></rng>
  </devices>
</domain>`

const egd = `<rng model='virtio'>
  <backend model='egd' type='unix'><source mode='connect' path='/tmp/unix.sock'/></backend>
</rng>`

// A guest of a definition starts, and then gets another source of random
// numbers.
func Example() {
	vm, err := libvirtxml.Parse(strings.NewReader(definition), libvirtxml.Options{Memory: libvirtxml.MemoryStarted})
	if err != nil {
		log.Fatal(err)
	}
	device, err := libvirtxml.ParseDevice(strings.NewReader(egd), vm.Virt, libvirtxml.Options{})
	if err != nil {
		log.Fatal(err)
	}
	messages, _ := guest.Records(guest.Change{Guest: vm, Op: guest.Start, PID: 4242})
	for _, r := range device {
		attached, _ := guest.Records(guest.Change{Guest: vm, Op: guest.Attach, New: r})
		messages = append(messages, attached...)
	}
	for _, m := range messages {
		fmt.Println(m)
	}
	// Output:
	// VIRT_RESOURCE success virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random"
	// VIRT_RESOURCE success virt=kvm resrc=mem reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-mem=0 new-mem=1048576
	// VIRT_RESOURCE success virt=kvm resrc=vcpu reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-vcpu=0 new-vcpu=1
	// VIRT_CONTROL success virt=kvm op=start reason=booted vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 vm-pid=4242
	// VIRT_RESOURCE success virt=kvm resrc=rng reason=attach vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/tmp/unix.sock"
}
