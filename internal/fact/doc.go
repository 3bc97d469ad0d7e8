// Package fact defines the facts that the service stores: a record of the audit
// log, what a hypervisor or the kernel showed of a guest at some time, when a
// source was watched and when it was not, and what the service itself was about to
// send.
//
// # Form
//
// A Fact has a few columns and a Text. The Text of a record is its canonical form:
// what the kernel wrote, from audit(...): on, without what was added on the way
// (type=, node=, auditd's enrichment). So the same record read from the file, from
// multicast or by a plugin is the same Fact. The Text of any other fact is JSON
// with its keys in a fixed order; encoding a fact again gives the same bytes.
//
// # Identity
//
// A Fact never changes. It is identified by the machine's id and a sequence number
// that the store assigns; only retention leaves gaps in that sequence. Everything
// derived from facts names the sequence numbers that prove it.
//
// # What it doesn't know
//
// It draws no conclusions. Which changes libvirt should have recorded is stated by
// the witness that made the observation, by the rules of package guest; what
// follows from several facts is up to packages trail and reconcile.
package fact
