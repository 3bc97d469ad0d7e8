package qmp

import "github.com/virtaudit/virtaudit/guest"

// An Item is something that a guest has and a guest.Spec can't hold: a Status,
// RNG, Image, Chardev or Device. All of them are values that can be compared
// with ==.
type Item interface{ item() }

// Status is whether the guest runs, in QEMU's words: running, paused,
// prelaunch, shutdown, io-error, ...
type Status string

// An RNG is a backend of random numbers, and the device that uses it.
type RNG struct {
	guest.RNG
	Object string // QOM path of the backend: /objects/rng0
	Device string // QOM path; "" while no device uses the backend
	// MaxBytes is what the guest may take in Period milliseconds. 0 of both is
	// no limit.
	MaxBytes uint64
	Period   uint32
}

// An Image is a file or server that a block device reads: the top image of a
// drive or one behind it.
type Image struct {
	// Drive is the Target of the Spec's Disk. It is "" of an image that no
	// drive has: one that was opened for later, the target of a copy.
	Drive  string
	Depth  int    // how many images are before it
	Format string // qcow2, raw, ...; "" where Drive is
	Source guest.DiskSource
}

// A Chardev is the host's side of a character device.
type Chardev struct {
	ID     string
	Source guest.Chardev
	// NoPath says that QEMU doesn't tell the path, which there is.
	NoPath bool
}

// A Device is one that was given to the guest by -device or device_add, or one
// of the board's own that has something of the host.
type Device struct {
	Path string // QOM path: /machine/peripheral/ID
	Type string // virtio-rng-pci
}

func (Status) item()  {}
func (RNG) item()     {}
func (Image) item()   {}
func (Chardev) item() {}
func (Device) item()  {}
