package input

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

func TestTwins(t *testing.T) {
	long := strings.Repeat("a", 1000)
	audit := func(stamp, text string) auditLine { return auditLine{kind: "T", stamp: stamp, text: text} }
	copied := func(stamp, text string) auditLine {
		return auditLine{kind: "T", stamp: stamp, text: text, copied: true}
	}
	other := audit("1", "a")
	other.host = "h2"
	tests := []struct {
		name string
		in   []auditLine
		want string
	}{
		{"copy after", []auditLine{audit("1", "a"), audit("2", "b"), copied("1", "a")}, "1:a 2:b"},
		{"copy before", []auditLine{copied("1", "a"), audit("2", "b"), audit("1", "a")}, "1:a 2:b"},
		{"cut copy before", []auditLine{copied("1", long), audit("2", "b"), audit("1", long+"tail")}, "1:" + long + "tail 2:b"},
		{"cut copy after", []auditLine{audit("1", long+"tail"), copied("1", long)}, "1:" + long + "tail"},
		{"two copies", []auditLine{copied("1", "a"), copied("1", "a"), audit("1", "a"), copied("1", "a")}, "1:a"},
		{"copies only", []auditLine{copied("1", "a"), copied("2", "b")}, "1:a 2:b"},
		{"copies that differ late", []auditLine{copied("1", long+"x"), copied("1", long+"y")}, "1:" + long + "x 1:" + long + "y"},
		{"records that differ late", []auditLine{audit("1", long+"x"), audit("1", long+"y")}, "1:" + long + "x 1:" + long + "y"},
		{"same record twice", []auditLine{audit("1", "a"), audit("1", "a")}, "1:a 1:a"},
		{"other event", []auditLine{audit("1", "a"), copied("2", "a")}, "1:a 2:a"},
		{"other record of the event", []auditLine{audit("1", "a"), copied("1", "b")}, "1:a 1:b"},
		{"other host", []auditLine{copied("1", "a"), other}, "1:a 1:a"},
	}
	for _, tt := range tests {
		var tw twins
		var out bytes.Buffer
		for _, l := range tt.in {
			tw.add(l, &out)
		}
		tw.flush(&out)
		if got := shortLines(out.String()); got != tt.want {
			t.Errorf("%s: got %s\nwant %s", tt.name, got, tt.want)
		}
		if tw.bytes != 0 || len(tw.byKey) != 0 {
			t.Errorf("%s: %d bytes and %d keys are left", tt.name, tw.bytes, len(tw.byKey))
		}
	}
}

// shortLines gives STAMP:TEXT of each line.
func shortLines(s string) string {
	s = strings.NewReplacer("node=h2 ", "", "type=T msg=audit(", "", "): ", ":").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

func TestTwinsHoldBackLittle(t *testing.T) {
	var tw twins
	var out bytes.Buffer
	for n := range 3 * maxHeldLines {
		tw.add(auditLine{kind: "T", stamp: fmt.Sprint(n), copied: true}, &out)
	}
	if got := strings.Count(out.String(), "\n"); got != 2*maxHeldLines || len(tw.byKey) != maxHeldLines {
		t.Errorf("%d lines out, %d keys held", got, len(tw.byKey))
	}
	if !strings.HasPrefix(out.String(), "type=T msg=audit(0): \ntype=T msg=audit(1): \n") {
		t.Errorf("the order has changed: %.80q", out.String())
	}
	large := strings.Repeat("x", maxField)
	for n := range 10 {
		short := auditLine{kind: "T", stamp: fmt.Sprint("s", n), text: large[:twinText], copied: true}
		tw.add(short, &out)
		short.text, short.copied = large, false
		tw.add(short, &out) // takes the place of the short one
		if tw.bytes > maxHeldBytes {
			t.Fatalf("%d bytes held", tw.bytes)
		}
	}
}
