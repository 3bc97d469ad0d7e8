package store

import (
	"strconv"
	"strings"
)

// builder makes the conditions of a query, with numbered arguments.
type builder struct {
	conds []string
	args  []any
}

// arg gives the place of an argument.
func (b *builder) arg(v any) string {
	b.args = append(b.args, v)
	return "?" + strconv.Itoa(len(b.args))
}

// and adds a condition; each ? in it is the next of the values.
func (b *builder) and(cond string, values ...any) {
	var sb strings.Builder
	for _, v := range values {
		before, after, _ := strings.Cut(cond, "?")
		sb.WriteString(before)
		sb.WriteString(b.arg(v))
		cond = after
	}
	sb.WriteString(cond)
	b.conds = append(b.conds, sb.String())
}

// in adds that a column is one of some values, if there are any.
func in[T any](b *builder, column string, values []T, arg func(T) any) {
	if len(values) == 0 {
		return
	}
	places := make([]string, len(values))
	for i, v := range values {
		places[i] = b.arg(arg(v))
	}
	b.conds = append(b.conds, column+" IN ("+strings.Join(places, ", ")+")")
}

// where gives the conditions as a clause.
func (b *builder) where() string {
	if len(b.conds) == 0 {
		return "WHERE true"
	}
	return "WHERE " + strings.Join(b.conds, " AND ")
}

// guest adds that g, a row of guests, is one of those.
func (b *builder) guest(g Guest) {
	if g.Node != "" {
		b.and("g.node = ?", g.Node)
	}
	if g.UUID != "" {
		b.and("g.uuid = ?", g.UUID)
	}
	if g.Name != "" {
		b.and("g.id IN (SELECT n.guest FROM names n WHERE n.name = ?)", g.Name)
	}
}

// named tells whether it names some guests alone.
func (g Guest) named() bool { return g.UUID != "" || g.Name != "" }

// behind adds that rows come behind a cursor's keys, and gives their order.
func (b *builder) behind(p Page, columns []string, keys ...any) (order string) {
	compare, direction := " > ", ""
	if p.Newest {
		compare, direction = " < ", " DESC"
	}
	if p.After != "" {
		places := strings.Repeat(", ?", len(keys))[2:]
		b.and("("+strings.Join(columns, ", ")+")"+compare+"("+places+")", keys...)
	}
	return " ORDER BY " + strings.Join(columns, direction+", ") + direction
}
