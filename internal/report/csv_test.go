package report

import (
	"encoding/csv"
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestSessionsCSV(t *testing.T) {
	for _, log := range []string{"lab", "fleet"} {
		f := readLog(t, log+".log")
		golden(t, log+"-sessions.csv", func(w io.Writer) error { return Sessions(w, CSV, f.sessions, Options{}) })
	}
}

// TestCSVForm: every row has all columns, and none of them ends a line.
func TestCSVForm(t *testing.T) {
	f := readLog(t, "fleet.log")
	text := output(t, func(w io.Writer) error { return Sessions(w, CSV, f.sessions, Options{}) })
	r := csv.NewReader(strings.NewReader(text))
	rows, err := r.ReadAll() // all must be as long as the header
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(f.sessions)+1 || len(rows) != strings.Count(text, "\r\n") || len(rows) != strings.Count(text, "\n") {
		t.Errorf("%d rows and %d lines of %d sessions", len(rows), strings.Count(text, "\r\n"), len(f.sessions))
	}
	for _, row := range rows[1:] {
		for i, value := range row {
			if value != "" && strings.ContainsAny(value[:1], "=+-@") {
				t.Errorf("%s can be taken for a formula: %s", csvHeader[i], value)
			}
		}
	}
}

func TestCSVText(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{"web", "web"},
		{"=cmd()", "'=cmd()"},
		{"+1", "'+1"},
		{"-1", "'-1"},
		{"@x", "'@x"},
		{"＝x", "'＝x"},
		{"'=x", "''=x"},
		{"a=b", "a=b"},
		{"\t=x", `\t=x`},
		{"\r\n", `\x0d\n`},
		{"a;=b", `a\x3b=b`},
		{"\xff", `\xff`},
	} {
		if got := csvText(tc.in); got != tc.want {
			t.Errorf("%q: %s, want %s", tc.in, got, tc.want)
		}
	}
}

func TestCSVLists(t *testing.T) {
	s := &trail.Session{
		Labels:   []trail.Label{{Model: "dac", Process: "+0:+0"}},
		Holdings: []trail.Holding{{Kind: "disk", ID: "/a; disk=/b"}, {Kind: "dev", Sub: "pci", ID: "0000:3b:00.1"}},
		Steps:    []trail.Step{{Kind: "mem", Value: 1024}, {Kind: "vcpu", Value: 2}},
		Attempts: []trail.Attempt{{Op: "attach", Kind: "x=y", ID: "="}, {Op: "stop"}},
	}
	for i, want := range []string{
		"dac=+0:+0",
		`disk=/a\x3b disk=/b; dev(pci)=0000:3b:00.1`,
		"mem=1024; vcpu=2",
		`attach x\x3dy==; stop =`,
	} {
		if got := csvLists(s)[i]; got != want {
			t.Errorf("list %d is %s, want %s", i, got, want)
		}
	}
}
