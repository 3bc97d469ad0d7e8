// Package qmp watches QEMU guests that libvirt doesn't run, through their QMP
// monitors: unix sockets on which QEMU talks JSON, a message a line.
//
// # What it knows
//
// A Client is a connection to one monitor. QEMU greets one client a socket; a
// second one waits unseen until the first has gone, and if that happens, gets
// the monitor. So whoever shares a socket with a manager of guests takes it away
// from that manager when it restarts: a socket for virtaudit should be its own.
//
// A Snapshot is what a guest has of its host, by asking: a guest.Spec, and what
// a Spec can't hold. A Watcher takes snapshots of all guests whose sockets it
// finds, and tells how each differs from the one before. QEMU has no event for
// most changes (object-add, device_add, blockdev-add, chardev-add): it polls,
// and looks at once after the events that there are. So a change is known to
// lie between two times, not at one.
//
// What the questions are, and why not others:
//
//   - RNGs: rng backends are QOM objects, /objects/ID; the device names its
//     backend. A backend holds its file or socket without a device too, so it is
//     an RNG of the Spec from object-add to object-del.
//   - Interfaces: the devices' mac property. query-rx-filter knows virtio only,
//     and tells the address that the guest set, not the one it was given.
//   - Which properties a type of device has is read from a device that is there
//     (qom-list), once a connection. device-list-properties would make one.
//   - Nothing is sent that changes a guest, and no HMP.
//
// # What it doesn't know
//
// No answer of QEMU's has the path of file and pipe chardevs, the source of a
// 9p share, or the name of a tap: /proc has. QEMU replaces bytes that aren't
// UTF-8 by U+FFFD. Assigned PCI and USB devices, inputs, displays and 9p shares
// are only among the Devices, without what they have of the host. A disk's
// Target is the device's id or QOM path, as QEMU has no vda.
//
// A peer may be hostile: a line has a longest length, events a bounded queue
// that counts what it loses, a flood of them a bounded cost, every answer a
// deadline, and text that isn't QMP ends the connection with an error. The facts were measured on QEMU 7.2.
package qmp
