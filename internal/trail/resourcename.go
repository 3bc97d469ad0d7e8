package trail

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/virtaudit/virtaudit/record"
)

// A Resource names a host resource, or some of them: an empty field stands for
// any. The fields are those of a Holding.
type Resource struct{ Kind, ID, Sub string }

// String gives the resource in words: kind, bus and identity. What isn't plain
// in them is quoted.
func (r Resource) String() string {
	kind, sub, id := quoted(r.Kind), quoted(r.Sub), quoted(r.ID)
	switch {
	case r.Kind == netOpen && r.Sub != "":
		return sentence(id, "for", sub)
	case r.Kind == "":
		return id
	}
	return sentence(kind, sub, id)
}

// maxQuoted is how much of a text of a record a sentence holds, in bytes.
const maxQuoted = 256

// quoted gives a text that a record holds as a part of a sentence: in quotes
// where it could be taken for more than one word, or a terminal would obey it.
func quoted(s string) string {
	if len(s) > maxQuoted {
		s = strings.ToValidUTF8(s[:maxQuoted], "") + "…"
	}
	quote := false
	for _, c := range s {
		switch {
		case unicode.In(c, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Me, unicode.Mn):
			return strconv.QuoteToASCII(s)
		case strings.ContainsRune("\"(),;\\", c), unicode.IsSpace(c), !unicode.IsPrint(c):
			quote = true
		}
	}
	if quote {
		return strconv.Quote(s)
	}
	return s
}

// kindNames are the kinds that records have, by catalogue.
var kindNames = func() map[string]bool {
	m := map[string]bool{netOpen: true}
	for _, k := range record.Kinds() {
		if k.Resource() != "" {
			m[k.Resource()] = true
		}
	}
	return m
}()

// buses are those of host devices. They serve as kinds, as mac does for net.
var buses = map[string]bool{"pci": true, "usb": true, "scsi": true, "scsi_host": true, "mdev": true}

// Kinds gives the names that can stand before the colon of a resource, and
// alone, beside those that only a log knows.
func Kinds() []string { return sortedKeys(kindNames, buses, map[string]bool{"mac": true}) }

func isKind(word string) bool { return kindNames[word] || buses[word] || word == "mac" }

// ParseResource reads what people call a resource: a path, the address of a
// PCI or USB device, a MAC, kind:identity, or a kind alone. A kind that the
// catalogue doesn't have stays part of the ID, as it looks like the beginning
// of an address; Matches knows it by the log.
func ParseResource(text string) (Resource, error) {
	if strings.TrimSpace(text) == "" {
		return Resource{}, fmt.Errorf("resource %q: it is empty", text)
	}
	word, id, colon := strings.Cut(text, ":")
	kind := strings.ToLower(word)
	switch {
	case !isKind(kind):
		return Resource{ID: canonicalID(text)}, nil
	case colon && id == "":
		return Resource{}, fmt.Errorf("resource %q: nothing follows the colon", text)
	case kind == "mac":
		kind = "net"
	case buses[kind]:
		return Resource{Kind: "dev", Sub: kind, ID: canonicalID(id)}, nil
	}
	return Resource{Kind: kind, ID: canonicalID(id)}, nil
}

// Matches tells whether a resource of a log is one of those that r, which
// ParseResource gave, names.
func (r Resource) Matches(o Resource) bool {
	switch {
	case r.Kind != "" && r.Kind != o.Kind, r.Sub != "" && r.Sub != o.Sub:
		return false
	case r.ID == "", r.ID == o.ID, r.ID == canonicalID(o.ID):
		return true
	case r.Kind != "" || o.Kind == "" || !strings.HasPrefix(r.ID, o.Kind):
		return false
	}
	rest := r.ID[len(o.Kind):] // of a kind that the catalogue doesn't have
	id, colon := strings.CutPrefix(rest, ":")
	return rest == "" || colon && id != "" && canonicalID(id) == canonicalID(o.ID)
}

// Near gives the resources that sessions held, or tried to, and that somebody
// may mean whose name for one matches none: of the same identity, whatever its
// kind, or of the same file name, whatever its folder; in upper or lower case.
// They come by kind and identity.
func Near(sessions []*Session, r Resource) []Resource {
	if r.ID == "" {
		return nil
	}
	seen := map[Resource]bool{} // and whether it is near
	want := newLikeness(r.ID)
	add := func(o Resource) {
		if _, ok := seen[o]; !ok {
			seen[o] = want.like(o.ID)
		}
	}
	for _, s := range sessions {
		for i := range s.Holdings {
			add(s.Holdings[i].resource())
		}
		for i := range s.Attempts {
			add(s.Attempts[i].resource())
		}
	}
	var near []Resource
	for o, like := range seen {
		if like {
			near = append(near, o)
		}
	}
	slices.SortFunc(near, func(a, b Resource) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Sub, b.Sub))
	})
	return near
}

// likeness tells which names look like one.
type likeness struct{ whole, file, stem string }

func newLikeness(id string) likeness {
	whole := strings.ToLower(id)
	file := path.Base(whole)
	stem, _, _ := strings.Cut(file, ".")
	return likeness{whole, file, stem}
}

// like compares whole names, then those of files: without their extensions
// where the name that is searched has none.
func (l likeness) like(id string) bool {
	if id == "" {
		return false
	}
	o := newLikeness(id)
	switch {
	case l.whole == o.whole:
		return true
	case !strings.HasPrefix(id, "/"):
		return false
	}
	return l.file == o.file || l.file == l.stem && l.stem == o.stem
}
