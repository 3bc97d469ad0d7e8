package record

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the vectors' JSON anew")

// parseVector reads a line of the vectors, or a text of the kernel's multicast
// group with its type's number before it.
func parseVector(r *Record, line []byte) error {
	if number, text, ok := bytes.Cut(line, []byte(" audit(")); ok && !bytes.Contains(number, []byte("type=")) {
		if t, ok := parseType(number); ok {
			return r.ParseKernel(t, append([]byte("audit("), text...))
		}
	}
	return r.Parse(line)
}

// Each line of the vectors comes out as it went in, and means what the JSON
// file beside it says.
func TestVectors(t *testing.T) {
	files, _ := filepath.Glob("../testdata/vectors/*.log")
	if len(files) == 0 {
		t.Fatal("no vectors")
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".log"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			compareJSON(t, strings.TrimSuffix(name, ".log")+".json", decodeVectors(t, data))
		})
	}
}

func decodeVectors(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	for line := range bytes.Lines(data) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		var r Record
		if err := parseVector(&r, line); err != nil {
			t.Errorf("%v: %q", err, line)
			continue
		}
		got := r.Append(nil)
		if r.form == kernelForm {
			line = line[bytes.Index(line, []byte("audit(")):]
		}
		if !bytes.Equal(got, line) {
			t.Errorf("append:\n got %q\nwant %q", got, line)
		}
		rebuilt(t, &r)
		b, err := json.MarshalIndent(&r, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(b, '\n'))
	}
	return out.Bytes()
}

// rebuilt shows that the values alone make the same text again: a record
// built from them has the sender's bytes.
func rebuilt(t *testing.T, r *Record) {
	t.Helper()
	if r.Kind == nil || r.Marks&^Colon != 0 || r.Kind.Name == "control-docker" {
		return
	}
	for i, f := range r.Fields(Message) {
		if i >= len(r.Kind.Fields) || f.Name() != r.Kind.Fields[i].Name || oddlyWritten(f) {
			return
		}
	}
	var b Record
	b.Begin(r.Kind)
	for _, f := range r.Fields(Message) {
		if f.Missing() {
			continue
		}
		if n, ok := f.Uint(); ok && (f.Encoding() == Integer || f.Encoding() == HexInteger) {
			_ = b.SetUint(f.Name(), n)
			continue
		}
		if err := b.Set(f.Name(), f.String()); err != nil {
			t.Errorf("%v", err)
		}
	}
	if got, want := b.AppendMessage(nil), r.AppendMessage(nil); !bytes.Equal(got, want) {
		t.Errorf("rebuilt from its values:\n got %q\nwant %q", got, want)
	}
}

// oddlyWritten tells whether another than libaudit or today's libvirt wrote the
// value: in quotes though it holds a blank, raw though it holds a control
// byte, or bare as libvirt before 2013.
func oddlyWritten(f Field) bool {
	value := []byte(f.String())
	switch f.Encoding() {
	case Encoded:
		return f.at == plain || f.at == quoted && NeedsEncoding(value)
	case Raw:
		return f.at == plain && rawNeedsHex(value)
	}
	return false
}

func compareJSON(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what the lines decode to; look at it with -update and git diff", name)
	}
}

// Every row of the catalogue has a line among the vectors.
func TestCatalogueHasVectors(t *testing.T) {
	seen := map[string]int{}
	for _, line := range vectorLines(t) {
		var r Record
		if parseVector(&r, line) == nil && r.Kind != nil {
			seen[r.Kind.Name]++
		}
	}
	for _, k := range Kinds() {
		if seen[k.Name] == 0 {
			t.Errorf("no vector for %s: add a real line to testdata/vectors/%s.log", k.Name, k.Name)
		}
	}
}

// The logs beside a checkout, where there are any, hold no line that doesn't
// come out as it went in.
func TestRealLogs(t *testing.T) {
	files, _ := filepath.Glob("../testdata/demo/*.log")
	for _, pattern := range []string{"../../shared/logs/*.log", "../../shared/cases/*.log"} {
		more, _ := filepath.Glob(pattern)
		files = append(files, more...)
	}
	virt := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			var r Record
			if err := r.Parse(line); err != nil {
				t.Errorf("%s: %v: %q", name, err, line)
				continue
			}
			if !bytes.Equal(r.Append(nil), line) {
				t.Errorf("%s: append gives %q\nfor %q", name, r.Append(nil), line)
			}
			if r.Type.Virt() {
				virt++
				rebuilt(t, &r)
			}
		}
	}
	t.Logf("%d VIRT lines of %d files", virt, len(files))
}
