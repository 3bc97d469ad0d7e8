// Package witness runs the watchers of guests and tells what they see as facts:
// what libvirt says of its guests, what QEMU's monitors say of those without
// libvirt, and what the guests' processes have open.
//
// # What it knows
//
// A source (Libvirt, QMP, Proc) watches until its context ends. What it learns
// it gives in Reports: facts, and what must be stored with them so that a later
// run of the service knows what was known. A Report is given when the caller has
// committed it, and not before does the source go on.
//
// Only what changes is a fact. That nothing changed is stored as the time up to
// which it is known, without a fact. A first look after a restart that shows what
// was known gives none; what differs happened between the last look before and
// that one.
//
// # Things
//
// What a guest has is told as Things. Where libvirt has a record for such a
// thing, kind and identity are those that the record's holding has in the trail:
// they are read from the very record that package guest gives for it. All else is
// marked silent: network disks, an EGD over TCP, backing images, firmware,
// kernels, the sockets of displays. What a process has open has kinds of its own
// (file, block, char, unix, tcp, vfio), and other names by which a definition may
// mean the same thing.
//
// Of libvirt's guests the records that its rules want for a change come with it.
// QEMU without libvirt has no such rules, nor has a process.
//
// # Events
//
// What a hypervisor tells by itself is an observation of its own (Told) as soon
// as it comes, and again in what is found to have changed then. A guest can cause
// events: of each guest only so many are told in a time, and how many more there
// were.
//
// # What it doesn't know
//
// It doesn't compare witnesses with each other nor with the log. Which of the
// files that a process has open is behind which, /proc doesn't tell: backing
// images are named by libvirt and QEMU. Definitions are
// kept without passwords; what else is in them is kept.
package witness
