package store

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// Holdings gives holdings, and the cursor of those behind.
func (s *Store) Holdings(ctx context.Context, q HoldingQuery) (list []Held, next string, err error) {
	err = s.view(ctx, func(tx querier) error {
		list, next, err = holdings(ctx, tx, q)
		return err
	})
	return list, next, err
}

func holdings(ctx context.Context, tx querier, q HoldingQuery) (list []Held, next string, err error) {
	var keys [3]int64
	if q.Page.After != "" {
		if err := readCursor(q.Page.After, &keys[0], &keys[1], &keys[2]); err != nil {
			return nil, "", err
		}
	}
	query, args, err := q.sql(ctx, tx, keys)
	if err != nil {
		return nil, "", err
	}
	known := map[uint64]*trail.Session{}
	var began []int64
	err = each(ctx, tx, query, args, func(row scanner) error {
		h, at, err := scanHeld(row, known)
		list, began = append(list, h), append(began, at)
		return err
	})
	list, next = cut(list, q.Page, func(i int) []any { return []any{began[i], list[i].Session.ID, list[i].Nth} })
	return list, next, err
}

// scanHeld reads a holding with its session, which is one for all its holdings.
func scanHeld(row scanner, known map[uint64]*trail.Session) (h Held, began int64, err error) {
	var also string
	h.Session, err = scanSession(row, append(holdingDest(&h.Holding, &also), &h.Nth, &began)...)
	if err != nil {
		return h, 0, err
	}
	h.Also = splitWitnesses(also)
	if s := known[h.Session.ID]; s != nil {
		h.Session = s
	} else {
		known[h.Session.ID] = h.Session
	}
	return h, began, nil
}

// sql makes the query; keys are those of the cursor: the order's first column,
// the session and the holding's place in it.
func (q *HoldingQuery) sql(ctx context.Context, tx querier, keys [3]int64) (string, []any, error) {
	var b builder
	b.guest(q.Guest)
	switch q.By {
	case "":
	case fact.Log:
		b.conds = append(b.conds, "p.witness = ''")
	default:
		b.and("p.witness = ?", string(q.By))
	}
	from, to := cmp.Or(q.From, always), cmp.Or(q.To, forever)
	if q.From != 0 || q.To != 0 {
		b.and("p.hi >= ? AND p.lo <= ?", from, to)
	}
	if q.Session != 0 {
		b.and("p.session = ?", int64(q.Session))
	}
	if q.Resource == (trail.Resource{}) {
		return q.bySession(&b, from, to, keys), b.args, nil
	}
	ids, err := matching(ctx, tx, q.Resource)
	if err != nil {
		return "", nil, err
	}
	if q.Session != 0 || q.Guest.named() || q.Resource.ID == "" {
		b.and("p.resource IN (SELECT value FROM json_each(?))", ids)
		return q.bySession(&b, from, to, keys), b.args, nil
	}
	return q.byResource(&b, ids, from, to, keys), b.args, nil
}

const heldColumns = sessionColumns + `, ` + holdingColumns + `, p.nth`

// bySession searches the holdings of sessions one after another: of few
// sessions, or of each class of them.
func (q *HoldingQuery) bySession(b *builder, from, to int64, keys [3]int64) string {
	order := b.behind(q.Page, []string{"s.first_ms", "s.id", "p.nth"}, keys[0], keys[1], keys[2])
	limit := " LIMIT " + strconv.Itoa(q.Page.limit()+1)
	const more = ` JOIN resources r ON r.id = p.resource `
	switch {
	case q.Session != 0:
		return `SELECT ` + heldColumns + `, s.first_ms FROM holdings p JOIN sessions s ON s.id = p.session
			JOIN guests g ON g.id = s.guest` + more + b.where() + order + limit
	case q.Guest.named():
		return `SELECT ` + heldColumns + `, s.first_ms FROM guests g JOIN sessions s ON s.guest = g.id
			JOIN holdings p ON p.session = s.id` + more + b.where() + order + limit
	}
	searches := eachClass("s.first_ms", b.arg(from), b.arg(to), from, func(class int, cond string) string {
		return `SELECT * FROM (SELECT p.session, p.nth FROM sessions s INDEXED BY sessions_time CROSS JOIN holdings p ON p.session = s.id
			JOIN guests g ON g.id = s.guest ` + b.where() + fmt.Sprintf(` AND s.class = %d`, class) + cond + order + limit + `)`
	})
	return `SELECT ` + heldColumns + `, s.first_ms FROM (` + strings.Join(searches, " UNION ALL ") + `) c
		JOIN holdings p ON p.session = c.session AND p.nth = c.nth JOIN sessions s ON s.id = p.session
		JOIN guests g ON g.id = s.guest` + more + order + limit
}

// byResource searches each class of the resources' holdings in its order, and
// takes the first of all of them.
func (q *HoldingQuery) byResource(b *builder, ids string, from, to int64, keys [3]int64) string {
	order := b.behind(q.Page, []string{"p.lo", "p.session", "p.nth"}, keys[0], keys[1], keys[2])
	limit := " LIMIT " + strconv.Itoa(q.Page.limit()+1)
	list, f, t := b.arg(ids), b.arg(from), b.arg(to)
	join := ""
	if q.Guest.Node != "" {
		join = ` JOIN sessions s ON s.id = p.session JOIN guests g ON g.id = s.guest `
	}
	search := func(class int, cond string) string {
		return `SELECT * FROM (SELECT p.session, p.nth, p.lo FROM json_each(` + list + `) j CROSS JOIN holdings p INDEXED BY holdings_time
			ON p.resource = j.value` + fmt.Sprintf(` AND p.class = %d`, class) + cond + join + " " + b.where() + order + limit + `)`
	}
	return `SELECT ` + heldColumns + `, p.lo FROM (` + strings.Join(eachClass("p.lo", f, t, from, search), " UNION ALL ") + `) c
		JOIN holdings p ON p.session = c.session AND p.nth = c.nth JOIN resources r ON r.id = p.resource
		JOIN sessions s ON s.id = p.session JOIN guests g ON g.id = s.guest` + order + limit
}

// eachClass makes a search for each class; lo is the column of beginnings, f and
// t are the places of from and to.
func eachClass(lo, f, t string, from int64, search func(class int, cond string) string) []string {
	searches := make([]string, 0, classes+2)
	for c := range classes {
		cond := " AND " + lo + " <= " + t
		if from > always+width(c) {
			cond += fmt.Sprintf(" AND %s > %s - %d", lo, f, width(c))
		}
		searches = append(searches, search(c, cond))
	}
	return append(searches, search(lasting, " AND "+lo+" <= "+t), search(irregular, ""))
}
