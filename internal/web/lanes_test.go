package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestGuestIsNamed: by id, uuid, its name, or one that it had; of several the
// client must say which.
func TestGuestIsNamed(t *testing.T) {
	l := newLanes([]lane{
		{GuestInfo: store.GuestInfo{Node: "a", UUID: "u1", Name: "web", Names: []string{"old", "web"}}, id: guestID("a", "u1", "web")},
		{GuestInfo: store.GuestInfo{Node: "b", UUID: "u1", Name: "moved"}, id: guestID("b", "u1", "moved")},
		{GuestInfo: store.GuestInfo{Node: "a", UUID: "u2", Name: "old"}, id: guestID("a", "u2", "old")},
		{GuestInfo: store.GuestInfo{Node: "a", Name: "bare"}, id: guestID("a", "", "bare")},
	})
	for name, want := range map[string]string{
		"u1@a": "u1@a", "u1@b": "u1@b", "U2": "u2@a", "web": "u1@a", "old": "u2@a", "~bare@a": "~bare@a", "bare": "~bare@a",
		"u1": "u1@b u1@a", "none": "", "": "",
	} {
		var got []string
		for _, g := range l.named(name) {
			got = append(got, g.id)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", name, got, want)
		}
	}
}

// TestNewGuestIsFound: one that came when the lanes had just been read.
func TestNewGuestIsFound(t *testing.T) {
	st := demo(t)
	s := newServer(t, testConfig(st))
	if w := get(s, "/api/v1/guests/new"); w.Code != http.StatusNotFound {
		t.Fatalf("a guest that isn't there yet: %d", w.Code)
	}
	at := trail.Moment{Millis: testNow.UnixMilli(), Serial: 5}
	d := &trail.Delta{Sessions: []*trail.Session{{ID: 9999, Node: testNode, UUID: "u", Name: "new", State: trail.Running, First: at, Start: at}}}
	if err := st.Commit(t.Context(), &store.Batch{Delta: d}); err != nil {
		t.Fatal(err)
	}
	if o := ask(t, s, "/api/v1/guests/new"); o["guest"].(object)["id"] != "u@kvm1" {
		t.Errorf("a guest that has just come: %v", o)
	}
}

// TestHostileName: it stays text, and leads back to its guest.
func TestHostileName(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	o := ask(t, s, "/api/v1/guests/"+url.PathEscape(hostile))
	if o["guest"].(object)["name"] != hostile || o["guest"].(object)["uuid"] != hostileUUID {
		t.Errorf("a guest with a hostile name: %v", o["guest"])
	}
	if w := get(s, "/api/v1/guests/"+url.PathEscape("<b>"+hostile)); strings.Contains(w.Body.String(), "<") {
		t.Errorf("a problem has a <: %s", w.Body)
	}
}
