package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"
)

func TestOpenPlainFileIsTheFile(t *testing.T) {
	tree(t, "audit.log", line("1")+line("2"))
	sources, errs := Expand([]string{"audit.log"}, Options{})
	if len(sources) != 1 || errs != nil {
		t.Fatal(sources, errs)
	}
	r, err := sources[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, ok := r.(*os.File)
	if !ok {
		t.Fatalf("got a %T, want the file itself", r)
	}
	if pos, err := f.Seek(0, io.SeekCurrent); pos != 0 || err != nil {
		t.Errorf("it is at %d, %v", pos, err)
	}
	if sources[0].Size != int64(2*len(line("1"))) {
		t.Errorf("size %d", sources[0].Size)
	}
}

func TestOpenErrors(t *testing.T) {
	tree(t,
		"empty.log", "",
		"empty.gz", string(pack(t, "gzip", "")),
		"elf", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00",
		"bin.gz", string(pack(t, "gzip", "\x00\x01\x02\x03\nab\x05\x06")),
		"log.bz2", "BZh91AY&SY\xaa\xbb",
		"log.tar", strings.Repeat("\x00", 257)+"ustar\x0000"+line("1"),
		"log.tgz", string(pack(t, "gzip", strings.Repeat("\x00", 257)+"ustar  \x00"+line("1"))),
		"system.journal", "LPKSHHRH\x00\x00\x00\x00",
		"short.gz", "\x1f\x8b\x08",
	)
	const binary = "not an audit log (first line: "
	tests := []struct {
		name, want string
		is         error
	}{
		{"empty.log", "empty", ErrEmpty},
		{"empty.gz", "empty", ErrEmpty},
		{"elf", binary + `"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00>\x00")`, ErrForeign},
		{"bin.gz", binary + `"\x00\x01\x02\x03")`, ErrForeign},
		{"log.bz2", "compressed with bzip2, which is not supported (gzip, zstd and xz are)", nil},
		{"log.tar", "a tar archive; unpack it first", nil},
		{"log.tgz", "a tar archive; unpack it first", nil},
		{"system.journal", "a journal file; give the output of journalctl -o export --file for it", nil},
		{"short.gz", "gzip data is cut off: unexpected EOF", io.ErrUnexpectedEOF},
		{"/proc/self/mem", "input/output error", syscall.EIO},
		{"/dev/null", "empty", ErrEmpty},
	}
	for _, tt := range tests {
		sources, errs := Expand([]string{tt.name}, Options{})
		if len(sources) != 1 {
			t.Errorf("%s: %v %q", tt.name, sources, errs)
			continue
		}
		_, err := sources[0].Open()
		if err == nil || err.Error() != tt.name+": "+tt.want {
			t.Errorf("got  %v\nwant %s: %s", err, tt.name, tt.want)
		}
		if tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%v is not %v", err, tt.is)
		}
	}
}

// Text is never refused for what it does not have, as a record may come late.
func TestOpenDoubtfulText(t *testing.T) {
	for name, content := range map[string]string{
		"no record":         "Nov 22 12:00:00 h1 kernel: hello\n",
		"cut head":          "12:00\" AUID=\"unset\"\n" + line("1"),
		"no newline":        strings.TrimSuffix(line("1"), "\n"),
		"hole":              line("1") + strings.Repeat("\x00", 5000) + line("2"),
		"hole first":        strings.Repeat("\x00", 5000) + line("1"),
		"only a hole":       strings.Repeat("\x00", 100<<10),
		"record in garbage": "\x01\x02\x03\x04\x05\x06\n" + line("1"),
		"Latin-1":           "Gr\xfc\xdfe\n" + line("1"),
		"long line":         strings.Repeat("x", 3*maxHead) + "\n" + line("1"),
		"bz2 in text":       "type=1AY&SY\n",
	} {
		r, err := source(t, []byte(content))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := io.ReadAll(r)
		if string(got) != content || err != nil {
			t.Errorf("%s: got %d bytes of %d, %v", name, len(got), len(content), err)
		}
	}
}

func TestNotAudit(t *testing.T) {
	s := &Source{Name: "messages", stdin: strings.NewReader(strings.Repeat("Hello, world! ", 10) + "\nx")}
	if _, err := readAll(t, s); err != nil {
		t.Fatal(err)
	}
	err := s.NotAudit()
	want := `messages: not an audit log (first line: "Hello, world! Hello, world! Hello, world! Hello, world! Hell")`
	if err.Error() != want || !errors.Is(err, ErrForeign) {
		t.Errorf("got %v", err)
	}
}

