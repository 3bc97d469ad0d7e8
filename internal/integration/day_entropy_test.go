//go:build linux

package integration

import "testing"

// entropy starts guests that get random numbers in other ways, and leaves them
// running.
func (d *day) entropy(t *testing.T) {
	d.define(t, "mail1", `<rng model='virtio'><rate bytes='1024' period='1000'/><backend model='random'>/dev/urandom</backend></rng>`)
	d.step(t, "start of a guest with an RNG that has a limit", "mail1", d.virsh(t, "start", "mail1"),
		happened("start", "log, libvirt", started), state("running", "log"), holds("rng", "/dev/urandom", "log, libvirt, proc"))
	d.define(t, "cache1", `<rng model='virtio'><backend model='builtin'/></rng>`)
	d.step(t, "start of a guest with a builtin RNG", "cache1", d.virsh(t, "start", "cache1"),
		happened("start", "log, libvirt", started), state("running", "log"), holds("rng", "builtin", "libvirt"))
	// Somewhere in a network that is reserved for examples; nobody answers.
	run(t, "ip", "address", "add", "198.51.100.1/24", "dev", "br-dmz")
	d.define(t, "edge1", `<rng model='virtio'><backend model='egd' type='udp'><source mode='connect' host='198.51.100.7' service='7000'/></backend></rng>`)
	d.step(t, "start of a guest with an EGD over UDP", "edge1", d.virsh(t, "start", "edge1"),
		happened("start", "log, libvirt", started), state("running", "log"), holds("rng", "udp:198.51.100.7:7000", "libvirt, proc"))
}
