package guest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/virtaudit/virtaudit/record"
)

// A Message is what a hypervisor hands to the kernel to make one record.
type Message struct {
	Type   record.Type
	Result record.Result
	// Text is the sender's text, from virt= to the last field of the device.
	Text []byte
}

// String gives the message as TYPE RESULT TEXT.
func (m Message) String() string { return fmt.Sprintf("%v %v %s", m.Type, m.Result, m.Text) }

// A Warning says what is wrong with a change, and what became of it: a value
// that no record can hold is written as ?, and a change that has no record at
// all (a mirrored RNG) is left out.
type Warning string

// Records gives the messages by which libvirt would tell of a change, in its
// order. There are none where libvirt is silent. The messages are to be sent
// even when there are warnings.
func Records(c Change) ([]Message, []Warning) {
	w := writers.Get().(*writer)
	defer writers.Put(w)
	warnings := w.write(w.own[:0], &c)
	w.own = w.messages
	return copied(w.own), warnings
}

// copied copies messages, all texts into one piece of memory.
func copied(messages []Message) []Message {
	if len(messages) == 0 {
		return nil
	}
	size := 0
	for i := range messages {
		size += len(messages[i].Text)
	}
	all, texts := make([]Message, len(messages)), make([]byte, 0, size)
	for i, m := range messages {
		from := len(texts)
		texts = append(texts, m.Text...)
		m.Text = texts[from:len(texts):len(texts)]
		all[i] = m
	}
	return all
}

// AppendRecords appends what Records gives. It takes the memory of the messages
// that dst's array holds behind its end, texts included, so that
// AppendRecords(messages[:0], c) overwrites messages and hardly ever allocates.
func AppendRecords(dst []Message, c Change) ([]Message, []Warning) {
	w := writers.Get().(*writer)
	defer writers.Put(w)
	warnings := w.write(dst, &c)
	dst, w.messages = w.messages, nil // they are the caller's
	return dst, warnings
}

var writers = sync.Pool{New: func() any { return new(writer) }}

func (w *writer) change(c *Change) {
	switch c.Op {
	case Start:
		w.start(c)
	case Stop:
		w.control(stopKind, c, Shutdown, pid(c.PID))
	case Init:
		w.control(initKind, c, "", pid(c.PID), pid(c.InitPID), number(c.PIDNamespace))
	case Create, Destroy, MigrateIn, MigrateOut, CheckIntegrity:
		w.control(unsentKinds[c.Op], c, "", word(string(c.Op)))
	default:
		w.resourceChange(c)
	}
}

// control writes the record of a guest as a whole.
func (w *writer) control(k *kind, c *Change, reason Reason, values ...value) {
	if c.Reason != "" {
		reason = c.Reason
	}
	v := optional(string(reason))
	if slices.Contains(k.Reasons, v.text) {
		v.form = formWord
	}
	w.put(k, v, values)
}

// resourceChange writes the records of a single resource.
func (w *writer) resourceChange(c *Change) {
	old, now := c.sides()
	if old == nil && now == nil {
		w.warn("%s: nothing that it happened to; no record", c.Op)
		return
	}
	was, is := auditedOf(old), auditedOf(now)
	if c.Op == Update && !updatable(was.kind, is.kind) {
		if old == now {
			w.unchanged(&was, old)
			return
		}
		w.resource(Detach, &was, &silent, old)
		w.resource(Attach, &silent, &is, now)
		return
	}
	subject := now
	if now == nil {
		subject = old
	}
	w.resource(c.Op, &was, &is, subject)
}

// unchanged warns of an update that would be told as a Detach and an Attach,
// and that changed nothing.
func (w *writer) unchanged(a *audited, r Resource) {
	if a.kind != nil {
		w.warn("update of %T: nothing changed; no record", r)
	}
}

// sides gives those of Old and New that the change's Op looks at.
func (c *Change) sides() (old, now Resource) {
	switch c.Op {
	case Detach:
		return c.Old, nil
	case Update, Snapshot:
		return c.Old, c.New
	}
	return nil, c.New
}

func auditedOf(r Resource) audited {
	if r == nil {
		return silent
	}
	return r.audited()
}

// updatable tells whether one record can tell of both sides.
func updatable(was, is *kind) bool {
	k := was
	if k == nil {
		k = is
	}
	return k != nil && k.style != whole && (was == nil || is == nil || was == is)
}

// resource writes the records of a resource that is known as was, as is, or as
// both.
func (w *writer) resource(op Op, was, is *audited, subject Resource) {
	known := is
	if is.kind == nil {
		known = was
	}
	k, reason := known.kind, word(string(op))
	switch {
	case k == nil:
	case !k.tells(op), was.kind != nil && was.kind != k:
		w.warn("%s of %T: libvirt has no such record; none written", op, subject)
	case k.style == whole:
		w.put(k, reason, known.values[:known.count])
	default:
		w.pairs(k, reason, was, is)
	}
}

// tells tells whether the kind's records can have that reason.
func (k *kind) tells(op Op) bool {
	return k == machineIDKind && op == SetLabel || slices.Contains(k.Reasons, string(op))
}

// pairs writes a record for each old and new name, but none where neither is.
func (w *writer) pairs(k *kind, reason value, was, is *audited) {
	for i := range max(was.count, is.count) {
		pair := [...]value{was.values[i], is.values[i]}
		if k.style == stepped {
			pair[0].form, pair[1].form = formNumber, formNumber
		}
		switch {
		case pair[0] != missing || pair[1] != missing:
			w.put(k, reason, pair[:])
		case k == netKind:
			w.warn("net: an interface has no MAC address; no record")
		}
	}
}