func TestReadErrorsNameTheSource(t *testing.T) {
	broken := errors.New("broken pipe")
	for _, content := range []string{line("1"), string(pack(t, "gzip", line("1")))} {
		half := content[:len(content)-1]
		s := &Source{Name: "f", stdin: io.MultiReader(strings.NewReader(half), iotest.ErrReader(broken))}
		text, err := readAll(t, s)
		if err == nil || err.Error() != "f: broken pipe" || !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if !strings.HasPrefix(text, "type=TEST") {
			t.Errorf("what came before is lost: %q", text)
		}
	}
	s := &Source{Name: "f", stdin: iotest.ErrReader(broken)}
	if _, err := s.Open(); err == nil || err.Error() != "f: broken pipe" {
		t.Errorf("got %v", err)
	}
}

func TestOpenPipe(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	sources, errs := Expand([]string{"h1=pipe"}, Options{})
	if len(sources) != 1 || sources[0].Size != -1 {
		t.Fatal(sources, errs)
	}
	go func() {
		w, err := os.OpenFile("pipe", os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer w.Close()
		for _, part := range []string{line("1")[:9], line("1")[9:], line("2")} {
			io.WriteString(w, part)
			time.Sleep(time.Millisecond)
		}
	}()
	if text, err := readAll(t, sources[0]); text != line("1")+line("2") || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
}

// What a shell gives for <(command).
func TestOpenProcessSubstitution(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		io.WriteString(w, line("1"))
		w.Close()
	}()
	sources, errs := Expand([]string{fmt.Sprintf("/dev/fd/%d", r.Fd())}, Options{})
	if len(sources) != 1 {
		t.Fatal(errs)
	}
	if text, err := readAll(t, sources[0]); text != line("1") || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
}

// What ausearch --raw prints is read as it is.
func TestOpenAusearchRaw(t *testing.T) {
	if _, err := exec.LookPath("ausearch"); err != nil {
		t.Skip("needs ausearch, of the package auditd")
	}
	raw, err := exec.Command("ausearch", "--raw", "-if", "testdata/journal.log").Output()
	if err != nil {
		t.Fatal(err)
	}
	sources, errs := Expand([]string{"-"}, Options{Stdin: bytes.NewReader(raw)})
	if len(sources) != 1 {
		t.Fatal(errs)
	}
	text, err := readAll(t, sources[0])
	if text != string(raw) || strings.Count(text, "type=VIRT_") < 40 || err != nil {
		t.Errorf("got %d bytes of %d, %v", len(text), len(raw), err)
	}
}

// The first line is there as soon as it has been written.
func TestOpenDoesNotWaitForMore(t *testing.T) {
	r, w := io.Pipe()
	s := &Source{Name: "f", stdin: r}
	go io.WriteString(w, line("1"))
	text, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1000)
	if n, err := text.Read(buf); string(buf[:n]) != line("1") || err != nil {
		t.Errorf("got %q, %v", buf[:n], err)
	}
	w.Close()
}

func TestSourceClose(t *testing.T) {
	tree(t, "audit.log", line("1"))
	sources, _ := Expand([]string{"audit.log"}, Options{})
	f := sources[0].file
	if err := sources[0].Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.Stat(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the file is still open: %v", err)
	}
	if err := sources[0].Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

func TestFailedOpenLeavesNothingOpen(t *testing.T) {
	tree(t, "a.log", "", "b.log", "\x7fELF\x01\x02\x03\x04")
	before := openFiles(t)
	sources, _ := Expand([]string{"."}, Options{})
	for _, s := range sources {
		if _, err := s.Open(); err == nil {
			t.Errorf("%s opened", s.Name)
		}
	}
	if after := openFiles(t); after != before {
		t.Errorf("%d files are open, %d were", after, before)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	names, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func TestEmptyStdin(t *testing.T) {
	sources, _ := Expand([]string{"-"}, Options{Stdin: bytes.NewReader(nil)})
	if _, err := sources[0].Open(); err == nil || err.Error() != "standard input: empty" {
		t.Errorf("got %v", err)
	}
}
