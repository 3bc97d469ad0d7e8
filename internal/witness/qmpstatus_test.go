package witness

import (
	"fmt"
	"strings"
	"testing"
)

// The status tells of all monitors that fail, in one order, and of a bounded
// number.
func TestProblems(t *testing.T) {
	if got := problems(nil); got != "" {
		t.Errorf("of none: %q", got)
	}
	if got := problems([]string{"b fails", "a fails"}); got != "a fails; b fails" {
		t.Errorf("of two: %q", got)
	}
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf("%02d fails", i))
	}
	if got := problems(many); !strings.HasPrefix(got, "00 fails; ") || !strings.HasSuffix(got, "; 07 fails; and 12 more") {
		t.Errorf("of many: %q", got)
	}
}

// Settings that name no monitor are told of in the status, beside the problems of
// those that there are.
func TestStatusTellsUnfound(t *testing.T) {
	dir := t.TempDir()
	q, err := NewQMP(Base{}, QMPOptions{Sockets: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	if s := q.Status(); !s.Absent || !strings.HasPrefix(s.Why, dir+" is a folder: ") {
		t.Errorf("the status where a folder is named for sockets: %+v", s)
	}
	q.box.set(func(s *Status) { s.Why = "another fails" })
	if s := q.Status(); !strings.HasPrefix(s.Why, dir+" is a folder: ") || !strings.Contains(s.Why, "another fails") {
		t.Errorf("the status with two problems: %+v", s)
	}
}
