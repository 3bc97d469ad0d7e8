package store

import (
	"cmp"
	"encoding/json"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

func (w *writer) putEvent(ev *trail.Event) error {
	guest, err := w.guestOrNone(ev.Node, ev.UUID, ev.Name)
	if err != nil {
		return err
	}
	resource, err := w.resourceOrNone(ev.Kind, ev.ID, ev.Sub)
	if err != nil {
		return err
	}
	sender, err := w.sender(ev.Sender)
	if err != nil {
		return err
	}
	return w.exec(`INSERT OR REPLACE INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(ev.Fact), ev.Nth, int64(ev.Order), ev.At.Millis, int64(ev.At.Serial), ev.Node, int64(ev.Type),
		guest, ev.Name, ev.Op, ev.Reason, resource, ev.Old, int64(ev.Result), int64(ev.Marks),
		int64(ev.Held), ev.HeldAs, ev.Late, sender, ev.Before.Millis, int64(ev.Before.Serial), ev.Count,
		int64(ev.SessionID), string(ev.By), ev.Text)
}

func (w *writer) putFinding(n *trail.Finding) error {
	if n.ID == "" {
		return errNoID
	}
	guest, err := w.guestOrNone(n.Node, n.UUID, n.Name)
	if err != nil {
		return err
	}
	resource, err := w.resourceOrNone(n.Resource.Kind, n.Resource.ID, n.Resource.Sub)
	if err != nil {
		return err
	}
	return w.exec(`INSERT OR REPLACE INTO findings VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		n.ID, string(n.Kind), int64(n.Severity), n.Node, guest, n.Name, int64(n.SessionID), list(n.OtherIDs),
		n.At.Millis, int64(n.At.Serial), n.Until.Millis, int64(n.Until.Serial), resource, n.Count, n.Text,
		list(n.Proof), string(n.By), list(n.Facts))
}

// list makes a column of some values.
func list[T uint64 | trail.Moment](values []T) string {
	if len(values) == 0 {
		return ""
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic("store: " + err.Error()) // numbers don't fail
	}
	return string(text)
}

// unlist reads such a column.
func unlist[T uint64 | trail.Moment](text string) (values []T, err error) {
	if text == "" {
		return nil, nil
	}
	return values, json.Unmarshal([]byte(text), &values)
}

// putObserved notes of which guest an observation is, as of when, and whether it has
// the text that defines it. One that can't be read is of none.
func (w *writer) putObserved(f *fact.Fact) error {
	o, err := w.observed(f)
	if err != nil || o.guest == 0 {
		return err
	}
	return w.exec(`INSERT OR REPLACE INTO observed VALUES (?, ?, ?, ?)`, o.guest, o.millis, int64(f.Seq), o.defines)
}

// deleteObserved undoes putObserved.
func (w *writer) deleteObserved(f *fact.Fact) error {
	o, err := w.observed(f)
	if err != nil || o.guest == 0 {
		return err
	}
	return w.exec(`DELETE FROM observed WHERE guest = ? AND millis = ? AND fact = ?`, o.guest, o.millis, int64(f.Seq))
}

// observed is what an observation is of: a guest by its number, 0 of none, as it
// was at a time, which may be before it was told; and whether it defines it.
type observed struct {
	guest, millis int64
	defines       bool
}

func (w *writer) observed(f *fact.Fact) (o observed, err error) {
	// All else, which is most of it, is passed over.
	var text struct {
		UUID, Name string
		To         int64
		Definition json.RawMessage
	}
	if f.Kind != fact.Observation || f.Decode(&text) != nil {
		return o, nil
	}
	o.guest, err = w.guestOrNone(f.Node, text.UUID, text.Name)
	o.millis, o.defines = cmp.Or(text.To, f.Stamp.Millis), len(text.Definition) > len(`""`)
	return o, err
}
