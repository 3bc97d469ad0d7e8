package store

import (
	"os"
	"testing"
	"time"
)

// TestBackfill: what was committed comes into the file beside who writes, and what
// is committed meanwhile is all there.
func TestBackfill(t *testing.T) {
	s := openTemp(t)
	b, err := newBackfiller(s.Path(), time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	size := func() int64 {
		info, err := os.Stat(s.Path())
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before, l := size(), newLife(10)
	commit(t, s, l.batch(1000))
	if after := size(); after != before {
		t.Fatalf("a commit wrote to the file itself: %d bytes, %d before", after, before)
	}
	b.wrote()
	for end := time.Now().Add(10 * time.Second); size() == before; commit(t, s, l.batch(100)) {
		if b.wrote(); time.Now().After(end) {
			t.Fatal("nothing was moved into the file")
		}
	}
	if err := b.close(); err != nil {
		t.Fatal(err)
	}
	want := int(s.NextSeq() - 1)
	if n := countFacts(t, s); n != want {
		t.Errorf("%d facts are there of %d", n, want)
	}
}
