// Package fact is what was said, defined or held, as it is kept: a record of
// the audit log, what the hypervisor or the kernel showed at a time, when a
// source was watched and when not, and what the service itself set out to send.
//
// # Form
//
// A Fact has few columns and one Text. The Text of a record is its canonical
// form: what the kernel wrote, audit(...): and all behind it, without what its
// way here added (type=, node=, auditd's enrichment). So the same record by the
// file, by multicast and by a plugin is the same Fact. All others are JSON with
// a fixed order of keys; encoding a fact again gives the same bytes.
//
// # Identity
//
// A Fact is never changed, and it is known by the machine's id and a sequence
// that the store counts without gaps that it didn't make itself. Everything that
// is derived names the sequence numbers that prove it.
//
// # What it doesn't know
//
// It judges nothing: which resources of an Observation libvirt should have
// recorded is said by who made it, as package guest knows the rules; what follows
// from several facts, the trail knows.
package fact
