package store

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// Resources gives resources whose ID begins so, by ID, kind and sub.
func (s *Store) Resources(ctx context.Context, prefix string, p Page) (list []trail.Resource, next string, err error) {
	var b builder
	var last trail.Resource
	if p.After != "" {
		if err := readCursor(p.After, &last.ID, &last.Kind, &last.Sub); err != nil {
			return nil, "", err
		}
		b.and("(rid, kind, sub) > (?, ?, ?)", last.ID, last.Kind, last.Sub)
	}
	b.and("rid >= ?", prefix)
	if _, end := prefixRange(prefix); end != "" {
		b.and("rid < ?", end)
	}
	query := `SELECT kind, rid, sub FROM resources ` + b.where() + ` ORDER BY rid, kind, sub LIMIT ` + strconv.Itoa(p.limit()+1)
	err = each(ctx, s.read, query, b.args, func(row scanner) error {
		var r trail.Resource
		err := row.Scan(&r.Kind, &r.ID, &r.Sub)
		list = append(list, r)
		return err
	})
	list, next = cut(list, p, func(i int) []any { return []any{list[i].ID, list[i].Kind, list[i].Sub} })
	return list, next, err
}

// maxColons bounds in how many ways an ID is read that may begin with a kind.
const maxColons = 16

// matching gives the numbers of the resources that r names, as a list in JSON.
func matching(ctx context.Context, q querier, r trail.Resource) (string, error) {
	var b builder
	if r.ID != "" {
		b.and("(rid = ? OR canon = ?)", r.ID, r.ID)
	} else {
		b.and("kind = ?", r.Kind)
	}
	alternatives := []string{b.where()}
	if r.Kind == "" {
		alternatives = append(alternatives, kindsWithin(&b, r.ID)...)
	}
	ids := []int64{}
	err := each(ctx, q, `SELECT id, kind, rid, sub FROM resources `+strings.Join(alternatives, ` UNION SELECT id, kind, rid, sub FROM resources `),
		b.args, func(row scanner) error {
			var id int64
			var o trail.Resource
			err := row.Scan(&id, &o.Kind, &o.ID, &o.Sub)
			if r.Matches(o) {
				ids = append(ids, id)
			}
			return err
		})
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(ids)
	return string(text), err
}

// kindsWithin searches what an ID names that begins with a kind which the
// catalogue doesn't have: KIND or KIND:ID.
func kindsWithin(b *builder, id string) []string {
	wheres := []string{"WHERE kind = " + b.arg(id)}
	for at := 0; len(wheres) <= maxColons; at++ {
		colon := strings.IndexByte(id[at:], ':')
		if colon < 0 {
			break
		}
		at += colon
		kind, rest := b.arg(id[:at]), canonical(id[at+1:])
		wheres = append(wheres, "WHERE kind = "+kind+" AND (rid = "+b.arg(rest)+" OR canon = "+b.arg(rest)+")")
	}
	return wheres
}
