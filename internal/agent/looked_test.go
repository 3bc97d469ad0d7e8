package agent

import (
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/web"
	"github.com/virtaudit/virtaudit/internal/witness"
)

// TestLooked: what a sweep didn't tell of was unchanged when it began, not when it
// ended.
func TestLooked(t *testing.T) {
	swept := time.UnixMilli(1795395600_000)
	if src := watcherStatus(witness.Status{Swept: swept, Took: 30 * time.Second}, &web.Status{}); !src.Looked.Equal(swept.Add(-30 * time.Second)) {
		t.Errorf("it looked at %v", src.Looked)
	}
	if src := watcherStatus(witness.Status{}, &web.Status{}); !src.Looked.IsZero() {
		t.Errorf("before its first sweep it looked at %v", src.Looked)
	}
}
