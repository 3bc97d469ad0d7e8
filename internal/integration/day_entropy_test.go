//go:build linux

package integration

import (
	"net"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

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
	d.shared(t)
}

const (
	dayEGD   = `<rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='/run/vm/egd.sock'/></backend></rng>`
	dayHWRNG = `<rng model='virtio'><rate bytes='512' period='1000'/><backend model='random'>/dev/hwrng</backend></rng>`
)

// shared starts two guests that take from one daemon and, where this host has
// one, from its hardware.
func (d *day) shared(t *testing.T) {
	t.Helper()
	d.host.listenUnix(t, "/run/vm/egd.sock")
	devices := dayEGD
	if readable("/dev/hwrng") {
		devices += dayHWRNG
	}
	for _, guest := range []struct{ name, operation string }{
		{"keys1", "start of a guest with an EGD at a socket"},
		{"keys2", "start of another guest with the same EGD"},
	} {
		d.define(t, guest.name, devices)
		d.step(t, guest.operation, guest.name, d.virsh(t, "start", guest.name),
			happened("start", "log, libvirt", started), state("running", "log"), holds("rng", "/run/vm/egd.sock", "log, libvirt, proc"))
	}
}

// readable tells whether a device is there and gives something.
func readable(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	n, err := f.Read(make([]byte, 1))
	return err == nil && n == 1
}

// listenUnix takes connections at a socket of the day's host, as a peer that
// never says a word.
func (h *dayHost) listenUnix(t *testing.T, path string) {
	t.Helper()
	type made struct {
		l   *net.UnixListener
		err error
	}
	done := make(chan made)
	go func() {
		runtime.LockOSThread() // for good: nothing else is to run in that namespace
		l, err := h.bindInside(path)
		done <- made{l, err}
	}()
	m := <-done
	if m.err != nil {
		t.Fatal(m.err)
	}
	m.l.SetUnlinkOnClose(false) // here that is another's path
	t.Cleanup(func() { m.l.Close() })
	go silence(t, m.l)
}

// bindInside moves this thread to the day's host, and makes a socket there: it is
// known by the name that it was given.
func (h *dayHost) bindInside(path string) (*net.UnixListener, error) {
	space, err := os.Open(h.mounts)
	if err != nil {
		return nil, err
	}
	defer space.Close()
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return nil, err
	}
	if err := unix.Setns(int(space.Fd()), unix.CLONE_NEWNS); err != nil {
		return nil, err
	}
	return net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
}
