package input

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// rotate does what auditd does with keep logs: it starts with the oldest.
func rotate(t testing.TB, keep int, next string) {
	t.Helper()
	name := func(n int) string {
		if n == 0 {
			return "d/audit.log"
		}
		return "d/audit.log." + strconv.Itoa(n)
	}
	for n := keep - 1; n > 0; n-- {
		if err := os.Rename(name(n-1), name(n)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
	}
	write(t, name(0), next)
}

// concat reads all sources.
func concat(t testing.TB, sources []*Source) string {
	t.Helper()
	var all strings.Builder
	for _, s := range sources {
		text, err := readAll(t, s)
		if err != nil {
			t.Error(err)
		}
		all.WriteString(text)
	}
	return all.String()
}

func TestListRotatedMeanwhile(t *testing.T) {
	tree(t, "d/audit.log", line("3"), "d/audit.log.1", line("2"), "d/audit.log.2", line("1"))
	x := &expander{seen: make(map[fileID]string)}
	listings := 0
	x.listed = func() {
		if listings++; listings <= 2 {
			rotate(t, 3, line(strconv.Itoa(3+listings)))
		}
	}
	x.dir("d", "")
	sortRotations(x.sources)
	if len(x.errs) != 0 || listings != 3 {
		t.Errorf("%d listings, errors %q", listings, x.errs)
	}
	rotate(t, 3, line("6")) // after Expand this changes nothing any more
	if got, want := concat(t, x.sources), line("3")+line("4")+line("5"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestListRotatedAlways(t *testing.T) {
	tree(t, "d/audit.log", line("2"), "d/audit.log.1", line("1"))
	x := &expander{seen: make(map[fileID]string)}
	x.listed = func() { rotate(t, 2, line("3")) }
	x.dir("d", "")
	if len(x.errs) != 1 || !errors.Is(x.errs[0], errRotated) || !strings.HasPrefix(x.errs[0].Error(), "d: its logs were rotated") {
		t.Errorf("got %q", x.errs)
	}
	if len(x.sources) != 2 || x.pinned != 2 {
		t.Errorf("%d sources, %d pinned", len(x.sources), x.pinned)
	}
	concat(t, x.sources)
}

func TestListNewFileMeanwhile(t *testing.T) {
	tree(t, "d/audit.log", line("1"))
	x := &expander{seen: make(map[fileID]string)}
	listings := 0
	x.listed = func() {
		if listings++; listings == 1 {
			rotate(t, 9, line("2"))
		}
	}
	x.dir("d", "")
	sortRotations(x.sources)
	if got := concat(t, x.sources); got != line("1")+line("2") || len(x.errs) != 0 {
		t.Errorf("got %q %q", got, x.errs)
	}
}

// Logs that are rotated as fast as possible are read without a hole and in
// order, or an error says that they may not be.
func TestExpandWhileRotating(t *testing.T) {
	tree(t, "d/audit.log", line("0"))
	stop := make(chan struct{})
	var rotator sync.WaitGroup
	defer rotator.Wait()
	defer close(stop)
	rotator.Go(func() {
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
				rotate(t, 5, line(strconv.Itoa(n)))
			}
		}
	})
	good := 0
	for range 300 {
		sources, errs := Expand([]string{"d"}, Options{})
		lines := readLines(sources)
		if len(errs) > 0 {
			if !errors.Is(errs[0], errRotated) {
				t.Fatal(errs)
			}
			continue
		}
		good++
		if err := consecutive(lines); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of 300 listings were stable", good)
	if good == 0 {
		t.Error("no listing was ever stable")
	}
}

// readLines reads what is there; a log may be empty while it is created.
func readLines(sources []*Source) []string {
	var lines []string
	for _, s := range sources {
		r, err := s.Open()
		if err != nil {
			continue
		}
		buf := make([]byte, 1000)
		n, _ := r.Read(buf)
		r.Close()
		lines = append(lines, strings.SplitAfter(string(buf[:n]), "\n")...)
	}
	return lines
}

// consecutive checks that the lines are numbered without a hole.
func consecutive(lines []string) error {
	last := -1
	for _, l := range lines {
		if l == "" {
			continue
		}
		var n int
		if _, err := fmt.Sscanf(l[strings.LastIndex(l, " "):], "%d", &n); err != nil {
			return fmt.Errorf("line %q: %w", l, err)
		}
		if last >= 0 && n != last+1 {
			return fmt.Errorf("%d follows %d in %q", n, last, lines)
		}
		last = n
	}
	return nil
}

func TestPinnedFilesAreBounded(t *testing.T) {
	t.Chdir(t.TempDir())
	for n := range maxPinned + 3 {
		write(t, fmt.Sprintf("d/audit.log.%d", n+1), line(strconv.Itoa(n)))
	}
	sources, errs := Expand([]string{"d"}, Options{})
	if len(sources) != maxPinned+3 || len(errs) != 0 {
		t.Fatalf("%d sources, %q", len(sources), errs)
	}
	var free []*Source
	for _, s := range sources {
		if s.file == nil {
			free = append(free, s)
		}
	}
	if len(free) != 3 {
		t.Fatalf("%d files are not held open, want 3", len(free))
	}
	write(t, "new", line("new"))
	if err := os.Rename("new", free[0].Name); err != nil {
		t.Fatal(err)
	}
	if _, err := free[0].Open(); !errors.Is(err, errReplaced) {
		t.Errorf("a replaced file: %v", err)
	}
	if text, err := readAll(t, free[1]); !strings.HasPrefix(text, "type=TEST") || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	for _, s := range sources {
		s.Close()
	}
}
