package reconcile

import (
	"fmt"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// kernel adds a record of the kernel's or of init's.
func (sc *scene) kernel(at int64, typ record.Type, text string) {
	sc.serial++
	sc.add(fact.Fact{
		Kind: fact.Record, Source: "file", Type: typ, Stamp: record.Stamp{Millis: start + at, Serial: sc.serial}, Settled: true,
		Text: fmt.Appendf(nil, "audit(%d.%03d:%d): %s", (start+at)/1000, (start+at)%1000, sc.serial, text),
	})
}

// TestPresumedLost: of a session that the log takes for lost, and is sure of only
// when the guest is started again much later, nothing goes that only witnesses
// showed.
func TestPresumedLost(t *testing.T) {
	for name, lose := range map[string]func(*scene){
		"crash": func(sc *scene) {
			sc.kernel(60*s, record.AnomAbend, `auid=4294967295 uid=64055 gid=64055 ses=4294967295 pid=77 comm="qemu-system-x86" exe="/usr/bin/qemu-system-x86_64" sig=11 res=1`)
		},
		"boot": func(sc *scene) {
			sc.kernel(60*s, record.SystemBoot, `pid=1 uid=0 auid=4294967295 ses=4294967295 msg=' comm="systemd-update-utmp" exe="/usr/lib/systemd/systemd-update-utmp" hostname=? addr=? terminal=? res=success'`)
		},
		"cut stop": func(sc *scene) {
			sc.kernel(60*s, record.VirtControl, `pid=100 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm op=stop reason=shutdown vm="g" uuid=`+uuid+` vm-pid=0 exe="/usr/sbin/lib`)
		},
	} {
		sc := &scene{}
		sc.started(0)
		sc.first(fact.Libvirt, 0, 1*s, base(silent("disk", "rbd:pool/x")))
		sc.tick(30 * s)
		lose(sc)
		sc.seen(fact.Libvirt, fact.Gone, 59*s, 61*s, fact.Observed{})
		sc.tick(200 * s)
		sc.started(300 * s)
		sc.tick(500 * s)
		sc.tick(600 * s)
		got, _ := derive(t, sc.facts)
		want := []string{
			"77 lost " + uuid + " #1: /a.img /dev/urandom 52:54:00:00:00:01 rbd:pool/x",
			"77 running " + uuid + " #2: /a.img /dev/urandom 52:54:00:00:00:01",
		}
		if all := got.whose(); !slices.Equal(all, want) {
			t.Errorf("%s: sessions %q", name, all)
		}
		sameRows(t, name, sc.facts, 13)
		d := New(Options{})
		feed(t, d, sc.facts)
		if len(d.runs) != 0 || len(d.sessions) != 1 {
			t.Errorf("%s: %d runs and %d sessions are kept", name, len(d.runs), len(d.sessions))
		}
	}
}

// TestPIDUsedAgain: a process without uuid that has the number of a guest's is another
// one where it began after that, or where its name tells.
func TestPIDUsedAgain(t *testing.T) {
	boot := func(sc *scene) {
		sc.kernel(200*s, record.SystemBoot, `pid=1 uid=0 auid=4294967295 ses=4294967295 msg=' comm="x" exe="/x" hostname=? addr=? terminal=? res=success'`)
	}
	for _, tc := range []struct {
		name  string
		began int64
		same  bool
	}{
		{"other", 195 * s, false},
		{"", 195 * s, false},
		{"g", 195 * s, true}, // the clock was set on
		{"other", -1, false},
		{"", -1, true},
		{"called otherwise", 0, true},
	} {
		sc := &scene{}
		sc.started(0)
		sc.seen(fact.Proc, fact.Seen, tc.began, 197*s, fact.Observed{Has: []fact.Thing{silent("file", "/x")}})
		f := &sc.facts[len(sc.facts)-1]
		var o fact.Observed
		if err := f.Decode(&o); err != nil {
			t.Fatal(err)
		}
		o.UUID, o.Name = "", tc.name
		f.Text = fact.Encode(o)
		boot(sc)
		sc.tick(300 * s)
		got, _ := derive(t, sc.facts)
		if of := slices.ContainsFunc(got.ordered(), func(s *trail.Session) bool { return s.UUID == uuid && holds(s, "/x") }); of != tc.same {
			t.Errorf("%q, began %d: the guest's %v\n%s", tc.name, tc.began, of, got.text())
		}
	}
}

func holds(s *trail.Session, id string) bool {
	return slices.ContainsFunc(s.Holdings, func(h trail.Holding) bool { return h.ID == id })
}
