// Package agent is the service: it takes what the witnesses say, in one order,
// derives the trail from it, keeps both, and shows them.
//
// # Data flow
//
//	follow, witness -> offers -> writer -> reconcile -> store -> web
//	                               |
//	                            emitter -> kernel
//
// Each source makes offers: facts, and where the source stands, which is stored
// in the commit that stores the facts. An offer is answered when it is
// committed, and a source goes on before that by a little only: what it can read
// again is safer where it is than in our memory. While one batch is committed the
// next is derived and the one after that read. The writer alone numbers facts, feeds
// the Deriver and commits, so there is one order of facts, and the trail follows
// from it.
//
// # When things go wrong
//
// A source that fails ends nothing but itself, and is tried again. When the disk
// is full nothing is taken any more until there is room; the log is read on from
// where it was left. After a kill the log is read on from the position that was
// stored with the last facts; what the hypervisors changed meanwhile is told as
// having happened between two times.
//
// # Emission
//
// Where it is asked for, a record that libvirt's own rules want and that didn't
// come is sent by the emitter. An intent is stored before, so that after a crash
// it is known what may have been sent; it is sent again only when the log was
// read past it and lacks it, within an hour, in the same boot, and while the guest
// lacks it still. Nothing is sent before the log had a record of this host, nor, as
// far as the kernel tells, while that has records which auditd didn't take.
//
// # Names of the host
//
// auditd may call the host otherwise than the service does (name_format). Its own
// names are taken for the service's, so that a host is one; records of any other
// name are of other hosts.
package agent
