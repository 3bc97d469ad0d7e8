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
// come by their first record.
type SessionQuery struct {
	Guest Guest
	// From and To are milliseconds since 1970, both inclusive: sessions that
	// touch the time between them, or may.
	From, To int64
	States   []trail.State
	// Running gives those that run, or start.
	Running bool
	// Whole gives sessions with their holdings, steps and all; else those are
	// empty.
	Whole bool
	Page  Page
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
	Page Page
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
	// Prefix is how a name or uuid begins, in upper or lower case.
	Prefix  string
	Running bool
	Page    Page
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

// A TimelineQuery says what a timeline shows: guests as GuestQuery gives them,
// one lane each, in a time that is divided into buckets.
type TimelineQuery struct {
	Guests   GuestQuery
	From, To int64 // milliseconds since 1970, To exclusive
	// Buckets is how many parts the time has; 0 is 100.
	Buckets int
	// Sessions is up to how many sessions a lane gives one by one; 0 is 100.
	Sessions int
}

// A Lane is one guest in a timeline.
type Lane struct {
	Guest GuestInfo
	// Sessions are those that touch the time, without holdings, the first ones
	// where there are more than were asked for; Total is how many there are.
	Sessions []*trail.Session
	Total    int
	// Buckets are those that have something, in order.
	Buckets []Bucket
}

// A Bucket counts what was in a part of a timeline.
type Bucket struct {
	// Nth is which part, from 0.
	Nth int
	// Running is how many sessions touch it, or may.
	Running  int
	Events   int
	Findings int
	// Worst is the greatest severity of its findings.
	Worst trail.Severity
}

// Counts are figures of the whole store.
type Counts struct {
	Facts    map[fact.Kind]int64
	Findings map[trail.FindingKind]int64
	Guests   int64
	Running  int64 // sessions that run, or start
	Sessions int64
	LastSeq  uint64
	// Bytes are what the file and those beside it take.
	Bytes int64
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
