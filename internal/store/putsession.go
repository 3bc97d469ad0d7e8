package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

var errNoID = errors.New("it has no number")

// putSession writes a session: its row, and of its parts those that aren't as
// they were written before.
func (w *writer) putSession(s *trail.Session) error {
	if s.ID == 0 || int64(s.ID) < 0 {
		return errNoID
	}
	old, err := w.written(s.ID)
	if err != nil {
		return err
	}
	if err := w.putSessionRow(s); err != nil {
		return err
	}
	if old == nil {
		old = &trail.Session{}
	}
	for _, put := range []func(old, s *trail.Session) error{
		w.putHoldings, w.putLabels, w.putSteps, w.putPermissions, w.putAttempts,
	} {
		if err := put(old, s); err != nil {
			return err
		}
	}
	w.sessions.keep(s)
	return nil
}

// written gives a session as it was written last, or nil.
func (w *writer) written(id uint64) (*trail.Session, error) {
	if s := w.sessions.byID[id]; s != nil {
		return s, nil
	}
	n, err := w.number(`SELECT count(*) FROM sessions WHERE id = ?`, []any{int64(id)})
	if err != nil || n == 0 {
		return nil, err
	}
	return readSession(context.Background(), w.conn, id)
}

func (w *writer) putSessionRow(s *trail.Session) error {
	guest, err := w.guest(s.Node, s.UUID, s.Name)
	if err != nil {
		return err
	}
	i := sessionInterval(s)
	err = w.exec(`INSERT OR REPLACE INTO sessions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(s.ID), guest, s.Name, s.Virt, int64(s.State),
		s.Start.Millis, int64(s.Start.Serial), s.StartReason, int64(s.PID), int64(s.InitPID),
		s.End.Millis, int64(s.End.Serial), s.EndReason,
		s.EndAfter.Millis, int64(s.EndAfter.Serial), s.EndBefore.Millis, int64(s.EndBefore.Serial),
		s.First.Millis, int64(s.First.Serial), s.Last.Millis, int64(s.Last.Serial),
		s.Late, s.Number, s.Boot, string(s.By), i.class, i.lo, i.hi)
	if err != nil {
		return err
	}
	return w.show(guest, s.Name)
}

// trim deletes the parts of a session behind those that it has now.
func (w *writer) trim(table string, id uint64, before, now int) error {
	if before <= now {
		return nil
	}
	return w.exec(`DELETE FROM `+table+` WHERE session = ? AND nth >= ?`, int64(id), now)
}

func (w *writer) putHoldings(old, s *trail.Session) error {
	for i := range s.Holdings {
		h, span := &s.Holdings[i], holdingInterval(s, &s.Holdings[i])
		if i < len(old.Holdings) && sameHolding(&old.Holdings[i], h) && holdingInterval(old, &old.Holdings[i]) == span {
			continue
		}
		if err := w.putHolding(s.ID, i, h, span); err != nil {
			return err
		}
	}
	return w.trim("holdings", s.ID, len(old.Holdings), len(s.Holdings))
}

func (w *writer) putHolding(id uint64, nth int, h *trail.Holding, span interval) error {
	resource, err := w.resource(h.Kind, h.ID, h.Sub)
	if err != nil {
		return err
	}
	return w.exec(`INSERT OR REPLACE INTO holdings VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		int64(id), nth, resource, h.From.Millis, int64(h.From.Serial), h.Reason,
		h.To.Millis, int64(h.To.Serial), string(h.Ended), int64(h.Marks), h.Unproven, string(h.By),
		h.Earliest.Millis, int64(h.Earliest.Serial), h.Latest.Millis, int64(h.Latest.Serial),
		int64(h.Begin), int64(h.End), joinWitnesses(h.Also), span.class, span.lo, span.hi)
}

