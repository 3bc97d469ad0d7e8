package doctor

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

var some = []Check{
	{"auditd", OK, "running, process 4711", ""},
	{"guest records", Warning, "none in the last 12 MiB of the log", "start a guest and ask again; if there is none then either, see what is said above"},
	{"log", Wrong, "/srv/\x1b[31mred\x1b[0m: empty", "see auditd"},
	{"rotation", Unknown, "too early to tell", "ask again"},
	{"rules", Unknown, "the kernel doesn't tell this process", "run this as root"},
}

func textOf(t *testing.T, found []Check, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, found, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	for width, want := range map[int]string{
		0: `STATE    CHECK          FOUND
ok       auditd         running, process 4711
warning  guest records  none in the last 12 MiB of the log
                        -> start a guest and ask again; if there is none then either, see what is said above
wrong    log            /srv/�[31mred�[0m: empty
                        -> see auditd
unknown  rotation       too early to tell
                        -> ask again
unknown  rules          the kernel doesn't tell this process
                        -> run this as root

1 wrong, 1 warning, 2 unknown
`,
		70: `STATE    CHECK          FOUND
ok       auditd         running, process 4711
warning  guest records  none in the last 12 MiB of the log
                        -> start a guest and ask again; if there is
                           none then either, see what is said above
wrong    log            /srv/�[31mred�[0m: empty
                        -> see auditd
unknown  rotation       too early to tell
                        -> ask again
unknown  rules          the kernel doesn't tell this process
                        -> run this as root

1 wrong, 1 warning, 2 unknown
`,
		40: `STATE    CHECK
ok       auditd
    running, process 4711
warning  guest records
    none in the last 12 MiB of the log
    -> start a guest and ask again; if
       there is none then either, see
       what is said above
wrong    log
    /srv/�[31mred�[0m: empty
    -> see auditd
unknown  rotation
    too early to tell
    -> ask again
unknown  rules
    the kernel doesn't tell this process
    -> run this as root

1 wrong, 1 warning, 2 unknown
`,
	} {
		if got := textOf(t, some, Options{Width: width}); got != want {
			t.Errorf("width %d:\n%s\nwant\n%s", width, got, want)
		}
	}
}

func TestWidth(t *testing.T) {
	for width := 30; width < 120; width++ {
		for line := range strings.Lines(textOf(t, some, Options{Width: width})) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("width %d: %d columns: %s", width, n, line)
			}
		}
	}
}

func TestColour(t *testing.T) {
	got := textOf(t, some[2:3], Options{Color: true})
	if !strings.Contains(got, "\x1b[31mwrong\x1b[0m    log ") || strings.Contains(got, "\x1b[31mred") {
		t.Errorf("%q", got)
	}
}

func TestSum(t *testing.T) {
	if got := textOf(t, some[:1], Options{}); !strings.HasSuffix(got, "\n\nall is well\n") {
		t.Errorf("%q", got)
	}
	if got := sum([]Check{{State: Warning}, {State: Warning}}); got != "2 warnings" {
		t.Errorf("%q", got)
	}
}

func TestWriteError(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	w.Close()
	if err := Text(w, some, Options{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v", err)
	}
}
