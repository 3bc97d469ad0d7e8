package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// A cursor is the place of a page's last row, in base64: a sum of the
// parameters that gave the page, and what the store's order needs, in JSON.
type cursor struct {
	Sum   string          `json:"s"`
	Place json.RawMessage `json:"p"`
}

// cursor reads the parameter into the place of the last row, and tells whether
// there was one.
func (r *request) cursor(place any) (bool, error) {
	if !r.has("cursor") {
		return false, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(r.query.Get("cursor"))
	var c cursor
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err == nil && c.Sum == r.sum() {
		err = json.Unmarshal(c.Place, place)
	}
	switch {
	case err != nil:
		return false, badParameter("cursor", "it is none that a page gave")
	case c.Sum != r.sum():
		return false, badParameter("cursor", "it is of a page with other parameters")
	}
	return true, nil
}

// next makes the cursor of the page behind a row.
func (r *request) next(place any) (*string, error) {
	p, err := json.Marshal(place)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(cursor{Sum: r.sum(), Place: p})
	if err != nil {
		return nil, err
	}
	c := base64.RawURLEncoding.EncodeToString(text)
	return &c, nil
}

// sum is that of the path and all parameters which a page has in common with
// the next.
func (r *request) sum() string {
	var b strings.Builder
	b.WriteString(r.URL.Path)
	for _, name := range slices.Sorted(maps.Keys(r.query)) {
		if name == "cursor" || name == "limit" || name == "format" {
			continue
		}
		for _, v := range r.query[name] {
			b.WriteString("\x00" + name + "\x00" + v)
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// link is the address of the next page, as a header has it.
func (r *request) link(next string) string {
	q := maps.Clone(r.query)
	q["cursor"] = []string{next}
	u := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: q.Encode()}
	return "<" + u.String() + `>; rel="next"`
}
