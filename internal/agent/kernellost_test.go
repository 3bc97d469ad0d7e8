package agent

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/web"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
)

// TestKernelLost: what the kernel lost while the service ran counts as lost, also
// when its counter is set back.
func TestKernelLost(t *testing.T) {
	kernel := kaudittest.NewKernel()
	k := kernelAudit{dial: func() (kaudit.Sender, error) { return kernel.Dial() }, now: time.Now}
	for _, step := range []struct {
		lost uint32
		want uint64
	}{{7, 0}, {7, 0}, {10, 3}, {0, 3}, {2, 5}, {1, 6}} {
		kernel.SetStatus(kaudit.Status{Enabled: 1, Lost: step.lost})
		if !k.ask(t.Context()) || k.count.Load() != step.want {
			t.Fatalf("at %d: %d, want %d", step.lost, k.count.Load(), step.want)
		}
	}
	a := &agent{host: Host{}.withDefaults(), sources: &sources{log: &logSource{kernel: &k, follower: follow.New(follow.Options{}, nil)}}}
	if src := a.logStatus(&web.Status{}); src.Lost != 6 {
		t.Errorf("the kernel lost 6 records, and the status has %+v", src)
	}
}

// TestKernelLostRefused: a kernel that may not be asked is asked once.
func TestKernelLostRefused(t *testing.T) {
	for _, refusal := range []error{kaudit.ErrNotPermitted, kaudit.ErrUserNamespace} {
		kernel := kaudittest.NewKernel()
		kernel.Refuse(refusal)
		k := kernelAudit{dial: func() (kaudit.Sender, error) { return kernel.Dial() }}
		if k.ask(t.Context()) {
			t.Errorf("%v: it is asked again", refusal)
		}
	}
	k := kernelAudit{dial: func() (kaudit.Sender, error) { return nil, errors.New("no socket") }}
	if k.ask(t.Context()) {
		t.Error("a kernel without audit is asked again")
	}
}

// TestKernelLostIsAGap: what the kernel lost is missing of the log from when it had not
// lost it, also where that was before the service began.
func TestKernelLostIsAGap(t *testing.T) {
	s := newService(t)
	s.opened(func(st *store.Store) {
		at := func(second int64) int64 { return begun + second*1000 }
		var all []fact.Watched
		// each run of the service: what the kernel said, and by what the log was followed
		type step struct {
			second int64
			way    string
			boot   string
			lost   uint32
			auditd bool
		}
		for _, run := range [][]step{
			{
				{0, follow.WayFile, "a", 7, true}, // before the service was here
				{10, follow.WayFile, "a", 7, true},
				{20, follow.WayFile, "a", 10, true},
				{30, follow.WayFile, "a", 11, true}, // goes on
				{40, follow.WayFile, "a", 12, true},
				{50, "", "a", 12, true},
				{90, "", "a", 15, true},
				{100, follow.WayFile, "a", 15, true},
				{110, follow.WayMulticast, "a", 20, false}, // what multicast has
				{120, follow.WayMulticast, "a", 22, true},
				{155, follow.WayMulticast, "a", 22, true},
			},
			{{500, follow.WayMulticast, "a", 23, true}, {600, follow.WayMulticast, "a", 0, true}, {700, follow.WayMulticast, "a", 2, true}},
			{{900, follow.WayMulticast, "b", 1, true}},
		} {
			l := newSourceTest(t, st)
			l.hosts = true
			for _, step := range run {
				l.now = time.UnixMilli(at(step.second))
				l.kernel.asked.Store(&kernelSaid{Boot: step.boot, Lost: step.lost, At: at(step.second), Logged: step.auditd})
				if err := l.take(&follow.Batch{Way: step.way, CaughtUp: true, ReadTo: l.now, Position: []byte("{}")}); err != nil {
					t.Fatal(err)
				}
			}
			for _, w := range l.watches() {
				if strings.HasPrefix(w.Why, "records lost by the kernel: ") {
					all = append(all, w)
				}
			}
			for _, o := range l.given {
				if err := st.Commit(t.Context(), &store.Batch{State: o.state}); err != nil {
					t.Fatal(err)
				}
			}
		}
		gap := func(since, until int64, records string) fact.Watched {
			return fact.Watched{
				Source: "log", Up: true, Since: at(since), At: at(until),
				Why: "records lost by the kernel: " + records + " (its queue was full, or its rate limit reached)",
			}
		}
		want := []fact.Watched{gap(10, 20, "3"), gap(20, 100, "5"), gap(155, 500, "1"), gap(600, 700, "2"), gap(700, 900, "1")}
		if !slices.Equal(all, want) {
			t.Errorf("got\n%+v\nwant\n%+v", all, want)
		}
	})
}

// TestKernelLostOfAnotherLog: what this host's kernel lost is not missing of a log that
// was named.
func TestKernelLostOfAnotherLog(t *testing.T) {
	for _, test := range []struct {
		log, source string
		want        bool
	}{
		{"/var/log/audit", SourceAuto, true},
		{"/var/log/audit/audit.log", SourceFile, true},
		{"/srv/audit.log", SourceFile, false},
		{"/srv/audit.log", SourceAuto, false},
		{"/srv/audit.log", SourceStdin, true},
	} {
		if got := isOfHost(&Config{Log: test.log, LogSource: test.source}); got != test.want {
			t.Errorf("%s, %s: %t", test.log, test.source, got)
		}
	}
}