// sameHolding compares without reflection, as all of a session are compared
// whenever it changes.
func sameHolding(a, b *trail.Holding) bool {
	return a.Kind == b.Kind && a.ID == b.ID && a.Sub == b.Sub &&
		a.From == b.From && a.Reason == b.Reason && a.To == b.To && a.Ended == b.Ended &&
		a.Marks == b.Marks && a.Unproven == b.Unproven && a.By == b.By &&
		a.Earliest == b.Earliest && a.Latest == b.Latest && a.Begin == b.Begin && a.End == b.End &&
		slices.Equal(a.Also, b.Also)
}

// joinWitnesses makes a column of witnesses, which are words.
func joinWitnesses(ws []fact.Witness) string {
	switch len(ws) {
	case 0:
		return ""
	case 1:
		return string(ws[0])
	}
	words := make([]string, len(ws))
	for i, w := range ws {
		words[i] = string(w)
	}
	return strings.Join(words, " ")
}

func (w *writer) putLabels(old, s *trail.Session) error {
	for i, l := range s.Labels {
		if i < len(old.Labels) && old.Labels[i] == l {
			continue
		}
		err := w.exec(`INSERT OR REPLACE INTO labels VALUES (?,?,?,?,?,?,?)`,
			int64(s.ID), i, l.Model, l.Process, l.Image, l.At.Millis, int64(l.At.Serial))
		if err != nil {
			return err
		}
	}
	return w.trim("labels", s.ID, len(old.Labels), len(s.Labels))
}

func (w *writer) putSteps(old, s *trail.Session) error {
	for i, v := range s.Steps {
		if i < len(old.Steps) && old.Steps[i] == v {
			continue
		}
		err := w.exec(`INSERT OR REPLACE INTO steps VALUES (?,?,?,?,?,?,?)`,
			int64(s.ID), i, v.Kind, int64(v.Value), v.From.Millis, int64(v.From.Serial), int64(v.Marks))
		if err != nil {
			return err
		}
	}
	return w.trim("steps", s.ID, len(old.Steps), len(s.Steps))
}

func (w *writer) putPermissions(old, s *trail.Session) error {
	for i, p := range s.Permissions {
		if i < len(old.Permissions) && old.Permissions[i] == p {
			continue
		}
		resource, err := w.resource(cgroup, p.Path, p.Class)
		if err != nil {
			return err
		}
		err = w.exec(`INSERT OR REPLACE INTO permissions VALUES (?,?,?,?,?,?,?,?,?)`,
			int64(s.ID), i, resource, p.ACL, p.Allow, p.From.Millis, int64(p.From.Serial), p.To.Millis, int64(p.To.Serial))
		if err != nil {
			return err
		}
	}
	return w.trim("permissions", s.ID, len(old.Permissions), len(s.Permissions))
}

// cgroup is the kind that device rules have as resources.
const cgroup = "cgroup"

func (w *writer) putAttempts(old, s *trail.Session) error {
	for i, a := range s.Attempts {
		if i < len(old.Attempts) && old.Attempts[i] == a {
			continue
		}
		resource, err := w.resource(a.Kind, a.ID, a.Sub)
		if err != nil {
			return err
		}
		err = w.exec(`INSERT OR REPLACE INTO attempts VALUES (?,?,?,?,?,?,?)`,
			int64(s.ID), i, resource, a.Op, a.At.Millis, int64(a.At.Serial), int64(a.Marks))
		if err != nil {
			return err
		}
	}
	return w.trim("attempts", s.ID, len(old.Attempts), len(s.Attempts))
}

// parts are the tables of what sessions have.
var parts = []string{"holdings", "labels", "steps", "permissions", "attempts"}

func (w *writer) deleteSession(id uint64) error {
	w.sessions.forget(id)
	for _, table := range parts {
		if err := w.exec(`DELETE FROM `+table+` WHERE session = ?`, int64(id)); err != nil {
			return err
		}
	}
	guest, err := w.number(`DELETE FROM sessions WHERE id = ? RETURNING guest`, []any{int64(id)})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	delete(w.dicts.shown, guest)
	return w.show(guest, "")
}
