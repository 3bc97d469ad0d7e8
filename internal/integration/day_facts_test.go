//go:build linux

package integration

import (
	"bytes"
	"iter"
	"os"
	"regexp"
	"testing"

	"github.com/virtaudit/virtaudit/internal/demo"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/record"
)

// demoFacts is where the demonstration's facts are.
const demoFacts = "../demo/facts.jsonl.gz"

// kernel is what auditd says of the host's kernel when it starts.
var kernel = regexp.MustCompile(` kernel=\S+`)

// neutral gives a store's facts without what is this host's own.
func neutral(facts iter.Seq2[*fact.Fact, error]) iter.Seq2[*fact.Fact, error] {
	return func(yield func(*fact.Fact, error) bool) {
		for f, err := range facts {
			if err == nil && f.Type == record.DaemonStart {
				f.Text = kernel.ReplaceAll(f.Text, []byte(" kernel=6.1.0-amd64"))
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// writeFacts makes the day's facts those of the demonstration.
func (d *day) writeFacts(t *testing.T) {
	t.Helper()
	s, err := store.OpenRead(d.service.path("trail.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b bytes.Buffer
	if err := demo.Encode(&b, neutral(s.Facts(t.Context(), 0))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(demoFacts, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
