package store

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A Page says which part of a list to give. Lists have an order that doesn't
// change as they grow, and a query gives, with a part, the cursor for the one
// behind it: empty at the end.
type Page struct {
	// After is the cursor of the part before, of the same query; empty is the
	// beginning.
	After string
	// Limit is how many to give at the most; 0 is 100.
	Limit int
	// Newest gives the list from its end.
	Newest bool
}

// MaxLimit is the greatest limit of a page.
const MaxLimit = 10_000

// ErrCursor is of a cursor that no query gave.
var ErrCursor = errors.New("not a cursor")

func (p Page) limit() int { return min(max(cmp.Or(p.Limit, 100), 1), MaxLimit) }

// A Guest names guests: all that have what is not empty.
type Guest struct {
	Node string
	UUID string
	// Name is one that the guest has, or had.
	Name string
}

// A SessionQuery says which sessions: those that match all that isn't zero. They
// come by their first record, without what they hold unless they are to be Whole.
type SessionQuery struct {
	Guest Guest
	// From and To are milliseconds since 1970, both inclusive: sessions that
	// touch the time between them, or may.
	From, To int64
	States   []trail.State
	// Running gives those that run, or start.
	Running bool
	// Unstarted gives those whose start isn't known.
	Unstarted bool
	Whole     bool
	Page      Page
}

// A HoldingQuery says which holdings, as SessionQuery does. They come by when
// they began, of one resource; otherwise by their sessions, as Sessions has them,
// and within those in the sessions' order.
type HoldingQuery struct {
	// Resource is as trail.ParseResource gives it.
	Resource trail.Resource
	Guest    Guest
	Session  uint64
	// From and To, both the same for one moment, give what was held between them,
	// or may have been.
	From, To int64
	// By is the witness that alone shows it; fact.Log of those that records tell.
	By   fact.Witness
	Page Page
}

// A Held is a holding, with its session without what that holds.
type Held struct {
	Session *trail.Session
	// Nth is its place among the session's holdings.
	Nth int
	trail.Holding
}

// An EventQuery says which events, as SessionQuery does. They come by time.
type EventQuery struct {
	Guest    Guest
	Session  uint64
	From, To int64
	Ops      []string
	// Fact gives the events of one fact.
	Fact uint64
	// Joined gives events that know their sessions, without what these hold.
	Joined bool
	Page   Page
}

// A FindingQuery says which findings, as SessionQuery does. They come by time.
type FindingQuery struct {
	Guest    Guest
	Session  uint64
	From, To int64
	Kinds    []trail.FindingKind
	// Severity is the least that they must have.
	Severity trail.Severity
	Page     Page
}

// A GuestQuery says which guests. They come by name, node and uuid.
type GuestQuery struct {
	Guest Guest
	Page  Page
}

// A GuestInfo is a guest as it was last seen.
type GuestInfo struct {
	Node, UUID, Name, Virt string
	// Names are all that it had, in order of their letters.
	Names []string
	// Running is the ID of the session that runs, or starts; 0 where none does.
	Running  uint64
	State    trail.State // of the last session
	Sessions int         // that are in the store
	First    trail.Moment
	Last     trail.Moment

	id int64
}

// A Definition is that an observation holds a text that defines a guest.
type Definition struct {
	Node, UUID, Name string
	Millis           int64
	Fact             uint64
}

// Counts are figures of the whole store.
type Counts struct {
	Facts    map[fact.Kind]int64
	Findings map[trail.FindingKind]int64
	Guests   int64
	Running  int64 // sessions that run, or start
	Sessions int64
	LastSeq  uint64
	// Oldest and Newest are the times, in milliseconds since 1970, of the first and
	// the last that a record or a witness tells; 0 of none.
	Oldest, Newest int64
	// Schema is the version of the file's.
	Schema int
	// Bytes are what the file and those beside it take.
	Bytes int64
}

// cut takes a list that was read with one element more than its page has, if there is
// one, and gives the page and the cursor of those behind it. keys are those of an
// element, by its place.
func cut[T any](list []T, p Page, keys func(i int) []any) (page []T, next string) {
	n := p.limit()
	if len(list) <= n {
		return list, ""
	}
	return list[:n], cursor(keys(n - 1)...)
}

// cursor makes the text of a list's keys: numbers, and texts of any bytes.
func cursor(keys ...any) string {
	for i, key := range keys {
		if text, ok := key.(string); ok {
			keys[i] = []byte(text) // a string of JSON is UTF-8
		}
	}
	text, err := json.Marshal(keys)
	if err != nil {
		panic(fmt.Sprintf("store: a cursor of %v: %v", keys, err)) // numbers and bytes don't fail
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor reads a cursor's keys into where they are to go.
func readCursor(text string, keys ...any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return fmt.Errorf("%q: %w", text, ErrCursor)
	}
	values := make([]any, len(keys))
	for i, key := range keys {
		values[i] = key
		if _, ok := key.(*string); ok {
			values[i] = new([]byte)
		}
	}
	if err := json.Unmarshal(raw, &values); err != nil || len(values) != len(keys) {
		return fmt.Errorf("%q: %w", text, ErrCursor)
	}
	for i, key := range keys {
		if to, ok := key.(*string); ok {
			b, isText := values[i].(*[]byte)
			if !isText {
				return fmt.Errorf("%q: %w", text, ErrCursor) // null
			}
			*to = string(*b)
		}
	}
	return nil
}
