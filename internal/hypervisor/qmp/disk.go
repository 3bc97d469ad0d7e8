package qmp

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// drive is an entry of query-block.
type drive struct {
	Device   string // the name of a -drive; "" for one by -blockdev
	QDev     string // the device's id, or a QOM path; "" where there is none
	Inserted *struct {
		File  string
		RO    bool
		Image *image
	}
}

// image is a file, and what is behind it.
type image struct {
	Filename string
	Format   string
	Backing  *image `json:"backing-image"`
}

// blockNode is an entry of query-named-block-nodes.
type blockNode struct {
	Name   string `json:"node-name"`
	Driver string `json:"drv"`
	File   string
}

// maxImages is how many images are looked at. A chain of so many takes minutes
// to open.
const maxImages = 4096

// disks are the drives and all images, those of no drive last.
func (a *asker) disks() error {
	if err := a.need(devicesPart); err != nil {
		return err
	}
	nodes, err := a.blockNodes()
	if err != nil {
		return err
	}
	var drives list[drive]
	if err := a.ask("query-block", nil, &drives); err != nil {
		return err
	}
	f := files{hostDevices: hostDevices(nodes), seen: map[string]bool{}}
	for i := range drives {
		if err := a.drive(&f, &drives[i]); err != nil {
			return err
		}
	}
	for _, n := range nodes {
		if n.File != "" && !f.seen[n.File] {
			a.addImage(&f, Image{}, n.File)
		}
	}
	return nil
}

// files says which file names are those of block devices, and which have been
// seen behind a drive.
type files struct {
	hostDevices map[string]bool
	seen        map[string]bool
}

func (f *files) source(name string) guest.DiskSource {
	s := imageSource(name)
	if s.Type == guest.DiskFile && f.hostDevices[name] {
		s.Type = guest.DiskBlock
	}
	return s
}

// hostDevices gives the files that QEMU opened as block devices, which
// query-block doesn't tell.
func hostDevices(nodes []blockNode) map[string]bool {
	found := map[string]bool{}
	for _, n := range nodes {
		if n.Driver == "host_device" || n.Driver == "host_cdrom" {
			found[n.File] = true
		}
	}
	return found
}

// blockNodes asks for all nodes, without the images behind each: that would grow
// with the square of a chain. QEMU before 5.0 can't leave them out.
func (a *asker) blockNodes() ([]blockNode, error) {
	const command = "query-named-block-nodes"
	var nodes list[blockNode]
	err := a.ask(command, struct {
		Flat bool `json:"flat"`
	}{true}, &nodes)
	if err != nil && !a.over(err) {
		nodes = nil
		err = a.ask(command, nil, &nodes)
	}
	return nodes, err
}

func (a *asker) drive(f *files, d *drive) error {
	kind, target, err := a.driveDevice(d)
	if err != nil {
		return err
	}
	disk := guest.Disk{Target: target, Bus: driveBus(kind), Device: driveKind(kind)}
	if d.Inserted != nil {
		disk.Source = f.source(d.Inserted.File)
		a.chain(f, target, d.Inserted.File, d.Inserted.Image)
	}
	if kind == "cfi.pflash01" {
		if d.Inserted != nil {
			a.firmware(disk.Source.Path, d.Inserted.RO)
		}
		return nil
	}
	a.s.Spec.Disks = append(a.s.Spec.Disks, disk)
	return nil
}

// chain adds the images of a drive, from the top down.
func (a *asker) chain(f *files, target, top string, i *image) {
	if i == nil {
		i = &image{Filename: top}
	}
	for depth := 0; i != nil; i, depth = i.Backing, depth+1 {
		a.addImage(f, Image{Drive: target, Depth: depth, Format: i.Format}, i.Filename)
	}
}

func (a *asker) addImage(f *files, i Image, file string) {
	if len(a.s.Images) >= maxImages {
		return
	}
	f.seen[file] = true
	i.Source = f.source(file)
	a.s.Images = append(a.s.Images, i)
}

// firmware adds flash memory of the board, which is no disk to the guest.
func (a *asker) firmware(path string, readOnly bool) {
	use := guest.FileNVRAM
	if readOnly {
		use = guest.FileLoader
	}
	a.s.Spec.Files = append(a.s.Spec.Files, guest.File{Use: use, Path: path})
}

// driveDevice gives the type of the device that a drive is in, and a name for
// it that no other drive of the guest has. A slash can't be part of an id.
func (a *asker) driveDevice(d *drive) (kind, target string, err error) {
	if d.QDev == "" {
		return "", "drive/" + d.Device, nil
	}
	path := d.QDev
	if !strings.HasPrefix(path, "/") {
		path = withID + path
	}
	target, byID := strings.CutPrefix(strings.TrimSuffix(path, "/virtio-backend"), withID)
	id, _, _ := strings.Cut(target, "/")
	for _, device := range a.s.Devices {
		if byID && device.Path == withID+id || !byID && (path == device.Path || strings.HasPrefix(path, device.Path+"/")) {
			return device.Type, target, nil
		}
	}
	err = a.get(path, "type", &kind)
	return kind, target, err
}

// buses are what drives are on, by the beginning of their devices' types.
var buses = []struct{ device, bus string }{
	{"virtio-blk", "virtio"},
	{"vhost-user-blk", "virtio"},
	{"scsi-", "scsi"},
	{"ide-", "ide"},
	{"usb-", "usb"},
	{"nvme", "nvme"},
	{"floppy", "fdc"},
	{"isa-fdc", "fdc"},
	{"sd-card", "sd"},
}

// driveBus is "" where it can't be told. That of an ide-hd may be SATA's.
func driveBus(device string) string {
	for _, b := range buses {
		if strings.HasPrefix(device, b.device) {
			return b.bus
		}
	}
	return ""
}

func driveKind(device string) string {
	switch {
	case strings.HasSuffix(device, "-cd"):
		return "cdrom"
	case device == "floppy" || device == "isa-fdc":
		return "floppy"
	}
	return "disk"
}
