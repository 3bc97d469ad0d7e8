package input

import (
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

// binaryField writes a field in the form for any bytes.
func binaryField(name, value string) string {
	return name + "\n" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(value)))) + value + "\n"
}

// messages reads all entries and gives what their MESSAGE holds.
func messages(r *exportReader) ([]string, error) {
	var all []string
	for {
		e, err := r.next()
		if err != nil {
			return all, err
		}
		all = append(all, string(e[fieldMessage]))
	}
}

func exportOf(content string) *exportReader {
	return newExportReader(readAhead(strings.NewReader(content), nil))
}

func TestExportReader(t *testing.T) {
	long := strings.Repeat("x", 2*maxHead)
	tests := []struct {
		name, content, want string
	}{
		{"text", "__CURSOR=a\nMESSAGE=one\n\n__CURSOR=b\nMESSAGE=two\n\n", "one|two"},
		{"binary", "MESSAGE\n\x03\x00\x00\x00\x00\x00\x00\x00a\n\n\n\nMESSAGE=two\n\n", "a\n\n|two"},
		{"empty values", "MESSAGE=\n\nMESSAGE\n\x00\x00\x00\x00\x00\x00\x00\x00\n\nMESSAGE=x\n\n", "||x"},
		{"empty lines", "\n\nMESSAGE=one\n\n\n\nMESSAGE=two\n\n\n", "one|two"},
		{"no empty line at the end", "MESSAGE=one\n\nMESSAGE=two\n", "one|two"},
		{"equals signs", "MESSAGE=a=b=\n\n", "a=b="},
		{"the last of two", "MESSAGE=one\nMESSAGE=two\n" + binaryField("MESSAGE", "three") + "\n", "three"},
		{"nothing of the entry before", "MESSAGE=one\n\nOTHER=x\n\n", "one|"},
		{"fields that are not needed", "A=" + long + "\n" + binaryField("B", long) + "MESSAGE=one\n\n", "one"},
		{"long ones", "MESSAGE=" + long + "\n\n" + binaryField("MESSAGE", long) + "\n", long + "|" + long},
		{"begins within an entry", "lf a line\nA=b\n\n__CURSOR=a\nMESSAGE=one\n\n", "one"},
		{"begins within a value", long + "\x00\n__CURSOR=a\nMESSAGE=one\n\n", "one"},
		{"begins after a cursor", "_TRANSPORT=x\nMESSAGE=one\n\n", "one"},
	}
	for _, tt := range tests {
		r := exportOf(tt.content)
		got, err := messages(r)
		if strings.Join(got, "|") != tt.want || !errors.Is(err, io.EOF) {
			t.Errorf("%s: got %.200q, %v, want %.200q", tt.name, got, err, tt.want)
		}
		if r.broken+r.long != 0 || r.cut {
			t.Errorf("%s: broken %d, long %d, cut %v", tt.name, r.broken, r.long, r.cut)
		}
	}
}

func TestExportReaderGoesOnAtTheNextEntry(t *testing.T) {
	const next = "MESSAGE=lost\n\n__CURSOR=b\nMESSAGE=next\n\n"
	for name, broken := range map[string]string{
		"no field":         "hello world\n",
		"lower case":       "message=x\n",
		"no name":          "=x\n",
		"long name":        strings.Repeat("X", maxFieldName+1) + "=x\n",
		"endless name":     strings.Repeat("X", 3*maxHead) + "\n",
		"huge length":      "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7f\n",
		"wrong length":     "MESSAGE\n\x02\x00\x00\x00\x00\x00\x00\x00abc\n",
		"no length at all": "MESSAGE\nno length\n",
	} {
		r := exportOf("MESSAGE=first\n\n__CURSOR=a\n" + broken + next)
		got, err := messages(r)
		if strings.Join(got, "|") != "first|next" || !errors.Is(err, io.EOF) || r.broken != 1 {
			t.Errorf("%s: got %.100q, %v, broken %d", name, got, err, r.broken)
		}
	}
}

func TestExportReaderCut(t *testing.T) {
	for _, content := range []string{
		"MESSAGE=first\n\nMESSAGE=sec",
		"MESSAGE=first\n\nMESSAGE\n\x01\x00",
		"MESSAGE=first\n\nMESSAGE\n\x05\x00\x00\x00\x00\x00\x00\x00abc",
		"MESSAGE=first\n\nMESSAGE\n\x03\x00\x00\x00\x00\x00\x00\x00abc",
		"MESSAGE=first\n\nMESSAGE=" + strings.Repeat("x", 2*maxHead),
	} {
		r := exportOf(content)
		got, err := messages(r)
		if strings.Join(got, "|") != "first" || !errors.Is(err, io.EOF) || !r.cut {
			t.Errorf("%.50q: got %q, %v, cut %v", content, got, err, r.cut)
		}
	}
}

// A field that is too long costs no memory, and only its own entry.
func TestExportReaderIsBounded(t *testing.T) {
	huge := strings.Repeat("x", 16<<20)
	for name, content := range map[string]string{
		"text":   "MESSAGE=" + huge + "\n",
		"binary": binaryField("MESSAGE", huge),
	} {
		r := exportOf(content + "_TRANSPORT=audit\n\nMESSAGE=next\n\n")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := messages(r)
		runtime.ReadMemStats(&after)
		if strings.Join(got, "|") != "next" || !errors.Is(err, io.EOF) || r.long != 1 {
			t.Errorf("%s: got %.100q, %v, long %d", name, got, err, r.long)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 6<<20 {
			t.Errorf("%s: %d KiB of memory", name, used>>10)
		}
	}
}

func TestIsExport(t *testing.T) {
	for s, want := range map[string]bool{
		"__CURSOR=s=1\n":                    true,
		"__REALTIME_TIMESTAMP=1\n":          true,
		"_TRANSPORT=audit\n":                true,
		"A=b\n_BOOT_ID=x\n":                 true,
		"half a line\n\n__CURSOR=s=1\n":     true,
		"":                                  false,
		line("1"):                           false,
		"UID=\"root\" AUID=\"unset\"\n":     false,
		line("vm=\"__CURSOR=a _TRANSPORT="): false,
	} {
		if isExport([]byte(s)) != want {
			t.Errorf("isExport(%q) = %v", s, !want)
		}
	}
}
