package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// How many rows a page has.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// maxParameter is the longest value of a parameter: a path has 4096 bytes at
// the most, and each may be written as four.
const maxParameter = 16 << 10

// A request is one whose parameters the route knows.
type request struct {
	*http.Request
	query url.Values
	now   time.Time
}

// newRequest reads the parameters. One that the route doesn't take is refused:
// a filter that is ignored would give an answer to another question.
func (s *Server) newRequest(rt *route, r *http.Request) (*request, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, newProblem(http.StatusBadRequest, "the query can't be read: %v", err)
	}
	for name, values := range query {
		switch {
		case !slices.Contains(rt.query, name):
			return nil, badParameter(name, "there is no such parameter here")
		case len(values) > 1 && !slices.Contains(rt.many, name):
			return nil, badParameter(name, "it is given %d times", len(values))
		case slices.ContainsFunc(values, func(v string) bool { return len(v) > maxParameter }):
			return nil, badParameter(name, "it is too long")
		}
	}
	return &request{Request: r, query: query, now: s.config.Now()}, nil
}

// has tells whether a parameter is given.
func (r *request) has(name string) bool { return len(r.query[name]) > 0 }

// text gives a parameter's value, "" for none; an empty one is refused.
func (r *request) text(name string) (string, error) {
	if !r.has(name) {
		return "", nil
	}
	v := r.query.Get(name)
	if v == "" {
		return "", badParameter(name, "it is empty")
	}
	return meant(v), nil
}

// word gives a parameter that must be one of some words.
func (r *request) word(name string, words ...string) (string, error) {
	v, err := r.text(name)
	if err == nil && v != "" && !slices.Contains(words, v) {
		err = badParameter(name, "%.80q is none of %v", v, words)
	}
	return v, err
}

// integer gives a number between bounds.
func (r *request) integer(name string, otherwise, least, most int64) (int64, error) {
	if !r.has(name) {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(r.query.Get(name), 10, 64)
	if err != nil || n < least || n > most {
		return 0, badParameter(name, "%.80q is no number from %d to %d", r.query.Get(name), least, most)
	}
	return n, nil
}

func (r *request) limit() (int, error) {
	n, err := r.integer("limit", defaultLimit, 1, maxLimit)
	return int(n), err
}

// boolean gives true, false, or nil where neither is asked for.
func (r *request) boolean(name string) (*bool, error) {
	v, err := r.word(name, "true", "false")
	if err != nil || v == "" {
		return nil, err
	}
	is := v == "true"
	return &is, nil
}

// millis gives a time, otherwise where none is given.
func (r *request) millis(name string, otherwise int64) (int64, error) {
	if !r.has(name) {
		return otherwise, nil
	}
	ms, err := parseMillis(r.query.Get(name))
	if err != nil {
		return 0, badParameter(name, "%v", err)
	}
	return ms, nil
}

// maxMillis is the end of the year 9999, the last that RFC 3339 has.
const maxMillis = 253_402_300_799_999

// parseMillis reads RFC 3339, or milliseconds since 1970.
func parseMillis(text string) (int64, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		if ms < 0 || ms > maxMillis {
			return 0, fmt.Errorf("%d is no time from 1970 to 9999", ms)
		}
		return ms, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.UnixMilli() < 0 {
		return 0, fmt.Errorf("%.80q is neither RFC 3339 (2026-11-23T14:00:00Z) nor milliseconds since 1970", text)
	}
	return t.UnixMilli(), nil
}

// A window is a stretch of time; to is no part of it.
type window struct{ from, to int64 }

// window gives from and to; without them, all time.
func (r *request) window() (window, error) {
	from, err := r.millis("from", 0)
	if err != nil {
		return window{}, err
	}
	to, err := r.millis("to", maxMillis)
	if err == nil {
		err = r.inOrder(from, to)
	}
	return window{from, to}, err
}

// inOrder refuses a window that ends before it begins. It names what was given.
func (r *request) inOrder(from, to int64) error {
	switch {
	case from < to:
		return nil
	case r.has("to"):
		return badParameter("to", "it is not behind from")
	}
	return badParameter("from", "nothing is behind it")
}

// touches tells whether a stretch of time has a moment in w. Without a
// beginning it was there before all, without an end it goes on.
func (w window) touches(from, to trail.Moment) bool {
	return from.Millis < w.to && (to == (trail.Moment{}) || to.Millis >= w.from)
}

// bounds gives a window as the store's queries have it: both ends are part of
// it, and 0 is none. A time of 0 is one that isn't known, so a window that ends
// there ends before all times.
func (w window) bounds() (from, to int64) {
	if w.to < maxMillis {
		to = cmp.Or(w.to-1, -1)
	}
	return w.from, to
}
