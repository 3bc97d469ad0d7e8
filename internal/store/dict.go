package store

import (
	"database/sql"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// maxCached is how many entries of each dictionary are kept in memory.
const maxCached = 1 << 16

// dict gives numbers to what other tables name by one. It remembers those that
// were used last.
type dict[K comparable] struct {
	find, add string // SQL; add does nothing where the key is there
	args      func(K) []any
	more      func(K) []any // what add wants beyond args
	ids       map[K]int64
}

// id gives the number of a key, a new one where it has none. Most that aren't
// remembered have none, so it is given one before it is looked for.
func (d *dict[K]) id(w *writer, k K) (int64, error) {
	if id, ok := d.ids[k]; ok {
		return id, nil
	}
	args := d.args(k)
	all := args
	if d.more != nil {
		all = append(all, d.more(k)...)
	}
	id, err := w.added(d.add, all)
	if err == nil && id == 0 {
		id, err = w.number(d.find, args)
	}
	if err != nil {
		return 0, err
	}
	if len(d.ids) >= maxCached {
		d.forget()
	}
	d.ids[k] = id
	return id, nil
}

// forget empties the memory: numbers that a transaction gave go with it.
func (d *dict[K]) forget() { d.ids = map[K]int64{} }

// added gives the number of a row that was added, 0 where none was.
func (w *writer) added(query string, args []any) (int64, error) {
	st, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := st.ExecContext(background, args...)
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); n == 0 {
		return 0, err
	}
	return r.LastInsertId()
}

// number gives the only number that a query gives.
func (w *writer) number(query string, args []any) (n int64, err error) {
	st, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	return n, st.QueryRowContext(background, args...).Scan(&n)
}

// guestKey tells guests apart, as the trail does: by uuid, or by name where there
// is none.
type guestKey struct{ node, uuid, name string }

func keyOfGuest(node, uuid, name string) guestKey {
	if uuid != "" {
		name = ""
	}
	return guestKey{node, uuid, name}
}

// nameKey is a guest's number and a name that it has.
type nameKey struct {
	guest int64
	name  string
}

// dictionaries are all of a writer's.
type dictionaries struct {
	guests    dict[guestKey]
	resources dict[trail.Resource]
	senders   dict[trail.Sender]
	names     map[nameKey]bool
	shown     map[int64]string // names of guests' last sessions
}

func newDictionaries() *dictionaries {
	d := &dictionaries{
		guests: dict[guestKey]{
			find: `SELECT id FROM guests WHERE node = ? AND uuid = ? AND name = ?`,
			add:  `INSERT OR IGNORE INTO guests (node, uuid, name) VALUES (?, ?, ?)`,
			args: func(k guestKey) []any { return []any{k.node, k.uuid, k.name} },
		},
		resources: dict[trail.Resource]{
			find: `SELECT id FROM resources WHERE rid = ? AND kind = ? AND sub = ?`,
			add:  `INSERT OR IGNORE INTO resources (rid, kind, sub, canon) VALUES (?, ?, ?, ?)`,
			args: func(r trail.Resource) []any { return []any{r.ID, r.Kind, r.Sub} },
			more: func(r trail.Resource) []any { return []any{canonOf(r.ID)} },
		},
		senders: dict[trail.Sender]{
			find: `SELECT id FROM senders WHERE pid = ? AND uid = ? AND auid = ? AND exe = ?`,
			add:  `INSERT OR IGNORE INTO senders (pid, uid, auid, exe) VALUES (?, ?, ?, ?)`,
			args: func(s trail.Sender) []any { return []any{int64(s.PID), int64(s.UID), int64(s.AUID), s.Exe} },
		},
	}
	d.forget()
	return d
}

func (d *dictionaries) forget() {
	d.guests.forget()
	d.resources.forget()
	d.senders.forget()
	d.names = map[nameKey]bool{}
	d.shown = map[int64]string{}
}

// canonical is how people write an ID of a record: what trail.ParseResource
// makes of it. Any kind does.
func canonical(id string) string {
	if r, err := trail.ParseResource("disk:" + id); err == nil {
		return r.ID
	}
	return id // nothing, or blanks alone
}

// canonOf gives a column: the canonical form of an ID, or NULL where it is that.
func canonOf(id string) any {
	if c := canonical(id); c != id {
		return c
	}
	return nil
}

// guestOrNone gives a guest's number; 0 of none.
func (w *writer) guestOrNone(node, uuid, name string) (int64, error) {
	if uuid == "" && name == "" {
		return 0, nil
	}
	return w.guest(node, uuid, name)
}

// guest gives a guest's number and keeps its name.
func (w *writer) guest(node, uuid, name string) (int64, error) {
	id, err := w.dicts.guests.id(w, keyOfGuest(node, uuid, name))
	if err != nil {
		return 0, err
	}
	k := nameKey{id, name}
	if name == "" || w.dicts.names[k] {
		return id, nil
	}
	if len(w.dicts.names) >= maxCached {
		w.dicts.names = map[nameKey]bool{}
	}
	w.dicts.names[k] = true
	return id, w.exec(`INSERT OR IGNORE INTO names VALUES (?, ?)`, name, id)
}

// show keeps the name of a guest's last session, which a session that was
// written may be.
func (w *writer) show(guest int64, name string) error {
	if shown, ok := w.dicts.shown[guest]; ok && shown == name {
		return nil
	}
	if len(w.dicts.shown) >= maxCached {
		w.dicts.shown = map[int64]string{}
	}
	delete(w.dicts.shown, guest)
	var shown sql.NullString
	st, err := w.stmt(`UPDATE guests SET shown = (SELECT name FROM sessions WHERE guest = ?1
		ORDER BY first_ms DESC, id DESC LIMIT 1) WHERE id = ?1 RETURNING shown`)
	if err != nil {
		return err
	}
	if err := st.QueryRowContext(background, guest).Scan(&shown); err != nil {
		return err
	}
	if shown.Valid {
		w.dicts.shown[guest] = shown.String
	}
	return nil
}

// resourceOrNone gives a resource's number; 0 of none.
func (w *writer) resourceOrNone(kind, id, sub string) (int64, error) {
	if kind == "" && id == "" && sub == "" {
		return 0, nil
	}
	return w.resource(kind, id, sub)
}

func (w *writer) resource(kind, id, sub string) (int64, error) {
	return w.dicts.resources.id(w, trail.Resource{Kind: kind, ID: id, Sub: sub})
}

// sender gives a sender's number; 0 of none.
func (w *writer) sender(s *trail.Sender) (int64, error) {
	if s == nil {
		return 0, nil
	}
	return w.dicts.senders.id(w, *s)
}
