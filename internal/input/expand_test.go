package input

import (
	"errors"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestExpand(t *testing.T) {
	tree(t,
		"d/audit.log", "x", "d/audit.log.1", "x", "d/audit.log.2", "x", "d/audit.log.10", "x",
		"d/remote.log", "x", "d/remote.log.1", "x",
		"d/README", "x", "d/.audit.log.swp", "x", "d/sub/audit.log", "x",
		"e/audit.log", "x",
		"none/README", "x",
		"a=b", "x",
		"h1=f/g", "x",
		"plain", "x",
	)
	if err := syscall.Mkfifo("d/pipe.log", 0o600); err != nil {
		t.Fatal(err)
	}
	logs := "d/audit.log.10 d/audit.log.2 d/audit.log.1 d/audit.log d/remote.log.1 d/remote.log"
	tests := []struct {
		args, want string
	}{
		{"plain", "plain"},
		{"d", logs},
		{"d/audit.log d/audit.log.1 d/audit.log.10 d/audit.log.2", "d/audit.log.10 d/audit.log.2 d/audit.log.1 d/audit.log"},
		{"d/remote.log plain e d/remote.log.1", "d/remote.log.1 d/remote.log plain e/audit.log"},
		{"d/../d/audit.log d/audit.log.1", "d/audit.log.1 d/../d/audit.log"},
		{"h2=e h1=plain", "h2=e/audit.log h1=plain"},
		{"h2=d/audit.log h1=d/audit.log.1", "h2=d/audit.log h1=d/audit.log.1"},
		{"a=b", "a=b"},
		{"h1=f/g", "h1=f/g"},
		{"d/pipe.log", "d/pipe.log"},
		{"- plain", "standard input plain"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			names, errs := expand(t, strings.Fields(tt.args)...)
			if got := strings.Join(names, " "); got != tt.want || errs != nil {
				t.Errorf("got  %s %q\nwant %s", got, errs, tt.want)
			}
		})
	}
}

func TestExpandErrors(t *testing.T) {
	tree(t, "plain", "x", "none/README", "x", "d/audit.log", "x")
	if err := os.Symlink("nowhere", "d/audit.log.1"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		arg, want string
	}{
		{"missing", "missing: no such file or directory"},
		{"plain/audit.log", "plain/audit.log: not a directory"},
		{"h1=missing", "missing: no such file or directory"},
		{"-h=plain", "-h=plain: no such file or directory"},
		{"h1=", "h1=: no path after the node's name"},
		{"none", "none: no logs in this directory (they are called NAME.log, NAME.log.N, NAME.log-DATE)"},
		{"d", "d/audit.log.1: no such file or directory"},
	}
	for _, tt := range tests {
		names, errs := expand(t, tt.arg, "plain")
		if len(errs) != 1 || errs[0] != tt.want {
			t.Errorf("%s: got %q, want %q", tt.arg, errs, tt.want)
		}
		if len(names) == 0 || names[len(names)-1] != "plain" {
			t.Errorf("%s: the file after it is lost: %v", tt.arg, names)
		}
	}
}

func TestExpandDuplicates(t *testing.T) {
	tree(t, "d/audit.log", "x", "d/audit.log.1", "x", "d/audit.log.2", "x")
	for _, link := range []func(old, new string) error{os.Link, os.Symlink} {
		if err := link("d/audit.log", "again"); err != nil {
			t.Fatal(err)
		}
		names, errs := expand(t, "again", "d")
		if got := strings.Join(names, " "); got != "again d/audit.log.2 d/audit.log.1" {
			t.Errorf("got %s", got)
		}
		want := []string{"d/audit.log: given more than once, read once: it is the same file as again"}
		if !slices.Equal(errs, want) {
			t.Errorf("got %q, want %q", errs, want)
		}
		os.Remove("again")
	}
	names, errs := expand(t, "d/audit.log", "d", "d/audit.log.1")
	if got := strings.Join(names, " "); got != "d/audit.log.2 d/audit.log.1 d/audit.log" || len(errs) != 2 {
		t.Errorf("got %s %q", got, errs)
	}
	sources, failed := Expand([]string{"-", "h1=-"}, Options{Stdin: strings.NewReader("x")})
	if len(sources) != 1 || len(failed) != 1 || !errors.Is(failed[0], ErrDuplicate) {
		t.Errorf("standard input twice: %v %q", sources, failed)
	}
}

func TestExpandStdin(t *testing.T) {
	tree(t, "audit.log", line("1"))
	f, err := os.Open("audit.log")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sources, errs := Expand([]string{"h1=-", "audit.log"}, Options{Stdin: f})
	if len(sources) != 1 || len(errs) != 1 || !errors.Is(errs[0], ErrDuplicate) {
		t.Fatalf("a file on standard input and by name: %v %q", sources, errs)
	}
	s := sources[0]
	if s.Name != "standard input" || s.Node != "h1" || s.Size != int64(len(line("1"))) {
		t.Errorf("got %+v", s)
	}
	if text, err := readAll(t, s); text != line("1") || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestIsHost(t *testing.T) {
	for _, s := range []string{"h1", "kvm-1.example.org", "192.0.2.1", "2001:db8::1", "::1", "a_b"} {
		if !isHost(s) {
			t.Errorf("isHost(%q) = false", s)
		}
	}
	for _, s := range []string{"", "-h", ".h", "a/b", "a b", "a=b", "a\nb", "hé", strings.Repeat("h", 256)} {
		if isHost(s) {
			t.Errorf("isHost(%q) = true", s)
		}
	}
}

func TestExpandUnreadable(t *testing.T) {
	tree(t, "d/audit.log", "x", "d/audit.log.1", "x", "closed/audit.log", "x")
	for path, mode := range map[string]os.FileMode{"d/audit.log.1": 0o600, "closed": 0o700, ".": 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t, func() {
		names, errs := expand(t, "d", "closed", "closed/audit.log")
		const hint = ": permission denied (run as root or as a member of the log's group)"
		want := []string{"d/audit.log.1" + hint, "closed" + hint, "closed/audit.log" + hint}
		if !slices.Equal(names, []string{"d/audit.log"}) || !slices.Equal(errs, want) {
			t.Errorf("got %q %q, want %q", names, errs, want)
		}
	})
}

// asNobody runs f on a thread that may read as the user nobody only.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to become a user who may not read")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never back: the thread ends with its user
		syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0)
		f()
	}()
	<-done
}
