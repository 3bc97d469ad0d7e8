package loggen

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// part is a file that Split writes.
type part struct {
	bytes.Buffer
	name   string
	closed bool
}

func (p *part) Close() error {
	p.closed = true
	return nil
}

func split(t *testing.T, log []byte, files int) (names []string, parts [][]byte) {
	t.Helper()
	var made []*part
	err := Split(bytes.NewReader(log), int64(len(log)), files, func(name string) (io.WriteCloser, error) {
		made = append(made, &part{name: name})
		return made[len(made)-1], nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range made {
		if !p.closed {
			t.Errorf("%s is left open", p.name)
		}
		names, parts = append(names, p.name), append(parts, p.Bytes())
	}
	return names, parts
}

func TestSplit(t *testing.T) {
	log, _, _ := generate(t, Config{Size: 1 << 20})
	names, parts := split(t, log, 5)
	want := []string{"audit.log.4", "audit.log.3", "audit.log.2", "audit.log.1", "audit.log"}
	if !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	for i, text := range parts {
		if len(text) < 1<<20/6 || text[len(text)-1] != '\n' {
			t.Errorf("%s: %d bytes, or cut in a line", names[i], len(text))
		}
	}
	if !bytes.Equal(slices.Concat(parts...), log) {
		t.Error("the parts are not the log")
	}
}

func TestSplitOfFewLines(t *testing.T) {
	text := strings.Repeat("x", 3<<20) + "\nlast, without newline"
	_, parts := split(t, []byte(text), 3)
	for i, want := range []int{3<<20 + 1, 21, 0} {
		if len(parts[i]) != want {
			t.Errorf("part %d has %d bytes, want %d", i, len(parts[i]), want)
		}
	}
}

// fullFile can be made but not written.
type fullFile struct{ failingWriter }

func (*fullFile) Close() error { return nil }

func TestSplitReportsErrors(t *testing.T) {
	err := Split(strings.NewReader("x\n"), 2, 1, func(string) (io.WriteCloser, error) { return &fullFile{}, nil })
	if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "audit.log") {
		t.Errorf("writing: %v", err)
	}
	err = Split(strings.NewReader("x\n"), 2, 1, func(string) (io.WriteCloser, error) { return nil, errFull })
	if !errors.Is(err, errFull) {
		t.Errorf("creating: %v", err)
	}
}
