package fact

import (
	"encoding/json"
	"fmt"

	"github.com/virtaudit/virtaudit/record"
)

// A Witness is one of the independent views of a guest that are compared.
type Witness string

// The witnesses.
const (
	Log     Witness = "log"     // what the audit log records
	Libvirt Witness = "libvirt" // what libvirt's API says
	QMP     Witness = "qmp"     // what QEMU's monitor says
	Proc    Witness = "proc"    // what the guest's process has open
)

// What says what an observation is about.
type What string

// What can be observed of a guest.
const (
	Seen    What = "seen"    // it is running; it may have been for a while
	Changed What = "changed" // something about it has changed
	Gone    What = "gone"    // it is no longer running
	Told    What = "told"    // the hypervisor sent events
	Failed  What = "failed"  // it can't be looked at; Problem says why
)

// An Observed is what a witness showed of one guest: the Text of a fact of kind
// Observation. Times are milliseconds since 1970, and 0 where they aren't known.
type Observed struct {
	Witness Witness `json:"witness"`
	What    What    `json:"what"`
	UUID    string  `json:"uuid,omitempty"`
	Name    string  `json:"name,omitempty"`
	Virt    string  `json:"virt,omitempty"` // kvm, qemu, lxc: as in virt= of records
	PID     int     `json:"pid,omitempty"`
	// Run names this run of the guest. Another run has another name, in the
	// observations of the same witness; names of different witnesses don't match.
	Run string `json:"run,omitempty"`
	// From and To enclose the moment of the change: it had not happened yet at
	// From, and had at To. From is 0 where nobody looked before.
	From int64 `json:"from,omitempty"`
	To   int64 `json:"to"`
	// State is whether the guest runs, in the witness's words; Was is the state
	// before, and Reason the reason for the change.
	State  string `json:"state,omitempty"`
	Was    string `json:"was,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Has is everything that the guest has now, in Seen and Changed: a sorted
	// multiset.
	Has []Thing `json:"has,omitempty"`
	// Partial lists the kinds of things that could not be looked at this time, so
	// that their absence from Has proves nothing; "*" stands for all kinds.
	Partial []string `json:"partial,omitempty"`
	// Wants are the records that libvirt makes of this change by its own rules, in
	// Changed, in Seen with a From, and in Gone.
	Wants []Wanted `json:"wants,omitempty"`
	// Tells are the events with which the hypervisor announced the change. In Told
	// they are the whole observation.
	Tells []Telling `json:"tells,omitempty"`
	// Problem is why the guest, or part of it, could not be looked at.
	Problem string `json:"problem,omitempty"`
	// Definition is the guest's definition as libvirt's XML, where it is new.
	Definition string `json:"definition,omitempty"`
}

// A Thing is something of the host that a guest has, or how much it has of
// something.
type Thing struct {
	// Kind, ID and Sub are the same as in a Holding of the trail, where libvirt
	// records such a thing: resrc=, and what names it. Where it doesn't, Kind is a
	// word of ours: kernel, nvram, backing, file, block, char, unix, tcp.
	// Quantities (mem in KiB, vcpu, iothread) have their number in Value.
	Kind  string `json:"kind"`
	ID    string `json:"id,omitempty"`
	Sub   string `json:"sub,omitempty"`
	Value uint64 `json:"value,omitempty"`
	// Silent says that libvirt never records it.
	Silent bool `json:"silent,omitempty"`
	// Names are other names of the same thing: a device's number MAJOR:MINOR, the
	// PCI address behind a VFIO group, a tap's interface.
	Names []string `json:"names,omitempty"`
	// Detail says more about it: backend and rate of an rng, which image a backing
	// file is behind, "deleted".
	Detail map[string]string `json:"detail,omitempty"`
}

// A Wanted is a record that libvirt should have made of a change, by its own rules:
// the message, as package guest builds it, and the thing that it is about.
type Wanted struct {
	Type   string `json:"type"` // VIRT_RESOURCE, ...
	Text   string `json:"text"` // what a sender hands to the kernel, with res=
	Op     string `json:"op"`   // its reason= or op=: attach, detach, start, ...
	Kind   string `json:"kind,omitempty"`
	ID     string `json:"id,omitempty"`
	Old    string `json:"old,omitempty"`
	Sub    string `json:"sub,omitempty"`
	Failed bool   `json:"failed,omitempty"`
}

// A Telling is an event that the hypervisor sent, in its own words.
type Telling struct {
	At   int64  `json:"at,omitempty"`
	Kind string `json:"kind"`           // lifecycle, balloon, STOP, ...
	Text string `json:"text,omitempty"` // NAME=VALUE ...
}

// KernelAudit is the Source of a Watched that tells whether the kernel's audit is
// enabled. While it isn't, a log that is watched has no record of what happens.
const KernelAudit = "kernel-audit"

// A Watched is the Text of a fact of kind Watch: from At on a source is watched
// (Up), or is not. Between the two nobody watched it.
type Watched struct {
	Source string `json:"source"`
	Up     bool   `json:"up"`
	// Since is when the source was last watched before, where that is known: changes
	// since then were not seen. It is 0 for a source that was never watched before.
	Since int64 `json:"since,omitempty"`
	At    int64 `json:"at"`
	// Whole says that nothing was missed nevertheless: a log that was read on from
	// where it was left.
	Whole bool   `json:"whole,omitempty"`
	Why   string `json:"why,omitempty"`
}

// A Ticked is the Text of a fact of kind Tick: everything that the source had to say
// up to At has been read. It is stored only when a decision waits for it.
type Ticked struct {
	Source string `json:"source"`
	At     int64  `json:"at"`
}

// An Intended is the Text of a fact of kind Intent: the service is about to send a
// record, or has learned what became of it.
type Intended struct {
	// ID is the sequence number of the first fact of this intent, 0 in that fact
	// itself.
	ID    uint64      `json:"id,omitempty"`
	State IntentState `json:"state"`
	// Boot is the kernel's boot id, PID the process that sends, and Count how many
	// records it has sent before: if this one was sent, the log shows it once.
	Boot   string `json:"boot,omitempty"`
	PID    int    `json:"pid,omitempty"`
	Count  uint64 `json:"count,omitempty"`
	Wanted Wanted `json:"wanted"`
	UUID   string `json:"uuid,omitempty"`
	Name   string `json:"name,omitempty"`
	At     int64  `json:"at"`
	// For is the sequence number of the observation whose record is missing.
	For uint64 `json:"for,omitempty"`
	Why string `json:"why,omitempty"`
}

// clockSlack is how much earlier than its intent a record may seem to be, in
// milliseconds: clocks are set back by a little.
const clockSlack = 60_000

// Fulfils tells whether a record is the one that was to be sent: by its text, which is
// the message of r, its type, the process that sent it, and its time.
func (in *Intended) Fulfils(r *record.Record, text []byte) bool {
	return string(text) == in.Wanted.Text && r.Type.String() == in.Wanted.Type &&
		int(r.Sender().PID) == in.PID && r.Stamp.Millis >= in.At-clockSlack
}

// IntentState is what is known of an intent.
type IntentState string

// The states of an intent. Planned comes first and is committed before anything is
// sent. Unknown is the state after a crash in between, where the log doesn't tell
// whether the record was sent.
const (
	Planned IntentState = "planned"
	Sent    IntentState = "sent"    // the kernel took it
	Logged  IntentState = "logged"  // it was read in the log
	Refused IntentState = "refused" // the kernel didn't take it; Why says why
	Unknown IntentState = "unknown"
)

// Encode gives the Text of a fact that isn't a record: of an Observed, Watched,
// Ticked or Intended.
func Encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("fact: %T: %v", v, err)) // no field of them can fail
	}
	return text
}

// Decode reads the Text of a fact that isn't a record into v, a pointer to the type
// that belongs to its Kind.
func (f *Fact) Decode(v any) error {
	if err := json.Unmarshal(f.Text, v); err != nil {
		return fmt.Errorf("fact %d (%s): %w", f.Seq, f.Kind, err)
	}
	return nil
}
