package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/agent"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
)

// TestRebuildTellsItsRules: the store has by which rules and window its rows were
// derived last, as the service asks for that.
func TestRebuildTellsItsRules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trail.db")
	s, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(t.Context(), &store.Batch{State: agent.DerivedState(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := rebuild(t.Context(), Streams{Out: &out}, path, reconcile.Options{Window: time.Second}); err != nil {
		t.Fatal(err)
	}
	if s, err = store.OpenRead(path); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for key, want := range agent.DerivedState(time.Second) {
		if got, err := s.State(t.Context(), key); err != nil || string(got) != string(want) || !strings.HasSuffix(string(want), " 1s") {
			t.Errorf("%s: %q, want %q: %v", key, got, want, err)
		}
	}
}
