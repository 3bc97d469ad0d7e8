package follow

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// A position matches the text that it was made of, whatever came behind it, and
// no other; also in a stream that can't be sought.
func TestPositionMatch(t *testing.T) {
	text := readLogs(t)
	for _, at := range []int{1, 10, edge - 1, edge, edge + 1, 2*edge - 1, 2 * edge, 2*edge + 1, len(text) / 2, len(text)} {
		var e edges
		for from := 0; from < at; from += 700 {
			e.add(text[from:min(at, from+700)])
		}
		dir := t.TempDir()
		seg := openText(t, dir, text)
		seg.edges = e
		p, err := decodePosition(seg.position().encode())
		if err != nil {
			t.Fatal(err)
		}
		cut, tail, head := text[:at-1], bytes.Clone(text), bytes.Clone(text)
		tail[at-1] ^= 1
		head[0] ^= 1
		for name, test := range map[string]struct {
			text []byte
			is   bool
		}{"it": {text, true}, "no more": {text[:at], true}, "cut": {cut, false}, "tail": {tail, false}, "head": {head, false}, "empty": {nil, false}} {
			for _, r := range []io.Reader{bytes.NewReader(test.text), io.MultiReader(bytes.NewReader(test.text))} {
				got, is, err := p.match(r)
				if err != nil || is != test.is || is && !reflect.DeepEqual(got, e) {
					t.Errorf("at %d, %s by %T: %t, %v", at, name, r, is, err)
				}
			}
		}
	}
}

func openText(t *testing.T, dir string, text []byte) *segment {
	t.Helper()
	path := filepath.Join(dir, "audit.log")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := listLog(path)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	s, err := openSegment(all[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

func TestDecodePosition(t *testing.T) {
	hash := strings.Repeat("0", 2*hashSize)
	for text, want := range map[string]string{
		"":         "EOF",
		"null":     "version 0",
		`{"v":2}`:  "version 2",
		`{"v":1}`:  "incomplete",
		`{"x":1}`:  "unknown field",
		`{"v":1}{`: "more than one",
		`{"v":1,"at":-1,"head":"` + hash + `","tail":"` + hash + `"}`: "incomplete",
	} {
		if _, err := decodePosition([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// No stored position does harm, and one that can be read is written as it was.
func FuzzPosition(f *testing.F) {
	text := readLogs(f)[:5000]
	f.Add([]byte(`{"v":1,"dev":1,"ino":2,"at":300,"head":"00","tail":"00"}`))
	f.Add(position{Version: 1, At: 300, Head: hashOf(text[:300]), Tail: hashOf(text[:300])}.encode())
	f.Add(position{Version: 1, At: 1 << 60, Head: hashOf(text[:edge]), Tail: hashOf(nil)}.encode())
	f.Fuzz(func(t *testing.T, stored []byte) {
		p, err := decodePosition(stored)
		if err != nil {
			return
		}
		again, err := decodePosition(p.encode())
		if err != nil || again != p {
			t.Errorf("%+v, then %+v: %v", p, again, err)
		}
		for _, r := range []io.Reader{bytes.NewReader(text), io.MultiReader(bytes.NewReader(text))} {
			if e, is, _ := p.match(r); is && (e.at != p.At || p.At > int64(len(text))) {
				t.Errorf("%+v matches at %d", p, e.at)
			}
		}
	})
}

// A file that is cut and written anew while it is read gives no text, of which
// half is of the one and half of the other.
func TestCutWhileRead(t *testing.T) {
	text := readLogs(t)
	before, after := text[:20<<10], text[20<<10:50<<10]
	for _, at := range []int{0, 10, edge - 1, edge, 10 << 10} {
		var e edges
		e.add(before[:at])
		buf := make([]byte, 64<<10)
		got, err := e.behind(bytes.NewReader(before), buf)
		if err != nil || !bytes.Equal(got, before[at:]) {
			t.Errorf("at %d, not cut: %d bytes, %v", at, len(got), err)
		}
		got, err = e.behind(&cutReader{before: before, after: after}, buf)
		if !errors.Is(err, errChanged) {
			t.Errorf("at %d, cut: %d bytes, %v; want that it changed", at, len(got), err)
		}
	}
}

// A cutReader is a file that is cut, and written to again, in the middle of the
// first read.
type cutReader struct {
	before, after []byte
	cut           bool
}

func (c *cutReader) ReadAt(into []byte, at int64) (n int, err error) {
	if c.cut {
		return bytes.NewReader(c.after).ReadAt(into, at)
	}
	c.cut = true
	n = copy(into, c.before[at:])
	more, err := bytes.NewReader(c.after).ReadAt(into[n:], at+int64(n))
	return n + more, err
}
