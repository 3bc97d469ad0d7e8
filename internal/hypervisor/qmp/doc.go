// Package qmp watches QEMU guests that libvirt doesn't run, through their QMP
// monitors: unix sockets on which QEMU talks JSON, a message a line.
//
// # What it knows
//
// A Client is a connection to one monitor. QEMU serves one client per socket. A second
// one waits unseen until the first is gone, and then gets the monitor. So a client that
// shares a socket with a VM manager takes the monitor away from it when the manager
// restarts: virtaudit should have a socket of its own.
//
// A Snapshot is what a guest has of its host, as QEMU answers: a guest.Spec, and what a
// Spec has no place for. A Watcher takes snapshots of all guests whose sockets it finds,
// and reports how each differs from the one before. As QEMU has no event for most changes
// (object-add, device_add, blockdev-add, chardev-add), it polls, and looks at once after
// the events that there are. So a change is known to lie between two times.
//
// How things are asked for, and why:
//
//   - RNGs: rng backends are QOM objects, /objects/ID, and the device names its
//     backend. A backend has its file or socket open even without a device, so it is
//     an RNG of the Spec from object-add to object-del.
//   - Interfaces: the devices' mac property. query-rx-filter only knows virtio, and
//     gives the address that the guest has set, not the one that it was given.
//   - The properties of a type of device are read from an existing device (qom-list),
//     once per connection. device-list-properties would create a device.
//   - Nothing is sent that changes a guest, and no HMP.
//
// # What it doesn't know
//
// QEMU doesn't tell the path of file and pipe chardevs, the source of a 9p share, or the
// name of a tap; /proc does. It replaces bytes that aren't UTF-8 by U+FFFD. Assigned PCI
// and USB devices, inputs, displays and 9p shares are only listed among the Devices,
// without what they have of the host. A disk's Target is the device's id or QOM path, as
// QEMU knows no name such as vda.
//
// The peer may be hostile. So the length of a line is bounded, and so are the queue of
// events, which counts what it drops, and the cost of a flood of them. Every answer has
// a deadline, and text that isn't QMP ends the connection with an error.
//
// All this was measured on QEMU 7.2.
package qmp
