package trail

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
)

// FuzzTrail: no log makes a trail panic, lose a session or count one twice.
func FuzzTrail(f *testing.F) {
	names, _ := filepath.Glob("../../testdata/cases/*.log")
	vectors, _ := filepath.Glob("../../testdata/vectors/*.log")
	for _, name := range append(names, vectors...) {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		var given [states]int64
		tr := New(func(s *Session) {
			given[s.State]++
			if s.State == Failed && len(s.Holdings)+len(s.Steps) > 0 {
				t.Fatalf("a failed start holds %+v", s.Holdings)
			}
			for _, h := range s.Holdings {
				if h.Ended == "" && s.State != Running && s.State != Starting {
					t.Fatalf("held after a session that is %v: %+v", s.State, h)
				}
			}
		})
		records := int64(0)
		for r := range auditlog.ScanBytes(log).Records() {
			tr.Add("h", r)
			records++
		}
		tr.End()
		sum := tr.Summary()
		if given != sum.Sessions {
			t.Fatalf("%v sessions given, %v counted", given, sum.Sessions)
		}
		counted := sum.Repeated
		for _, n := range sum.Records {
			counted += n
		}
		if counted != records {
			t.Fatalf("%d records, %d counted", records, counted)
		}
		if starts := sum.Sessions[Failed]; starts > sum.FailedStarts {
			t.Fatalf("%d failed sessions of %d failed starts", starts, sum.FailedStarts)
		}
	})
}
