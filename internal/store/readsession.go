package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// querier is a connection, or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// each calls do for each row of a query.
func each(ctx context.Context, q querier, query string, args []any, do func(scanner) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return classify(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := do(rows); err != nil {
			return classify(err)
		}
	}
	return classify(rows.Err())
}

// view gives do one state of the file, however many queries it makes.
func (s *Store) view(ctx context.Context, do func(querier) error) error {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return classify(err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return do(tx)
}

// sessionColumns are of sessions s and guests g.
const sessionColumns = `s.id, g.node, g.uuid, s.name, s.virt, s.state, s.start_ms, s.start_serial, s.start_reason,
	s.pid, s.init_pid, s.end_ms, s.end_serial, s.end_reason, s.after_ms, s.after_serial, s.before_ms, s.before_serial,
	s.first_ms, s.first_serial, s.last_ms, s.last_serial, s.late, s.number, s.boot, s.witness`

func scanSession(row scanner, more ...any) (*trail.Session, error) {
	var s trail.Session
	dest := []any{
		(*number)(&s.ID), &s.Node, &s.UUID, &s.Name, &s.Virt, &s.State, &s.Start.Millis, (*number)(&s.Start.Serial), &s.StartReason,
		(*number)(&s.PID), (*number)(&s.InitPID), &s.End.Millis, (*number)(&s.End.Serial), &s.EndReason,
		&s.EndAfter.Millis, (*number)(&s.EndAfter.Serial), &s.EndBefore.Millis, (*number)(&s.EndBefore.Serial),
		&s.First.Millis, (*number)(&s.First.Serial), &s.Last.Millis, (*number)(&s.Last.Serial), &s.Late, &s.Number, &s.Boot, &s.By,
	}
	return &s, row.Scan(append(dest, more...)...)
}

// number reads an unsigned number, which SQLite keeps with a sign.
type number uint64

func (n *number) Scan(v any) error {
	i, _ := v.(int64) // columns are STRICT
	*n = number(i)
	return nil
}

// readSession gives a whole session, or nil.
func readSession(ctx context.Context, q querier, id uint64) (*trail.Session, error) {
	var s *trail.Session
	err := each(ctx, q, `SELECT `+sessionColumns+` FROM sessions s JOIN guests g ON g.id = s.guest WHERE s.id = ?`,
		[]any{int64(id)}, func(row scanner) (err error) {
			s, err = scanSession(row)
			return err
		})
	if err != nil || s == nil {
		return nil, err
	}
	return s, fill(ctx, q, func(uint64) *trail.Session { return s }, `p.session = ?`, int64(id))
}

// finder gives the session of a number to put parts into, or nil.
type finder func(id uint64) *trail.Session

// fill reads the parts of sessions; those that are of none of them are left out.
// A condition is of p, the parts.
func fill(ctx context.Context, q querier, find finder, where string, args ...any) error {
	for i := range partReaders {
		p := &partReaders[i]
		err := each(ctx, q, p.query("", where), args, func(row scanner) error { return p.read(row, find) })
		if err != nil {
			return err
		}
	}
	return nil
}

// partReader reads one kind of parts.
type partReader struct {
	columns, table, join string
	read                 func(scanner, finder) error
}

// query makes a query of parts, beside other tables.
func (p *partReader) query(beside, where string) string {
	return `SELECT p.session, ` + p.columns + ` FROM ` + beside + p.table + ` p ` + p.join + ` WHERE ` + where + ` ORDER BY p.session, p.nth`
}

// The places of readers.
const (
	holdingParts = iota
	labelParts
	stepParts
	permissionParts
	attemptParts
)

const joinResource = `JOIN resources r ON r.id = p.resource`

var partReaders = [...]partReader{
	holdingParts: {holdingColumns, `holdings`, joinResource, readHolding},
	labelParts:   {`p.model, p.process, p.image, p.at_ms, p.at_serial`, `labels`, ``, readLabel},
	stepParts:    {`p.kind, p.value, p.from_ms, p.from_serial, p.marks`, `steps`, ``, readStep},
	permissionParts: {
		`r.sub, r.rid, p.acl, p.allow, p.from_ms, p.from_serial, p.to_ms, p.to_serial`, `permissions`, joinResource, readPermission,
	},
	attemptParts: {`r.kind, r.rid, r.sub, p.op, p.at_ms, p.at_serial, p.marks`, `attempts`, joinResource, readAttempt},
}

// holdingColumns are of holdings p and resources r.
const holdingColumns = `r.kind, r.rid, r.sub, p.from_ms, p.from_serial, p.reason, p.to_ms, p.to_serial, p.ended, p.marks,
	p.unproven, p.witness, p.earliest_ms, p.earliest_serial, p.latest_ms, p.latest_serial, p.begin_fact, p.end_fact, p.also`

func holdingDest(h *trail.Holding, also *string) []any {
	return []any{
		&h.Kind, &h.ID, &h.Sub, &h.From.Millis, (*number)(&h.From.Serial), &h.Reason, &h.To.Millis, (*number)(&h.To.Serial),
		&h.Ended, &h.Marks, &h.Unproven, &h.By, &h.Earliest.Millis, (*number)(&h.Earliest.Serial),
		&h.Latest.Millis, (*number)(&h.Latest.Serial), (*number)(&h.Begin), (*number)(&h.End), also,
	}
}

func splitWitnesses(column string) (ws []fact.Witness) {
	for w := range strings.FieldsSeq(column) {
		ws = append(ws, fact.Witness(w))
	}
	return ws
}

func readHolding(row scanner, find finder) error {
	var id number
	var h trail.Holding
	var also string
	if err := row.Scan(append([]any{&id}, holdingDest(&h, &also)...)...); err != nil {
		return err
	}
	if s := find(uint64(id)); s != nil {
		h.Also = splitWitnesses(also)
		s.Holdings = append(s.Holdings, h)
	}
	return nil
}

func readLabel(row scanner, find finder) error {
	var id number
	var l trail.Label
	err := row.Scan(&id, &l.Model, &l.Process, &l.Image, &l.At.Millis, (*number)(&l.At.Serial))
	if s := find(uint64(id)); s != nil {
		s.Labels = append(s.Labels, l)
	}
	return err
}

func readStep(row scanner, find finder) error {
	var id number
	var v trail.Step
	err := row.Scan(&id, &v.Kind, (*number)(&v.Value), &v.From.Millis, (*number)(&v.From.Serial), &v.Marks)
	if s := find(uint64(id)); s != nil {
		s.Steps = append(s.Steps, v)
	}
	return err
}

func readPermission(row scanner, find finder) error {
	var id number
	var p trail.Permission
	err := row.Scan(&id, &p.Class, &p.Path, &p.ACL, &p.Allow,
		&p.From.Millis, (*number)(&p.From.Serial), &p.To.Millis, (*number)(&p.To.Serial))
	if s := find(uint64(id)); s != nil {
		s.Permissions = append(s.Permissions, p)
	}
	return err
}

func readAttempt(row scanner, find finder) error {
	var id number
	var a trail.Attempt
	err := row.Scan(&id, &a.Kind, &a.ID, &a.Sub, &a.Op, &a.At.Millis, (*number)(&a.At.Serial), &a.Marks)
	if s := find(uint64(id)); s != nil {
		s.Attempts = append(s.Attempts, a)
	}
	return err
}
