package trail

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/record"
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
		checkEvents(t, log, given)
		if starts := sum.Sessions[Failed]; starts > sum.FailedStarts {
			t.Fatalf("%d failed sessions of %d failed starts", starts, sum.FailedStarts)
		}
	})
}

// checkEvents: keeping events changes no session, each VIRT record is told, by
// a session that is given where it has one, and each finding has its proof.
func checkEvents(t *testing.T, log []byte, want [states]int64) {
	var given [states]int64
	var sessions []*Session
	isGiven := map[*Session]bool{}
	tr := New(func(s *Session) {
		given[s.State]++
		sessions = append(sessions, s)
		isGiven[s] = true
	})
	tr.KeepEvents()
	for r := range auditlog.ScanBytes(log).Records() {
		tr.Add("h", r)
	}
	tr.End()
	if given != want {
		t.Fatalf("%v sessions where events are kept, otherwise %v", given, want)
	}
	virt, told := int64(0), int64(0)
	for name, n := range tr.Summary().Records {
		if typ, _ := record.ParseType(name); typ.Virt() {
			virt += n
		}
	}
	events := tr.Events()
	for _, ev := range events {
		if ev.Type.Virt() && ev.Op != OpBoot && ev.Op != OpClockBack {
			told++
		}
		if s := ev.Session(); s != nil && !isGiven[s] {
			t.Fatalf("%v %s is of a session that isn't given", ev.At, ev.Op)
		}
	}
	if told != virt {
		t.Fatalf("%d VIRT records, %d of them told", virt, told)
	}
	for _, f := range Findings(events, sessions, tr.Unwatched()) {
		if len(f.Proof) == 0 && f.At != (Moment{}) || f.Text == "" { // no record is of the zero moment
			t.Fatalf("%+v", f)
		}
	}
}
