// Package witness runs the watchers of guests, and turns what they see into facts:
// what libvirt says of its guests, what QEMU's monitors say of guests without
// libvirt, and what the guests' processes have open.
//
// # Sources and reports
//
// A source (Libvirt, QMP, Proc) watches until its context ends. What it learns it
// hands over in Reports: facts, and the state that must be stored with them so that
// the next run of the service knows what was known. Reports are committed in their
// order; how far a source may be ahead of that is up to the caller (Give).
//
// Only a change is a fact. That nothing has changed is stored as the time up to
// which that is known. If the first look after a restart shows what was known before
// it gives no fact; what differs happened between the last look and that one.
//
// # Things
//
// What a guest has is told as Things. If libvirt records such a thing, its kind and
// identity are the same as those of the record's holding in the trail: they are read
// from the record that package guest makes for it. All others are marked silent:
// network disks, an EGD over TCP, backing images, firmware, kernels, the sockets of
// displays. What a process has open has kinds of its own (file, block, char, unix,
// tcp, vfio), and the other names by which a definition may mean the same thing.
//
// With a change of a guest of libvirt come the records that libvirt should make of
// it. There are no such rules for QEMU without libvirt, nor for a process.
//
// # Events
//
// What a hypervisor announces is an observation of its own (Told) at once, and again
// part of the change that is then found. As a guest can cause events, only so many
// are told of each guest in a time, and how many were left out.
//
// # What it doesn't know
//
// It doesn't compare witnesses with each other, nor with the log. /proc doesn't tell
// which of the open files is the backing image of which; libvirt and QEMU do.
// Definitions are kept without passwords, and otherwise as they are.
package witness
