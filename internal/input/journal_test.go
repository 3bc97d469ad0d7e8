package input

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

// testTypeName knows the types in testdata.
func testTypeName(n uint16) string {
	switch n {
	case 1334:
		return "BPF"
	case 1300:
		return "SYSCALL"
	case 1327:
		return "PROCTITLE"
	case 2500:
		return "VIRT_CONTROL"
	case 2501:
		return "VIRT_RESOURCE"
	case 2502:
		return "VIRT_MACHINE_ID"
	}
	return "?"
}

// export writes entries in the export format: FIELD=VALUE each, an empty
// string between entries. What has a newline is written as binary.
func export(fields ...string) string {
	var b strings.Builder
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		if strings.Contains(value, "\n") {
			b.WriteString(binaryField(name, value))
		} else {
			b.WriteString(f + "\n")
		}
	}
	return b.String() + "\n"
}

// An audit entry that lacks nothing, as the fields of export.
var auditEntry = []string{
	"__CURSOR=s=1", "_TRANSPORT=audit", "_AUDIT_TYPE=2500", "_AUDIT_TYPE_NAME=VIRT_CONTROL",
	"_AUDIT_ID=31", "_SOURCE_REALTIME_TIMESTAMP=1363099126043000", "_HOSTNAME=h1",
	"MESSAGE=VIRT_CONTROL pid=1 msg='op=start'",
}

const auditEntryLine = "node=h1 type=VIRT_CONTROL msg=audit(1363099126.043:31): pid=1 msg='op=start'\n"

// readExport converts an export and gives the lines and the error.
func readExport(t testing.TB, content string) (string, error) {
	t.Helper()
	return readAll(t, &Source{Name: "f", stdin: strings.NewReader(content), typeName: testTypeName})
}

// testdata/journal.export was written by journalctl 252 from a journal that
// holds the records of real guests, in the form in which journald and the
// kernel's log give them, among other entries. journal.log is what auditd wrote
// of the same records, without enrichment and with node=.
func TestJournalExportGivesTheAuditLog(t *testing.T) {
	content, err := os.ReadFile("testdata/journal.export")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/journal.log")
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{
		"whole":     bytes.NewReader(content),
		"by byte":   iotest.OneByteReader(bytes.NewReader(content)),
		"gzip":      bytes.NewReader(pack(t, "gzip", string(content))),
		"data, EOF": iotest.DataErrReader(bytes.NewReader(content)),
	} {
		got, err := readAll(t, &Source{Name: "f", stdin: r, typeName: testTypeName})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		compareLines(t, name, got, string(want))
	}
}

func compareLines(t *testing.T, name, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("%s: line %d\ngot  %q\nwant %q", name, i+1, g[i], w[i])
			return
		}
	}
	if len(g) != len(w) {
		t.Errorf("%s: %d lines, want %d", name, len(g)-1, len(w)-1)
	}
}

func TestJournalProblemsAreToldAtTheEnd(t *testing.T) {
	good := export(auditEntry...)
	noID := export("_TRANSPORT=audit", "_AUDIT_TYPE=2500", "_SOURCE_REALTIME_TIMESTAMP=1", "MESSAGE=X y")
	long := export(append([]string{"__CURSOR=a", "MESSAGE=" + strings.Repeat("x", maxField+1)}, auditEntry[1:7]...)...)
	tests := []struct {
		name, content, want string
	}{
		{"cut", good + good[:len(good)-9], "ends within an entry"},
		{"cut in a binary field", good + "MESSAGE\n\x09\x00\x00\x00\x00\x00\x00\x00abc", "ends within an entry"},
		{"incomplete", noID + good, "audit entries without serial, time, type or text: 1"},
		{"long", long + good, "audit entries with a field longer than 1 MiB: 1"},
		{"broken", "__CURSOR=a\nno field\n\nA=b\n" + good, "places not in the export format: 1"},
		{
			"several", "__CURSOR=a\nno field\n" + good + noID + "__CU",
			"places not in the export format: 1, audit entries without serial, time, type or text: 1, ends within an entry",
		},
	}
	for _, tt := range tests {
		got, err := readExport(t, tt.content)
		if err == nil || err.Error() != "f: journal export: "+tt.want {
			t.Errorf("%s: got error %v\nwant f: journal export: %s", tt.name, err, tt.want)
		}
		if got != auditEntryLine {
			t.Errorf("%s: got %.200q", tt.name, got)
		}
	}
}

func TestJournalInCutGzip(t *testing.T) {
	content, err := os.ReadFile("testdata/journal.export")
	if err != nil {
		t.Fatal(err)
	}
	packed := pack(t, "gzip", string(content))
	got, err := readExport(t, string(packed[:len(packed)-2000]))
	if err == nil || err.Error() != "f: gzip data is cut off: unexpected EOF" || len(got) < 1000 {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestJournalOfOthers(t *testing.T) {
	for _, message := range []string{"hello\nworld", strings.Repeat("x", maxField+1)} {
		got, err := readExport(t, export("__CURSOR=a", "_TRANSPORT=journal", "MESSAGE="+message))
		if got != "" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

func BenchmarkJournal(b *testing.B) {
	content, err := os.ReadFile("testdata/journal.export")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		text := &stream{r: bytes.NewReader(content)}
		if _, err := io.Copy(io.Discard, newJournalReader(text, "f", nil)); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzJournal(f *testing.F) {
	content, err := os.ReadFile("testdata/journal.export")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content[:3000])
	f.Add([]byte(export(auditEntry...)))
	f.Add([]byte("__CURSOR=a\n_TRANSPORT=kernel\nMESSAGE=audit: type=1 audit(1.2:3): x\n\n"))
	f.Add([]byte("_TRANSPORT\n\x05\x00\x00\x00\x00\x00\x00\x00audit\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		r := newJournalReader(readAhead(bytes.NewReader(content), nil), "f", nil)
		got, err := io.ReadAll(r)
		if err != nil && !strings.HasPrefix(err.Error(), "f: journal export: ") {
			t.Errorf("got %v", err)
		}
		if len(got) > len(content)+100 {
			t.Errorf("%d bytes from %d", len(got), len(content))
		}
		for l := range strings.Lines(string(got)) {
			if !strings.HasSuffix(l, "\n") || !strings.Contains(l, "type=") || !strings.Contains(l, "): ") {
				t.Errorf("not a record: %q", l)
			}
		}
	})
}
