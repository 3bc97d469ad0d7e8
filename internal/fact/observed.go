package fact

import (
	"encoding/json"
	"fmt"
)

// Witness is who showed something, beside the audit log.
type Witness string

// The witnesses. A record's is Log.
const (
	Log     Witness = "log"
	Libvirt Witness = "libvirt" // what libvirt's API says
	QMP     Witness = "qmp"     // what QEMU's monitor says
	Proc    Witness = "proc"    // what the guest's process has open
)

// What is what an observation is about.
type What string

// What can be observed of a guest.
const (
	Seen    What = "seen"    // it runs; it may have run before
	Changed What = "changed" // something of it is not as it was
	Gone    What = "gone"    // it runs no more
	Told    What = "told"    // the hypervisor told of something by itself
	Failed  What = "failed"  // it can't be looked at; Problem says why
)

// An Observed is what a witness showed of one guest: the Text of a fact of kind
// Observation. Times are milliseconds since 1970, 0 where they aren't known.
type Observed struct {
	Witness Witness `json:"witness"`
	What    What    `json:"what"`
	UUID    string  `json:"uuid,omitempty"`
	Name    string  `json:"name,omitempty"`
	Virt    string  `json:"virt,omitempty"` // kvm, qemu, lxc: as in virt= of records
	PID     int     `json:"pid,omitempty"`
	// Run tells one run of the guest from another, among the observations of
	// one witness.
	Run string `json:"run,omitempty"`
	// From and To are between which times it happened: it wasn't so at From, and
	// was at To. From is 0 where nobody looked before.
	From int64 `json:"from,omitempty"`
	To   int64 `json:"to"`
	// State is whether the guest runs, in the witness's words; Was is that
	// before, Reason why.
	State  string `json:"state,omitempty"`
	Was    string `json:"was,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Has is all that the guest has now, of Seen and Changed: a multiset, sorted.
	Has []Thing `json:"has,omitempty"`
	// Partial are the kinds of things of which nothing could be learned this
	// time, so that their absence proves nothing; "*" is all of them.
	Partial []string `json:"partial,omitempty"`
	// Wants are the records that libvirt's rules have for what changed, of
	// Changed, Seen with a From, and Gone.
	Wants []Wanted `json:"wants,omitempty"`
	// Tells are the events by which the hypervisor told of it, or, of Told, that
	// are all there is.
	Tells []Telling `json:"tells,omitempty"`
	// Problem is why it could not be looked at.
	Problem string `json:"problem,omitempty"`
	// Definition is the text that defines it: libvirt's XML.
	Definition string `json:"definition,omitempty"`
}

// A Thing is something of the host that a guest has, or a quantity of it.
type Thing struct {
	// Kind, ID and Sub are those that a Holding of the trail has where libvirt
	// has a record for such a thing: resrc=, and what names it. Of others Kind is
	// a word of its own: kernel, nvram, backing, file, block, char, unix, tcp.
	// Quantities (mem in KiB, vcpu, iothread) have their number in Value.
	Kind  string `json:"kind"`
	ID    string `json:"id,omitempty"`
	Sub   string `json:"sub,omitempty"`
	Value uint64 `json:"value,omitempty"`
	// Silent tells that libvirt has no record for it, by its rules.
	Silent bool `json:"silent,omitempty"`
	// Names are others by which the same thing may be known: a device's number
	// MAJOR:MINOR, the PCI address behind a VFIO group, a tap's interface.
	Names []string `json:"names,omitempty"`
	// Detail says more of it: backend and rate of an rng, the image before a
	// backing file, "deleted".
	Detail map[string]string `json:"detail,omitempty"`
}

// A Wanted is a record that libvirt has, by its rules, for a change: the message
// that package guest gives, and the thing that it is about.
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

// A Telling is an event of the hypervisor's, in its own words.
type Telling struct {
	At   int64  `json:"at,omitempty"`
	Kind string `json:"kind"`           // lifecycle, balloon, STOP, ...
	Text string `json:"text,omitempty"` // NAME=VALUE ...
}

// A Watched is the Text of a fact of kind Watch: a source is watched from To on
// (Up), or not from From on. Between an end and the next begin nobody watched.
type Watched struct {
	Source string `json:"source"`
	Up     bool   `json:"up"`
	// Since is up to when it was watched before, where that is known: what changed
	// since is not seen. 0 of a source that was never watched.
	Since int64 `json:"since,omitempty"`
	At    int64 `json:"at"`
	// Whole tells that nothing was missed meanwhile all the same: a log that was
	// read on from where it was left.
	Whole bool   `json:"whole,omitempty"`
	Why   string `json:"why,omitempty"`
}

// A Ticked is the Text of a fact of kind Tick: all that a source had up to At
// has been taken. It is kept only when something waits for it.
type Ticked struct {
	Source string `json:"source"`
	At     int64  `json:"at"`
}

// An Intended is the Text of a fact of kind Intent: the service is about to send
// a record, or learned what became of it.
type Intended struct {
	// ID is the sequence of the first fact of this intent, 0 in that fact itself.
	ID    uint64      `json:"id,omitempty"`
	State IntentState `json:"state"`
	// Boot is the kernel's boot id, PID the sender's, Count how many the service
	// has sent by it before: what the log must show, once, if it was sent.
	Boot   string `json:"boot,omitempty"`
	PID    int    `json:"pid,omitempty"`
	Count  uint64 `json:"count,omitempty"`
	Wanted Wanted `json:"wanted"`
	UUID   string `json:"uuid,omitempty"`
	Name   string `json:"name,omitempty"`
	At     int64  `json:"at"`
	// For is the sequence of the observation that lacks the record.
	For uint64 `json:"for,omitempty"`
	Why string `json:"why,omitempty"`
}

// IntentState is what is known of an intent.
type IntentState string

// The states of an intent. Planned comes first and is committed before anything
// is sent; Unknown is where a crash came between and the log doesn't tell.
const (
	Planned IntentState = "planned"
	Sent    IntentState = "sent"    // the kernel took it
	Logged  IntentState = "logged"  // it was read in the log
	Refused IntentState = "refused" // the kernel didn't take it; Why says why
	Unknown IntentState = "unknown"
)

// Encode gives what is the Text of a fact: Observed, Watched, Ticked, Intended.
func Encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("fact: %T: %v", v, err)) // no field of them can fail
	}
	return text
}

// Decode reads the Text of a fact that isn't a record into v, a pointer to what
// its Kind says.
func (f *Fact) Decode(v any) error {
	if err := json.Unmarshal(f.Text, v); err != nil {
		return fmt.Errorf("fact %d (%s): %w", f.Seq, f.Kind, err)
	}
	return nil
}
