package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// docCommand is a command in docs/auvirt.md, and what it prints there.
type docCommand struct{ args, output string }

// docCommands gives the commands of that program.
func docCommands(t *testing.T, program string) []docCommand {
	t.Helper()
	doc, err := os.ReadFile("../../docs/auvirt.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []docCommand
	inside := false // of what one of them prints
	for line := range strings.Lines(string(doc)) {
		switch {
		case strings.HasPrefix(line, "$ "):
			var args string
			if args, inside = strings.CutPrefix(line, "$ "+program+" "); inside {
				found = append(found, docCommand{args: strings.TrimSpace(args)})
			}
		case strings.HasPrefix(line, "```"):
			inside = false
		case inside:
			found[len(found)-1].output += line
		}
	}
	return found
}

// TestAuvirtDoc runs the commands of the page that lists auvirt's faults: each
// of them has a log, and this pins what is made of it.
func TestAuvirtDoc(t *testing.T) {
	commands := docCommands(t, "virtaudit auvirt")
	if len(commands) < 20 {
		t.Fatalf("docs/auvirt.md has %d commands", len(commands))
	}
	local := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = local })
	t.Chdir("../../testdata/cases")
	for _, c := range commands {
		var out, said bytes.Buffer
		args := append([]string{"auvirt"}, strings.Fields(c.args)...)
		if status := Run("", args, Streams{In: strings.NewReader(""), Out: &out, Err: &said}); status != exitOK || said.Len() > 0 {
			t.Errorf("auvirt %s: status %d, %s", c.args, status, said.Bytes())
		}
		if !sameButBlanks(out.String(), c.output) {
			t.Errorf("auvirt %s: got\n%s\nwant\n%s", c.args, out.Bytes(), c.output)
		}
	}
}

// sameButBlanks compares lines without the blanks at their ends. What … stands
// for in the second text may be anything.
func sameButBlanks(got, want string) bool {
	lines := strings.Split(strings.TrimRight(got, "\n"), "\n")
	wanted := strings.Split(strings.TrimRight(want, "\n"), "\n")
	if len(lines) != len(wanted) {
		return false
	}
	for i, line := range lines {
		line = strings.TrimRight(line, " ")
		head, tail, shortened := strings.Cut(wanted[i], "…")
		if line != wanted[i] && !(shortened && strings.HasPrefix(line, head) && strings.HasSuffix(line, tail)) {
			return false
		}
	}
	return true
}
