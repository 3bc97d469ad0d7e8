// Package libvirt watches the guests that run under one driver of libvirt
// (qemu, lxc), through the socket of its daemon: libvirtd or a modular one.
//
// # What it knows
//
// A Watcher reports each running guest when it first sees it, what changes about it,
// and that it is gone. It learns of changes in two ways. libvirt's events say that
// something happened, but hardly ever what. So after an event the guest's definition
// is read again, and once more a little later, as some events come before the
// definition shows the change. And since many changes have no event (vcpus, I/O
// threads, links of interfaces, whatever is done on QEMU's monitor), all definitions
// are read in a sweep, which is spread over its period. A definition with the same
// hash as before is unchanged; only others are parsed and compared.
//
// The times of a change are those between which it must have happened: the beginning
// of the last read that didn't show it, and the end of the first read that did. If the
// connection was lost, or the service was down, From lies before that; Seed has what
// was known then. Events are passed on too, in libvirt's order.
//
// # What it doesn't know
//
// Guests that are defined and don't run, as they hold nothing: their events are passed
// on, and their definitions aren't read. The package builds no records and draws no
// conclusions: guest.Records knows which changes should have been recorded. libvirt
// itself knows little or nothing of pass-through arguments, backing chains, and what is
// done by hand on the monitor; the process shows these.
//
// # The daemon as a peer
//
// The daemon is not trusted to answer, nor to answer correctly. go-libvirt makes the
// calls and decodes the answers. But by itself it would wait forever, accept (or panic
// at) any length that it is told, deadlock if a call is answered twice, keep any number
// of events, and drop events of kind 16 and of kinds from 24 on. So a guard stands
// between it and the socket. The guard only lets frames through that answer the one
// open call, in the form that its answers have; it takes events out of the stream and
// decodes them itself; and it closes the connection on anything else, or when a call
// times out. The Watcher then connects again, after a longer wait each time.
//
// Everything is bounded: the length of a definition (MaxXML; if one is longer that is
// reported), of all definitions together (MaxHeld), the number of guests (MaxGuests),
// and of waiting events (if they overflow, all guests are listed again).
//
// The read-only socket is enough for all of this, and is the default.
//
// The facts were measured on libvirt 9.0.0.
package libvirt
