// Package agent is the service. It puts what the witnesses say into one order,
// derives the trail from that, stores both, and serves them over the API.
//
// # Data flow
//
//	follow, witness -> offers -> writer -> reconcile -> store -> web
//	                               |
//	                            emitter -> kernel
//
// Each source makes offers: facts, and the source's position, which is stored in the
// same commit as the facts. An offer is answered when it is committed, and a source
// runs only a little ahead of that: what it can read again is safer where it is than
// in our memory. While one batch is committed the next one is derived, and the one
// after that is read. Only the writer numbers facts, feeds the Deriver and commits.
// So there is one order of facts, and the trail follows from it.
//
// # When things go wrong
//
// A source that fails is tried again, and doesn't disturb the others. When the disk is
// full nothing is taken until there is room; then the log is read on from where it was
// left. After a kill the log is read on from the position that was stored with the last
// facts. What the hypervisors changed meanwhile is told as having happened between two
// times.
//
// # Emission
//
// On request the emitter sends records that libvirt should have written by its own
// rules, and didn't. Before it sends one an intent is stored, so that after a crash it
// is known what may have been sent. It is only sent again if the log was read past it
// and lacks it, within an hour, in the same boot, and if the guest still lacks it.
// Nothing is sent before a record of this host was read from the log, nor while the
// kernel has records that auditd hasn't taken, as far as it tells.
//
// # Names of the host
//
// auditd may call the host by another name than the service does (name_format). All of
// the host's own names count as the service's, so that it isn't taken for two hosts.
// Records with any other name are of other hosts.
package agent
