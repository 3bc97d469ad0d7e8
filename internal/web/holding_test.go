package web

import (
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestHoldersAt: at any moment the list is what the trail says, each as certain.
func TestHoldersAt(t *testing.T) {
	st := demo(t)
	s := newServer(t, testConfig(st))
	sessions := whole(t, st)
	ends, err := st.LastSeen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	spans, err := st.Unwatched(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"rng", "disk", "net", "chardev", "net-open"} {
		claims := trail.Who(sessions, trail.Resource{Kind: kind})
		for ms := int64(1795395180000); ms < testNow.UnixMilli(); ms += 20011 {
			at := time.UnixMilli(ms).UTC()
			holders := trail.HoldersAt(claims, at, at, ends)
			trail.MarkUnwatched(holders, at, at, spans)
			var want, got []string
			for _, h := range holders {
				want = append(want, h.Session.UUID+h.Resource.String()+h.Certainty.String()+h.Doubt.String())
			}
			for _, h := range items(ask(t, s, "/api/v1/holdings?limit=1000&kind="+kind+"&at="+at.Format(rfc3339))) {
				r := trail.Resource{Kind: h["kind"].(string), ID: h["id"].(string)}
				if h["sub"] != nil {
					r.Sub = h["sub"].(string)
				}
				doubt, _ := h["doubt"].(string)
				got = append(got, h["uuid"].(string)+meantResource(r).String()+h["certainty"].(string)+doubt)
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%s at %s:\n%q\nwant\n%q", kind, at, got, want)
			}
		}
	}
}

func meantResource(r trail.Resource) trail.Resource {
	return trail.Resource{Kind: meant(r.Kind), ID: meant(r.ID), Sub: meant(r.Sub)}
}

// whole gives all sessions with all that they hold.
func whole(t *testing.T, st *store.Store) []*trail.Session {
	t.Helper()
	all, next, err := st.Sessions(t.Context(), store.SessionQuery{Whole: true, Page: store.Page{Limit: 1000}})
	if err != nil || next != "" {
		t.Fatal(next, err)
	}
	return all
}

// TestResourceText: what search gives for a resource is understood as it.
func TestResourceText(t *testing.T) {
	for _, want := range []trail.Resource{
		{Kind: "rng", ID: "/dev/hwrng"},
		{Kind: "dev", ID: "0000:3b:00.1", Sub: "pci"},
		{Kind: "disk", ID: "/a:b c"},
		{Kind: "net", ID: "52:54:00:5a:10:01"},
		{Kind: "file", ID: "/x"},
	} {
		r, err := trail.ParseResource(resourceText(want))
		if err != nil || !r.Matches(want) {
			t.Errorf("%v is %q, read as %v: %v", want, resourceText(want), r, err)
		}
	}
}
