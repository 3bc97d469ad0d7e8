package report

import (
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestSummary(t *testing.T) {
	for _, log := range []string{"lab", "fleet"} {
		f := readLog(t, log+".log")
		golden(t, log+"-summary.txt", func(w io.Writer) error { return Summary(w, false, f.totals, f.summary, Options{}) })
		golden(t, log+"-summary.json", func(w io.Writer) error { return Summary(w, true, f.totals, f.summary, Options{}) })
	}
}

func TestEmptySummary(t *testing.T) {
	text := output(t, func(w io.Writer) error { return Summary(w, true, Totals{}, trail.Summary{}, Options{}) })
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got["first"] != nil || got["last"] != nil || len(got) != 16 {
		t.Errorf("a summary of nothing is %s", text)
	}
	for _, key := range []string{"malformed", "foreign", "late"} {
		if _, ok := got[key]; ok {
			t.Errorf("%s is there without one", key)
		}
	}
	if _, ok := got["sessions"].(map[string]any)["starting"]; ok {
		t.Error("starting is there without one")
	}
}

// TestSummaryFlaws: what is wrong with a log is there, in both forms.
func TestSummaryFlaws(t *testing.T) {
	sum := trail.Summary{Late: 3, Records: map[string]int64{"A\xff": 1, "A\xfe": 2}}
	totals := Totals{Malformed: 1, Foreign: 2}
	text := output(t, func(w io.Writer) error { return Summary(w, true, totals, sum, Options{}) })
	var got struct {
		Malformed, Foreign, Late int
		Records                  map[string]int
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Malformed != 1 || got.Foreign != 2 || got.Late != 3 {
		t.Errorf("%+v", got)
	}
	if got.Records[`A\xff`] != 1 || got.Records[`A\xfe`] != 2 {
		t.Errorf("two names that aren't UTF-8 became %v", got.Records)
	}
	text = output(t, func(w io.Writer) error { return Summary(w, false, totals, sum, Options{}) })
	for _, want := range []string{"malformed records     1\n", "lines of others       2\n", "records out of order  3\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
}
