package witness

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// Bounds of the Things of an observation. If there are more, the observation says that
// some are left out.
const (
	maxThings     = 10_000
	maxThingBytes = 4 << 20 // of all their texts
)

// everything in Partial stands for all kinds.
const everything = "*"

// sorted sorts Things, and leaves out those that are too many; whole is false then.
func sorted(all []fact.Thing) (things []fact.Thing, whole bool) {
	slices.SortFunc(all, compareThings)
	bytes := 0
	for i := range all {
		bytes += size(&all[i])
		if i == maxThings || bytes > maxThingBytes {
			return all[:i:i], false
		}
	}
	return all, true
}

func size(t *fact.Thing) int {
	n := len(t.Kind) + len(t.ID) + len(t.Sub)
	for _, name := range t.Names {
		n += len(name)
	}
	for k, v := range t.Detail {
		n += len(k) + len(v)
	}
	return n
}

func compareThings(a, b fact.Thing) int {
	order := cmp.Or(
		strings.Compare(a.Kind, b.Kind),
		strings.Compare(a.ID, b.ID),
		strings.Compare(a.Sub, b.Sub),
		cmp.Compare(a.Value, b.Value),
	)
	if order != 0 {
		return order
	}
	return cmp.Or(slices.Compare(a.Names, b.Names), compareDetails(a.Detail, b.Detail))
}

func compareDetails(a, b map[string]string) int {
	if maps.Equal(a, b) {
		return 0
	}
	return strings.Compare(textOf(a), textOf(b))
}

// textOf gives a value as JSON, in which maps have an order.
func textOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "" // nothing that is asked for can fail
	}
	return string(text)
}

// sameThings tells whether two sorted lists are equal.
func sameThings(a, b []fact.Thing) bool {
	return slices.EqualFunc(a, b, func(a, b fact.Thing) bool {
		return a.Silent == b.Silent && compareThings(a, b) == 0
	})
}

// carried gives what is known of a guest after a partial look: what was seen, and what was
// known before of the kinds that could not be looked at.
func carried(before, seen []fact.Thing, partial []string) []fact.Thing {
	if len(partial) == 0 || len(before) == 0 {
		return seen
	}
	all := slices.Clone(seen)
	for _, t := range before {
		unknown := slices.Contains(partial, everything) || slices.Contains(partial, t.Kind)
		if unknown && !slices.ContainsFunc(seen, func(s fact.Thing) bool { return sameThing(s, t) }) {
			all = append(all, t)
		}
	}
	all, _ = sorted(all)
	return all
}

// sameThing tells whether two Things are the same, whatever their details.
func sameThing(a, b fact.Thing) bool {
	return a.Kind == b.Kind && a.ID == b.ID && a.Sub == b.Sub && (a.Value == 0) == (b.Value == 0)
}

// detail makes a Detail of alternating names and values. It leaves out empty values.
func detail(pairs ...string) map[string]string {
	var m map[string]string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if m == nil {
			m = map[string]string{}
		}
		m[pairs[i]] = fact.Plain(pairs[i+1])
	}
	return m
}

// flag gives the value in a Detail that stands for true.
func flag(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}

// rate gives a limit of an RNG's: BYTES/PERIODms; "" for none.
func rate(bytes, period uint64) string {
	if bytes == 0 {
		return ""
	}
	if period == 0 {
		period = 1000 // libvirt's default
	}
	return strconv.FormatUint(bytes, 10) + "/" + strconv.FormatUint(period, 10) + "ms"
}
