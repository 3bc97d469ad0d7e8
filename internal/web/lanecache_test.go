package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// A countingStore counts which guests are asked for.
type countingStore struct {
	Store
	all, one int
}

func (c *countingStore) Guests(ctx context.Context, q store.GuestQuery) ([]store.GuestInfo, string, error) {
	if q.Guest == (store.Guest{}) {
		c.all++
	} else {
		c.one++
	}
	return c.Store.Guests(ctx, q)
}

func sessionAt(id uint64, uuid, name string, state trail.State) *trail.Session {
	at := trail.Moment{Millis: testNow.UnixMilli(), Serial: id}
	return &trail.Session{ID: id, Node: testNode, UUID: uuid, Name: name, State: state, First: at, Start: at, Last: at}
}

// TestLanesFollowTheTrail: lanes are read once, and then the guests alone that
// something is told of.
func TestLanesFollowTheTrail(t *testing.T) {
	st := demo(t)
	counting := &countingStore{Store: st}
	s := newServer(t, testConfig(counting))
	before, err := s.lanes.get(t.Context(), s)
	if err != nil || counting.all != 1 {
		t.Fatalf("all are read %d times (%v), want once", counting.all, err)
	}
	tell := func(d *trail.Delta) *lanes {
		t.Helper()
		if err := st.Commit(t.Context(), &store.Batch{Delta: d}); err != nil {
			t.Fatal(err)
		}
		s.lanes.change(d)
		l, err := s.lanes.get(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	came := tell(&trail.Delta{Sessions: []*trail.Session{sessionAt(9000, "u9", "!first", trail.Running)}})
	if len(came.all) != len(before.all)+1 || came.all[0].Name != "!first" || came.running != before.running+1 || came.version == before.version {
		t.Errorf("%d lanes, %d running, the first %q: want one more, that comes first", len(came.all), came.running, came.all[0].Name)
	}
	for i := range came.all {
		if l := &came.all[i]; l.place != i || came.byID[l.id] != i {
			t.Errorf("%s is at %d, and says %d", l.id, i, l.place)
		}
	}
	over := sessionAt(9000, "u9", "!first", trail.Closed)
	over.End = over.Last
	ended := tell(&trail.Delta{Sessions: []*trail.Session{over}})
	if ended.running != before.running || ended.all[0].Running != 0 || ended.version != came.version || came.all[0].Running == 0 {
		t.Errorf("%d run, want %d; lanes that were given don't change", ended.running, before.running)
	}
	if counting.all != 1 || counting.one != 2 {
		t.Errorf("all are read %d times and one %d times, want 1 and 2", counting.all, counting.one)
	}
	tell(&trail.Delta{Merged: []uint64{9000}})
	if counting.all != 2 {
		t.Errorf("all are read %d times where sessions became one, want 2", counting.all)
	}
}

// TestLanesOfRemoved: guests that a retention removed are listed no more.
func TestLanesOfRemoved(t *testing.T) {
	st := demo(t)
	s := newServer(t, testConfig(st))
	before, err := s.lanes.get(t.Context(), s)
	if err != nil || len(before.all) == 0 {
		t.Fatalf("%d lanes: %v", len(before.all), err)
	}
	if _, _, err := st.Retain(t.Context(), testNow.AddDate(10, 0, 0).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	s.Removed()
	if l, err := s.lanes.get(t.Context(), s); err != nil || len(l.all) >= len(before.all) {
		t.Errorf("%d lanes are left of %d (%v)", len(l.all), len(before.all), err)
	}
}

// TestUnknownGuestReadsNoLanes: whoever asks for a guest that isn't there doesn't
// let all be read.
func TestUnknownGuestReadsNoLanes(t *testing.T) {
	counting := &countingStore{Store: demo(t)}
	s := newServer(t, testConfig(counting))
	for i := range 5 {
		if w := get(s, fmt.Sprintf("/api/v1/guests/none%d@kvm1", i)); w.Code != http.StatusNotFound {
			t.Fatalf("a guest that isn't there: %d: %s", w.Code, w.Body)
		}
	}
	if counting.all != 1 {
		t.Errorf("all guests are read %d times, want once", counting.all)
	}
}

// TestLanesOfMany: where more changed than is read one by one all are.
func TestLanesOfMany(t *testing.T) {
	counting := &countingStore{Store: demo(t)}
	s := newServer(t, testConfig(counting))
	for range 2 {
		for i := range maxChanged + 1 {
			s.lanes.note(store.Guest{UUID: fmt.Sprint(i)})
		}
		if _, err := s.lanes.get(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if counting.all != 2 || counting.one != 0 {
		t.Errorf("all are read %d times and one %d times, want 2 and 0", counting.all, counting.one)
	}
}

// TestLanesAreReadAgainAfterAnError: what changed isn't forgotten.
func TestLanesAreReadAgainAfterAnError(t *testing.T) {
	failing := &failingStore{Store: demo(t)}
	counting := &countingStore{Store: failing}
	s := newServer(t, testConfig(counting))
	if _, err := s.lanes.get(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	s.lanes.note(store.Guest{UUID: hostileUUID})
	failing.fails = true
	if _, err := s.lanes.get(t.Context(), s); err == nil {
		t.Fatal("a store that fails is read")
	}
	failing.fails = false
	if _, err := s.lanes.get(t.Context(), s); err != nil || counting.all != 2 {
		t.Errorf("all are read %d times (%v), want 2", counting.all, err)
	}
}

// A failingStore can't tell of guests when it is to fail.
type failingStore struct {
	Store
	fails bool
}

func (f *failingStore) Guests(ctx context.Context, q store.GuestQuery) ([]store.GuestInfo, string, error) {
	if f.fails {
		return nil, "", errors.New("it fails")
	}
	return f.Store.Guests(ctx, q)
}

// TestLanesAreReadOn: a client that hangs up while lanes are read for all doesn't
// have them read anew.
func TestLanesAreReadOn(t *testing.T) {
	client, hangUp := context.WithCancel(t.Context())
	counting := &countingStore{Store: &leftStore{demo(t), hangUp}}
	s := newServer(t, testConfig(counting))
	if _, err := s.lanes.get(client, s); err != nil {
		t.Error(err)
	}
	if _, err := s.lanes.get(t.Context(), s); err != nil || counting.all != 1 {
		t.Errorf("all are read %d times (%v), want once", counting.all, err)
	}
}

// A leftStore is asked for guests by a client that hangs up then.
type leftStore struct {
	Store
	hangUp func()
}

func (l *leftStore) Guests(ctx context.Context, q store.GuestQuery) ([]store.GuestInfo, string, error) {
	l.hangUp()
	return l.Store.Guests(ctx, q)
}

// TestLanesAreHeardOf: by the agent's feed, without any stream.
func TestLanesAreHeardOf(t *testing.T) {
	st, f := demo(t), newFeed()
	c := testConfig(st)
	c.Subscribe = f.subscribe
	s := newServer(t, c)
	ask(t, s, "/api/v1/guests")
	<-f.begun
	d := &trail.Delta{Sessions: []*trail.Session{sessionAt(9000, "u9", "later", trail.Running)}}
	if err := st.Commit(t.Context(), &store.Batch{Delta: d}); err != nil {
		t.Fatal(err)
	}
	f.tell(d)
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if len(items(ask(t, s, "/api/v1/guests?prefix=later"))) == 1 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the guest doesn't come")
		}
	}
}
