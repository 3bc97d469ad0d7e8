package fact

import "github.com/virtaudit/virtaudit/record"

// Kind is what a fact is.
type Kind uint8

// The kinds. Their numbers are stored.
const (
	Record      Kind = 1 // a record of the audit log
	Observation Kind = 2 // what a witness showed of a guest; its Text is an Observed
	Watch       Kind = 3 // a source is watched from now on, or no longer; a Watched
	Tick        Kind = 4 // a source was read up to some time; a Ticked
	Intent      Kind = 5 // a record that the service is about to send; an Intended
)

var kindNames = [...]string{"", "record", "observation", "watch", "tick", "intent"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// A Fact is one thing that was said, defined or held.
type Fact struct {
	// Seq is its number in the store, from 1; 0 until it is stored.
	Seq  uint64
	Kind Kind
	// Node is the host that the fact is about.
	Node string
	// Source is where the fact came from: file, multicast or stdin for a record;
	// "libvirt qemu:///system", "qmp /run/vm/a.sock" or "proc" for the others.
	Source string
	// Type is the type of a record, and 0 for the other kinds.
	Type record.Type
	// Stamp is a record's own. For the other kinds Millis is when the fact was
	// reported, by this host's clock, and Serial is 0.
	Stamp record.Stamp
	// Settled says that nothing that comes later belongs before this fact, as its
	// source had no more to say for a while: records that are held back until their
	// order is certain can be used. It is stored so that the same facts always give
	// the same order.
	Settled bool
	// Text is the canonical form; see the package comment.
	Text []byte
}
