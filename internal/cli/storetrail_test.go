package cli

import (
	"bufio"
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestStoredTrailInParts: in however small parts a store is read, and whatever
// passes, it is what passes of the whole.
func TestStoredTrailInParts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trail.db")
	if err := keepLog("../../testdata/demo/audit.log", file, "kvm1"); err != nil {
		t.Fatal(err)
	}
	s, err := store.OpenRead(file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first, last, err := s.Recorded(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	third := (last.Millis - first.Millis) / 3
	var web trail.Filter
	if err := web.AddGuest("*b*"); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]trail.Filter{
		"all": {}, "guest": web, "resource": {Resource: &trail.Resource{Kind: "disk"}},
		"time":  {Since: time.UnixMilli(first.Millis + third), Until: time.UnixMilli(last.Millis - third)},
		"since": {Since: time.UnixMilli(last.Millis - third)},
	} {
		want := written(t, s, &f, &trail.Filter{}, 100_000)
		if got := written(t, s, &f, &f, 30); got != want {
			t.Errorf("%s: in parts it is\n%s\nwant\n%s", name, got, want)
		}
		if len(want) == 0 {
			t.Errorf("%s: nothing passes", name)
		}
	}
}

// written writes what passes a filter of what is read by another.
func written(t *testing.T, s *store.Store, passes, read *trail.Filter, part int) string {
	t.Helper()
	from := newStoredTrail(t.Context(), s)
	from.part = part
	sessions, err := from.sessions(read)
	events, err2 := from.events(read)
	findings, err3 := from.findings(read)
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	var o report.Options
	err = errors.Join(err, err2, err3,
		report.Sessions(w, report.JSONL, passing(sessions, passes.Session), o),
		report.Events(w, report.JSONL, passing(events, passes.Event), o),
		report.Findings(w, report.JSONL, passing(findings, passes.Finding), o), w.Flush())
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}
