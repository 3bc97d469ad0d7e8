package cli

import (
	"os"
	"strings"
	"testing"
)

func TestDebugLines(t *testing.T) {
	const good = "type=CWD msg=audit(1793000000.000:1): cwd=\"/\"\n"
	var d debugging
	d.lines("a.log", strings.NewReader(good+strings.Repeat("x", 3*maxWatched)+"\n\n"+good+"node=h type=AVC msg=audit(1): y"))
	const want = `debug: a.log:2: no audit record: "` + "%" + `"
debug: a.log:5: record: audit() holds no time and serial number: "node=h type=AVC msg=audit(1): y"
`
	if got := d.said.String(); got != strings.Replace(want, "%", strings.Repeat("x", maxShown), 1) {
		t.Errorf("got\n%s", got)
	}
}

func TestDebugIsBounded(t *testing.T) {
	var d debugging
	d.lines("a.log", strings.NewReader(strings.Repeat("x\n", maxSkipped+7)))
	got := d.said.String()
	if lines := strings.Count(got, "\n"); lines != maxSkipped+1 || !strings.HasSuffix(got, "debug: a.log: 7 more\n") {
		t.Errorf("%d lines, the last of\n%s", lines, got[max(0, len(got)-200):])
	}
}

func TestHostUser(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Skipf("this host has no name: %v", err)
	}
	name := hostUser()
	if got := name(host, 0); got != "root" {
		t.Errorf("user 0 is %q", got)
	}
	if got := name(host, 4_000_000_001); got != "" {
		t.Errorf("a user who isn't there is %q", got)
	}
	if got := name("not-"+host, 0); got != "" {
		t.Errorf("user 0 of another host is %q", got)
	}
}
