package store

import (
	"fmt"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// putDelta writes what facts changed in the trail.
func (w *writer) putDelta(d *trail.Delta) error {
	for _, id := range d.Merged {
		if err := w.deleteSession(id); err != nil {
			return fmt.Errorf("session %d: %w", id, err)
		}
	}
	for _, s := range d.Sessions {
		if err := w.putSession(s); err != nil {
			return fmt.Errorf("session %d: %w", s.ID, err)
		}
	}
	for run, session := range d.Belongs {
		if err := w.putBelongs(run, session); err != nil {
			return fmt.Errorf("what session %d belongs to: %w", run, err)
		}
	}
	for id, n := range d.Numbers {
		if err := w.exec(`UPDATE sessions SET number = ? WHERE id = ?`, n, int64(id)); err != nil {
			return fmt.Errorf("number of session %d: %w", id, err)
		}
	}
	if err := w.putEvents(d); err != nil {
		return err
	}
	if err := w.putFindings(d); err != nil {
		return err
	}
	for node, spans := range d.Unwatched {
		if err := w.putUnwatched(node, spans); err != nil {
			return fmt.Errorf("unwatched times of %q: %w", node, err)
		}
	}
	for node, m := range d.LastSeen {
		err := w.exec(`INSERT INTO last_seen VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ms = excluded.ms, serial = excluded.serial`,
			node, m.Millis, int64(m.Serial))
		if err != nil {
			return fmt.Errorf("last record of %q: %w", node, err)
		}
	}
	return nil
}

// putBelongs notes of which session one is. Its own is no row.
func (w *writer) putBelongs(run, session uint64) error {
	if run == session {
		return w.exec(`DELETE FROM belongs WHERE run = ?`, int64(run))
	}
	return w.exec(`INSERT INTO belongs VALUES (?, ?) ON CONFLICT DO UPDATE SET session = excluded.session WHERE session <> excluded.session`,
		int64(run), int64(session))
}

func (w *writer) putEvents(d *trail.Delta) error {
	for _, id := range d.Withdrawn {
		if err := w.exec(`DELETE FROM events WHERE fact = ? AND nth = ?`, int64(id.Fact), id.Nth); err != nil {
			return fmt.Errorf("event %d of fact %d: %w", id.Nth, id.Fact, err)
		}
	}
	for _, ev := range d.Events {
		if err := w.putEvent(ev); err != nil {
			return fmt.Errorf("event %d of fact %d: %w", ev.Nth, ev.Fact, err)
		}
	}
	return nil
}

func (w *writer) putFindings(d *trail.Delta) error {
	for _, id := range d.Dropped {
		if err := w.exec(`DELETE FROM findings WHERE id = ?`, id); err != nil {
			return fmt.Errorf("finding %s: %w", id, err)
		}
	}
	for _, n := range d.Findings {
		if err := w.putFinding(n); err != nil {
			return fmt.Errorf("finding %s: %w", n.ID, err)
		}
	}
	return nil
}

// putUnwatched writes a node's spans anew.
func (w *writer) putUnwatched(node string, spans []trail.Span) error {
	if err := w.exec(`DELETE FROM unwatched WHERE node = ?`, node); err != nil {
		return err
	}
	for i := range spans {
		sp := &spans[i]
		err := w.exec(`INSERT INTO unwatched VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, node, i,
			sp.From.Millis, int64(sp.From.Serial), sp.To.Millis, int64(sp.To.Serial), sp.Said, sp.Booted)
		if err != nil {
			return err
		}
	}
	return nil
}
