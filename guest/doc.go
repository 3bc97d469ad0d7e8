// Package guest knows guests (virtual machines and LXC containers), the host
// resources that they get, and which audit records libvirt writes when these
// change.
//
// # What it knows
//
// A Spec is a guest as it is defined or as it runs: its identity and all that
// it has of the host. A Change is something that happened to a guest: it
// started, it lost a disk, its memory grew. Records gives the messages by which
// libvirt would tell the kernel's audit log of a change, byte for byte and in
// libvirt's order; Diff gives the changes that lead from one Spec to another.
//
// The rules of what is audited are here and nowhere else: that an EGD backend
// on a socket gives a record and one over TCP gives none, that a network disk
// is silent, that a start names its disks first and its I/O threads last. A
// Spec holds what is silent all the same, as those who ask who held what want
// to know of it too.
//
// A record is given wherever libvirt has one for such a change. libvirt itself
// forgets a few: of an RNG that is attached to a running guest it tells only
// when that fails. Records tells both.
//
// # What it doesn't know
//
// There is no XML here: package libvirtxml reads libvirt's, and programs that
// run guests on their own fill a Spec by hand. Nothing is sent: package kaudit
// does that. This package opens no file and asks no clock.
//
// # Who applies which rule
//
// A Spec is what libvirt holds of a definition in memory. So whoever fills one
// from a definition applies what libvirt does while it reads XML:
//
//   - Defaults: a random RNG without a path has /dev/random, a passed-through
//     TPM /dev/tpm0, a shmem without a size 4 MiB, a chardev without a type is
//     a pty. An empty Type of ours is a default only where its comment says so.
//   - Merges: a console that is only another name of a serial device is not in
//     Consoles; one that became a serial device is in Serials. A channel whose
//     path libvirt would allot anew has none.
//   - The order of the devices in each slice. Records keeps it. libvirt sorts
//     disks (by bus as written, then by target) when it reads a definition, and
//     puts the host devices behind <interface type='hostdev'> before all others;
//     everything else stays in the order of the document. Such an interface on
//     its own is two resources, an Interface and a HostDevice.
//   - Forms: a uuid and a MAC address in lower case, host devices' addresses as
//     HostDevice says, sizes in the units of the fields, NUMA cells and memory
//     devices summed up.
//
// Records applies the rest: which devices are audited and by which of their
// values, the order of the kinds, the default certificate database of
// smartcards, and that no record is written where neither side has a value.
//
// A value that libvirt doesn't have (NULL) and one that is empty are written
// differently: "?" and "". In a Spec an empty string is a missing value. The
// few fields in which libvirt's XML can hold an empty path have a flag beside
// them that says so (EmptyPath).
//
// The facts were measured on libvirt 9.0.0.
package guest
