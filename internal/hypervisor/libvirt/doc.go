// Package libvirt watches the guests that run under one driver of libvirt
// (qemu, lxc), through the socket of its daemon: libvirtd or a modular one.
//
// # What it knows
//
// A Watcher tells of each running guest when it is first seen, what changed of
// it, and that it is gone. It learns of that in two ways. libvirt's events say
// that something happened, hardly ever what; so after one the guest's
// definition is read again, and once more a little later, as some events come
// before the definition shows it. And as many changes have no event (vcpus,
// I/O threads, links of interfaces, all that is done on QEMU's monitor), every
// definition is read in a sweep, spread over its period. What reads as before
// is known by its hash; only others are parsed and compared.
//
// Times are honest: a change happened between the begin of the last read
// without it and the end of the first read with it. Where the connection was
// lost, or the service didn't run, From lies before that; Seed says what was
// known then. Events that arrive are passed on too, in libvirt's order.
//
// # What it doesn't know
//
// Guests that are defined and do not run: they hold nothing. Their events are
// told, their definitions aren't read. It builds no records and judges nothing:
// which changes should have been recorded, guest.Records knows. Of pass-through
// arguments, backing chains and what is done by hand on the monitor, libvirt
// knows nothing or little itself; the process does.
//
// # The daemon as a peer
//
// It is never trusted to answer, or to answer sense. go-libvirt makes the calls
// and decodes the answers, but would wait for ever, take any length it is told
// (or panic), hold a deadlock if one call is answered twice, hold any number of
// events, and drop those of kinds 16 and from 24 on. So a guard stands between it and the socket: it lets through
// only frames that answer the one call that is open, in the form that its
// answer has; it takes the events out of the stream and decodes them itself;
// and it closes the connection on anything else, and after a call's timeout.
// The Watcher then connects again, waiting longer each time.
//
// Everything is bounded: a definition (MaxXML; of a longer one only that is
// told), all definitions held (MaxHeld), guests (MaxGuests), events that wait
// (when they overflow, all is listed anew).
//
// The read-only socket is enough for all of it, and what is used by default.
//
// The facts were measured on libvirt 9.0.0.
package libvirt
