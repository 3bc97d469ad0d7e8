package loggen

import (
	"fmt"
	"math/rand/v2"
)

// hardware is what a guest is defined with: what its start group names.
type hardware struct {
	disks, fs, macs  []string
	hostdevs         []hostdev
	redirdevs        int
	chardevs         []string
	smartcards       []string
	rng              string
	tpmKind, tpm     string
	shmem, ivshmem   string
	evdev            string
	caps             []capability // of a container
	mem              int          // KiB
	vcpus, iothreads int
	media            string // what the CD drive holds at start
	cdrom            bool
}

// hostdev is a host device given to a machine.
type hostdev struct{ bus, id string }

// capability is a host device of a container: disk= or chardev=.
type capability struct{ key, path string }

func newHardware(rng *rand.Rand, g *guest) hardware {
	h := hardware{mem: 262144 << rng.IntN(7), vcpus: 1 + rng.IntN(16)}
	for range rng.IntN(3) {
		h.macs = append(h.macs, randomMAC(rng))
	}
	if g.virt == "lxc" {
		h.addContainer(rng, g)
		return h
	}
	h.addStorage(rng, g)
	h.addHostDevices(rng)
	h.addCharacterDevices(rng, g)
	h.addRare(rng, g)
	if rng.IntN(3) == 0 {
		h.iothreads = 1 + rng.IntN(4)
	}
	return h
}

func randomMAC(rng *rand.Rand) string {
	return fmt.Sprintf("52:54:00:%02x:%02x:%02x", rng.IntN(256), rng.IntN(256), rng.IntN(256))
}

func (h *hardware) addContainer(rng *rand.Rand, g *guest) {
	h.fs = []string{"/var/lib/lxc/" + g.uuid + "/rootfs"}
	if rng.IntN(2) == 0 {
		h.caps = append(h.caps, capability{"chardev", fmt.Sprintf("/dev/tty%d", 20+rng.IntN(40))})
	}
	if rng.IntN(3) == 0 {
		h.caps = append(h.caps, capability{"disk", fmt.Sprintf("/dev/loop%d", rng.IntN(32))})
	}
	h.chardevs = []string{fmt.Sprintf("/dev/pts/%d", rng.IntN(100))}
}

func (h *hardware) addStorage(rng *rand.Rand, g *guest) {
	for i := range 1 + rng.IntN(3) {
		h.disks = append(h.disks, randomDisk(rng, g, i))
	}
	if h.cdrom = rng.IntN(2) == 0; h.cdrom {
		h.media = fmt.Sprintf("/srv/iso/debian-%d.iso", rng.IntN(5)+8)
		h.disks = append(h.disks, h.media)
	}
	if rng.IntN(10) == 0 {
		h.fs = []string{"/srv/share/" + g.uuid[:8]}
	}
}

// randomDisk names a disk: files, block devices, and some names that need
// encoding or look as if they did.
func randomDisk(rng *rand.Rand, g *guest, i int) string {
	switch rng.IntN(12) {
	case 0:
		return fmt.Sprintf("/dev/mapper/vg0-%s-%d", g.uuid[:8], i)
	case 1:
		return fmt.Sprintf("/srv/images/my disk %s-%d.qcow2", g.uuid[:8], i)
	case 2:
		return fmt.Sprintf("/srv/images/apos'trophe-%s-%d.raw", g.uuid[:8], i)
	default:
		return fmt.Sprintf("/var/lib/libvirt/images/%s-%d.qcow2", g.uuid[:8], i)
	}
}

func (h *hardware) addHostDevices(rng *rand.Rand) {
	switch rng.IntN(16) {
	case 0:
		h.hostdevs = []hostdev{{"pci", randomPCI(rng)}, {"pci", randomPCI(rng)}}
	case 1:
		h.hostdevs = []hostdev{{"usb", randomUSB(rng)}}
	case 2:
		h.hostdevs = []hostdev{{"mdev", fmt.Sprintf("%08x-1111-4222-8333-%012x", rng.Uint32(), rng.Uint64N(1<<48))}}
	}
	if rng.IntN(5) == 0 {
		h.redirdevs = 1 + rng.IntN(2)
	}
}

func randomPCI(rng *rand.Rand) string {
	return fmt.Sprintf("0000:%02x:%02x.%d", rng.IntN(256), rng.IntN(32), rng.IntN(8))
}

func randomUSB(rng *rand.Rand) string {
	return fmt.Sprintf("%03d.%03d", 1+rng.IntN(8), 1+rng.IntN(127))
}

func (h *hardware) addCharacterDevices(rng *rand.Rand, g *guest) {
	h.chardevs = []string{fmt.Sprintf("/dev/pts/%d", rng.IntN(400))}
	if rng.IntN(2) == 0 {
		h.chardevs = append(h.chardevs, "/run/libvirt/qemu/channel/"+g.uuid[:8]+"/org.qemu.guest_agent.0")
	}
	switch rng.IntN(6) {
	case 0:
	case 1:
		h.rng = "/dev/random"
	case 2:
		h.rng = "/dev/hwrng"
	case 3:
		h.rng = "/run/egd/" + g.uuid[:8] + ".sock"
	default:
		h.rng = "/dev/urandom"
	}
}

// addRare gives one guest in four one of the devices that few have.
func (h *hardware) addRare(rng *rand.Rand, g *guest) {
	switch rng.IntN(32) {
	case 0:
		h.smartcards = []string{"nss-smartcard-device"}
	case 1:
		h.smartcards = []string{"cert1", "cert2", "cert3", "/etc/pki/nssdb"}
	case 2:
		h.tpmKind, h.tpm = "tpm", "/dev/tpm0"
	case 3, 4:
		h.tpmKind, h.tpm = "tpm-emulator", "/run/libvirt/qemu/swtpm/"+g.uuid[:8]+".sock"
	case 5:
		h.tpmKind, h.tpm = "tpm-external", "/run/swtpm/"+g.uuid[:8]+".sock"
	case 6:
		h.shmem = "/dev/shm/shm-" + g.uuid[:8]
	case 7:
		h.ivshmem = "/run/ivshmem/" + g.uuid[:8] + ".sock"
	case 8:
		h.evdev = fmt.Sprintf("/dev/input/event%d", rng.IntN(32))
	}
}
