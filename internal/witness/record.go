package witness

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/record"
)

// A said is what a record says of the thing that it is about, in the terms in which the
// trail makes a holding of it.
type said struct {
	kind, sub string
	op        string // its reason= or op=
	was, id   string // the thing before and after
	had, has  bool
	value     uint64 // of a quantity
	quantity  bool
}

// A reader reads messages. It is for one goroutine at a time.
type reader struct {
	rec  record.Record
	line []byte
}

// read reads a message of package guest's.
func (r *reader) read(m *guest.Message) (said, bool) {
	r.line = append(append(r.line[:0], "audit(0.000:0): pid=0 uid=0 auid=0 ses=0 msg='"...), m.Text...)
	r.line = append(r.line, ` exe="" hostname=? addr=? terminal=? res=success'`...)
	if err := r.rec.ParseKernel(m.Type, r.line); err != nil || r.rec.Kind == nil {
		return said{}, false
	}
	k := r.rec.Kind
	s := said{kind: k.Resource(), op: r.text("reason")}
	switch {
	case m.Type == record.VirtControl:
		s.op = k.Op()
	case m.Type == record.VirtMachineID:
		s.kind, s.op, s.has = "label", "label", true
		s.id, s.sub = r.text("vm-ctx"), r.text("model")
	case m.Type == record.VirtResource:
		r.resource(&s, k)
	}
	return s, true
}

// resource reads what a VIRT_RESOURCE record is about.
func (r *reader) resource(s *said, k *record.Kind) {
	last := k.Fields[len(k.Fields)-1]
	switch {
	case last.Encoding == record.Integer:
		f, _ := r.rec.Lookup(last.Name)
		s.value, s.quantity = f.Uint()
		s.was, s.had = r.value("old-" + s.kind)
		s.id, s.has = r.value(last.Name)
	case strings.HasPrefix(last.Name, "new-"):
		s.was, s.had = r.value("old-" + s.kind)
		s.id, s.has = r.value(last.Name)
	default:
		s.id, s.has = r.text(last.Name), true
		if s.kind == "dev" {
			s.sub = r.text("bus")
		}
	}
}

func (r *reader) value(name string) (string, bool) {
	f, ok := r.rec.Lookup(name)
	if !ok || f.Missing() {
		return "", false
	}
	return f.String(), true
}

func (r *reader) text(name string) string {
	value, _ := r.value(name)
	return value
}

// Bounds of the wanted records: each names the guest, and a definition may be hostile.
const (
	maxName   = 4 << 10
	maxWanted = 4096
)

// wanted gives the records that libvirt should make of a change.
func (r *reader) wanted(c guest.Change) []fact.Wanted {
	if len(c.Guest.Name) > maxName {
		return nil // no record could hold it
	}
	messages, _ := guest.Records(c) // what a record can't hold is ? in it
	messages = messages[:min(len(messages), maxWanted)]
	var all []fact.Wanted
	for i := range messages {
		m := &messages[i]
		s, _ := r.read(m)
		w := fact.Wanted{
			Type: m.Type.String(), Text: string(m.Text), Op: s.op, Kind: s.kind,
			ID: fact.Plain(s.id), Old: fact.Plain(s.was), Sub: fact.Plain(s.sub), Failed: m.Result == record.Failed,
		}
		all = append(all, w)
	}
	return all
}
