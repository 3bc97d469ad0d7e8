package fact

import "github.com/virtaudit/virtaudit/record"

// Kind is what a fact is.
type Kind uint8

// The kinds. Their numbers are stored.
const (
	Record      Kind = 1 // a record of the audit log
	Observation Kind = 2 // what a witness showed of a guest: Observed
	Watch       Kind = 3 // that a source is watched, or isn't: Watched
	Tick        Kind = 4 // that a source was read up to a time: Ticked
	Intent      Kind = 5 // a record that the service is about to send: Intended
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
	// Seq is its number in the store, from 1; 0 before it is stored.
	Seq  uint64
	Kind Kind
	// Node is the host that it is of.
	Node string
	// Source is where it came from: file, multicast or stdin of records;
	// "libvirt qemu:///system", "qmp /run/vm/a.sock", "proc" of others.
	Source string
	// Type is a record's, 0 of all others.
	Type record.Type
	// Stamp is a record's. Of others Millis is when it was told, by this
	// host's clock, and Serial is 0.
	Stamp record.Stamp
	// Settled tells that nothing that comes later belongs before this fact,
	// so all that is kept back for its order can be used: the source had no more
	// to say for a while. It is kept so that the facts alone give the same order
	// again.
	Settled bool
	// Text is the canonical form.
	Text []byte
}
