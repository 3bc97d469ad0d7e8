package cli

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// keepAll keeps lines of a stream.
func keepAll(t testing.TB, l *lines, node string, texts ...string) {
	t.Helper()
	var r record.Record
	for _, text := range texts {
		line := []byte(text)
		if err := r.Parse(line); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		l.keep(node, &r, line)
		clear(line) // it is the caller's again
	}
}

func stamp(millis int64, serial uint64) trail.Moment {
	return trail.Moment{Millis: millis, Serial: serial}
}

func TestLines(t *testing.T) {
	line := func(serial int, text string) string {
		return fmt.Sprintf("type=ANOM_X msg=audit(1.000:%d): %s", serial, text)
	}
	var l lines
	keepAll(
		t, &l, "h1",
		line(3, "third"), line(1, "first"), line(1, "first, too"),
		"node=h2 "+line(1, "another host's"),
		line(1, "first"),                    // a copy
		line(1, "first")+"\x1dUID=\"root\"", // the same, enriched
		"node=h1 "+line(1, "first"),         // and with its host
		"type=ANOM_X msg=audit(2.000:1): the same serial later",
	)
	keepAll(t, &l, "h3", line(1, "of a third one"))
	for _, tc := range []struct {
		node string
		at   trail.Moment
		want []string
	}{
		{"h1", stamp(1000, 1), []string{line(1, "first"), line(1, "first, too")}},
		{"h1", stamp(1000, 3), []string{line(3, "third")}},
		{"h1", stamp(1000, 2), nil},
		{"h1", stamp(2000, 1), []string{"type=ANOM_X msg=audit(2.000:1): the same serial later"}},
		{"h2", stamp(1000, 1), []string{"node=h2 " + line(1, "another host's")}},
		{"h3", stamp(1000, 1), []string{line(1, "of a third one")}},
		{"h4", stamp(1000, 1), nil},
	} {
		if got, more := l.of(tc.node, tc.at); more != 0 || !slices.Equal(got, tc.want) {
			t.Errorf("%s %v: %q, want %q", tc.node, tc.at, got, tc.want)
		}
	}
	keepAll(t, &l, "h1", line(2, "late"))
	if got, _ := l.of("h1", stamp(1000, 2)); len(got) != 1 {
		t.Errorf("what is kept after the first question isn't found: %q", got)
	}
}

func TestLinesOfWantedHosts(t *testing.T) {
	l := lines{wanted: func(node string) bool { return node == "h2" }}
	const text = "type=ANOM_X msg=audit(1.000:1): x"
	keepAll(t, &l, "h1", text, text)
	if got, _ := l.of("h1", stamp(1000, 1)); len(l.blocks) > 0 || got != nil {
		t.Error("a line is kept that isn't wanted")
	}
	keepAll(t, &l, "h1", "node=h2 "+text)
	if got, _ := l.of("h2", stamp(1000, 1)); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

// TestLinesMemory: the lines take little more than their bytes, however many
// they are and however long one is.
func TestLinesMemory(t *testing.T) {
	var l lines
	pad := strings.Repeat("x", 500)
	size := 0
	for serial := range 5000 {
		text := fmt.Sprintf("type=ANOM_X msg=audit(1.000:%d): %s", serial, pad)
		if serial == 2500 {
			text += strings.Repeat("y", 2*lineBlock)
		}
		size += len(text)
		keepAll(t, &l, "", text)
	}
	total := 0
	for _, b := range l.blocks {
		total += cap(b)
	}
	if total > size+2*lineBlock {
		t.Errorf("%d bytes for %d", total, size)
	}
	for _, serial := range []uint64{0, 2499, 2500, 2501, 4999} {
		want := fmt.Sprintf("type=ANOM_X msg=audit(1.000:%d): x", serial)
		for line := range l.each("", stamp(1000, serial)) {
			if !strings.HasPrefix(string(line), want) {
				t.Errorf("line %d is %.80q", serial, line)
			}
			want = "no other"
		}
		if want != "no other" {
			t.Errorf("line %d is missing", serial)
		}
	}
}

// TestManyLines: of many lines of one stamp the first are given, and that there
// are more; all of them where all are needed.
func TestManyLines(t *testing.T) {
	const n = 20000
	var l lines
	for i := range n {
		keepAll(t, &l, "h", fmt.Sprintf("type=ANOM_X msg=audit(1.000:1): %d", i/2)) // each twice
	}
	for range n { // would take minutes if each were to go through all of them
		texts, more := l.of("h", stamp(1000, 1))
		if len(texts) != maxLines || more != n/2-maxLines || !strings.HasSuffix(texts[1], ": 1") {
			t.Fatalf("%q and %d more", texts, more)
		}
	}
	all := 0
	for range l.each("h", stamp(1000, 1)) {
		all++
	}
	if all != n/2 {
		t.Errorf("%d lines in all", all)
	}
}

// TestLongLines: however long lines are, no more is given than of usual ones.
func TestLongLines(t *testing.T) {
	var l lines
	pad := strings.Repeat("x", maxLinesSize/2-100)
	for i := range 4 {
		keepAll(t, &l, "h", fmt.Sprintf("type=ANOM_X msg=audit(1.000:1): %d %s", i, pad))
	}
	if texts, more := l.of("h", stamp(1000, 1)); len(texts) != 2 || more != 2 {
		t.Errorf("%d lines and %d more", len(texts), more)
	}
	keepAll(t, &l, "h", "type=ANOM_X msg=audit(1.000:2): "+strings.Repeat("x", maxLinesSize))
	if texts, more := l.of("h", stamp(1000, 2)); len(texts) != 0 || more != 1 {
		t.Errorf("%d lines and %d more", len(texts), more)
	}
}

// TestLinesAtOnce: several goroutines may be the first to ask.
func TestLinesAtOnce(t *testing.T) {
	var l lines
	for serial := range 1000 {
		keepAll(t, &l, "h", fmt.Sprintf("type=ANOM_X msg=audit(1.000:%d): x", 1000-serial))
	}
	var asking sync.WaitGroup
	for worker := range 4 {
		asking.Go(func() {
			for serial := worker + 1; serial <= 1000; serial += 4 {
				if texts, _ := l.of("h", stamp(1000, uint64(serial))); len(texts) != 1 {
					t.Errorf("%d lines of %d", len(texts), serial)
				}
			}
		})
	}
	asking.Wait()
}
