package agent

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
)

// TestKernelAsksForOff: it is known when audit was last seen to be disabled.
func TestKernelAsksForOff(t *testing.T) {
	kernel := kaudittest.NewKernel()
	var now int64
	k := kernelAudit{dial: func() (kaudit.Sender, error) { return kernel.Dial() }, now: func() time.Time { return time.UnixMilli(now) }}
	for _, step := range []struct {
		enabled kaudit.Enabled
		off     bool
		last    int64
	}{{kaudit.On, false, 0}, {kaudit.Off, true, 2}, {kaudit.Off, true, 3}, {kaudit.Locked, false, 3}, {kaudit.On, false, 3}} {
		now++
		kernel.SetStatus(kaudit.Status{Enabled: step.enabled})
		if !k.ask(t.Context()) {
			t.Error("it is not asked again")
		}
		if is := k.asked.Load(); is.off() != step.off || is.Off != step.last {
			t.Errorf("at %d, %v: off %t, last at %d", now, step.enabled, is.off(), is.Off)
		}
	}
	kernel.Refuse(kaudit.ErrNotPermitted)
	if k.run(t.Context()); k.asked.Load() != nil {
		t.Error("of a kernel that may not be asked any more something is known")
	}
}

// TestKernelOffIsAGap: while audit is disabled in the kernel the log has nothing, from
// when it was last seen to be enabled, however the log is followed and the service runs.
func TestKernelOffIsAGap(t *testing.T) {
	at := func(second int64) int64 { return begun + second*1000 }
	// what the kernel said, when it was last seen to be disabled, and by what the log was
	// followed
	type step struct {
		second int64
		way    string
		off    int64 // -1 for never
	}
	down := func(since, second int64) fact.Watched {
		w := fact.Watched{Source: fact.KernelAudit, At: at(second), Why: disabled}
		if since >= 0 {
			w.Since = at(since)
		}
		return w
	}
	up := func(since, second int64) fact.Watched {
		return fact.Watched{Source: fact.KernelAudit, Up: true, Since: at(since), At: at(second), Why: wasDisabled}
	}
	const file, multicast = follow.WayFile, follow.WayMulticast
	for _, test := range []struct {
		name string
		runs [][]step
		want []fact.Watched
	}{
		{"enabled all the time", [][]step{{{0, file, -1}, {10, file, -1}}}, nil},
		{"for a time", [][]step{{{0, file, -1}, {10, file, 10}, {20, file, 20}, {30, file, 20}, {40, file, 20}, {50, file, 50}}}, []fact.Watched{down(0, 10), up(0, 30), down(40, 50)}},
		{"between two batches", [][]step{{{0, file, -1}, {30, file, 20}, {40, file, 20}}}, []fact.Watched{up(0, 30)}},
		{"from the beginning", [][]step{{{10, file, 10}, {20, file, 10}}}, []fact.Watched{down(-1, 10), up(10, 20)}},
		{"while the service is down", [][]step{{{0, file, -1}}, {{100, file, 100}}, {{200, file, 200}}, {{300, file, -1}}}, []fact.Watched{down(0, 100), up(0, 300)}},
		{"since a log is not followed", [][]step{{{0, file, -1}, {10, "", 10}, {20, "", 20}, {30, file, 30}, {40, "", 30}}}, []fact.Watched{down(0, 30), up(0, 40)}},
		{"since another way was taken", [][]step{{{0, file, -1}, {10, "", 10}, {20, multicast, 20}, {30, multicast, 20}}}, []fact.Watched{down(20, 20), up(20, 30)}},
		{"with the clock set back", [][]step{{{100, file, -1}, {10, file, 10}}}, []fact.Watched{down(10, 10)}},
	} {
		s := newService(t)
		var all []fact.Watched
		s.opened(func(st *store.Store) {
			for _, run := range test.runs {
				l := newSourceTest(t, st)
				l.hosts = true
				for _, step := range run {
					l.now = time.UnixMilli(at(step.second))
					is := &kernelSaid{At: at(step.second), Logged: true}
					if step.off >= 0 {
						is.Off = at(step.off)
					}
					l.kernel.asked.Store(is)
					for range 2 { // one look is taken once
						if err := l.take(&follow.Batch{Way: step.way, CaughtUp: true, ReadTo: l.now, Position: []byte("{}")}); err != nil {
							t.Fatal(err)
						}
					}
				}
				all = append(all, ofKernelAudit(l.watches())...)
				for _, o := range l.given {
					if err := st.Commit(t.Context(), &store.Batch{State: o.state}); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
		if !slices.Equal(all, test.want) {
			t.Errorf("%s: got\n%+v\nwant\n%+v", test.name, all, test.want)
		}
	}
}

func ofKernelAudit(all []fact.Watched) []fact.Watched {
	return slices.DeleteFunc(all, func(w fact.Watched) bool { return w.Source != fact.KernelAudit })
}

// TestKernelOffUntilARecord: where the kernel may not be asked any more, a record that is
// later than when it was disabled proves that it is not.
func TestKernelOffUntilARecord(t *testing.T) {
	s := newService(t)
	s.opened(func(st *store.Store) {
		l := newSourceTest(t, st)
		l.hosts = true
		off := int64(1700000050_000)
		l.kernel.asked.Store(&kernelSaid{At: off, Off: off})
		l.reads()
		l.kernel.asked.Store(nil)
		l.reads(guestStops("1700000050.000:200"), "type=SYSTEM_BOOT msg=audit(1700000060.000:201): pid=1 uid=0")
		if got := ofKernelAudit(l.watches()); len(got) != 1 {
			t.Errorf("before the record: %+v", got)
		}
		l.reads(guestStops("1700000070.000:202"), guestStops("1700000080.000:203"))
		got := ofKernelAudit(l.watches())
		if want := (fact.Watched{Source: fact.KernelAudit, Up: true, Since: off, At: 1700000070_000, Why: wasDisabled}); len(got) != 2 || got[1] != want {
			t.Errorf("with the record: %+v", got)
		}
	})
}

// TestKernelOffOfAnotherLog: whether this host's audit is disabled is nothing to a log
// that was named.
func TestKernelOffOfAnotherLog(t *testing.T) {
	s := newService(t)
	s.opened(func(st *store.Store) {
		l := newSourceTest(t, st)
		l.kernel.asked.Store(&kernelSaid{At: begun, Off: begun})
		if err := l.take(&follow.Batch{Way: follow.WayFile, CaughtUp: true, ReadTo: l.now}); err != nil {
			t.Fatal(err)
		}
		if got := ofKernelAudit(l.watches()); len(got) != 0 || l.isOff() {
			t.Errorf("told: %+v, %t", got, l.isOff())
		}
	})
}

// TestServiceOfDisabledAudit: a service whose kernel makes no records is not ready, and
// says why there and in answers.
func TestServiceOfDisabledAudit(t *testing.T) {
	kernel := kaudittest.NewKernel()
	kernel.SetStatus(kaudit.Status{Enabled: kaudit.Off, PID: 7})
	s := newService(t)
	s.config.LogSource = SourceStdin
	log, end := io.Pipe()
	defer end.Close()
	s.startOn(Host{Stdin: log, Dial: func() (kaudit.Sender, error) { return kernel.Dial() }})
	var sessions struct {
		Unwatched []struct {
			Source, Text string
			To           any
		}
	}
	for deadline := time.Now().Add(30 * time.Second); len(sessions.Unwatched) == 0 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		s.get("/api/v1/sessions", &sessions)
	}
	if u := sessions.Unwatched; len(u) != 1 || u[0].Source != "log" || u[0].To != nil ||
		u[0].Text != `kernel-audit makes no records; what happens meanwhile is missing: "`+disabled+`"` {
		t.Errorf("an answer says %+v", u)
	}
	var status struct {
		Ready   bool
		Reasons []string
		Sources []struct{ Name, State, Problem string }
	}
	s.get("/api/v1/status", &status)
	if src := status.Sources[0]; status.Ready || !slices.Equal(status.Reasons, []string{enableIt}) || src.State != "down" || src.Problem != enableIt {
		t.Errorf("the status is %+v", status)
	}
	resp, err := s.client.Get("http://localhost/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusServiceUnavailable || !bytes.Contains(body, []byte(enableIt)) {
		t.Errorf("/readyz: %s, %s", resp.Status, body)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	rebuildsTheSame(t, s.config.Store)
}

// TestKernelOffBeforeTheClockWasSetBack: that audit was disabled once, by a clock that was
// ahead, is nothing that is told again and again when that was set back.
func TestKernelOffBeforeTheClockWasSetBack(t *testing.T) {
	kernel := kaudittest.NewKernel()
	s := newService(t)
	s.opened(func(st *store.Store) {
		l := newSourceTest(t, st)
		l.hosts, l.kernel.dial = true, func() (kaudit.Sender, error) { return kernel.Dial() }
		look := func(second int64, enabled kaudit.Enabled) {
			l.now = time.UnixMilli(begun + second*1000)
			kernel.SetStatus(kaudit.Status{Enabled: enabled, PID: 7})
			l.kernel.ask(t.Context())
			if err := l.take(&follow.Batch{Way: follow.WayFile, CaughtUp: true, ReadTo: l.now}); err != nil {
				t.Fatal(err)
			}
		}
		look(3600, kaudit.On)
		look(3610, kaudit.Off)
		look(3620, kaudit.On)
		for second := int64(0); second < 60; second += 10 {
			look(second, kaudit.On)
		}
		look(3605, kaudit.On)
		look(3615, kaudit.On)
		if got := ofKernelAudit(l.watches()); len(got) != 2 {
			t.Errorf("told %d times: %+v", len(got), got)
		}
	})
}

// TestKernelOffUntilARecordBehindTheLook: a record that is later than a look, and comes
// with it, is behind what that showed.
func TestKernelOffUntilARecordBehindTheLook(t *testing.T) {
	s := newService(t)
	s.opened(func(st *store.Store) {
		l := newSourceTest(t, st)
		l.hosts = true
		const off = int64(1700000050_000)
		l.kernel.asked.Store(&kernelSaid{At: off - 10_000, Off: off - 10_000})
		l.reads()
		l.kernel.asked.Store(&kernelSaid{At: off, Off: off})
		l.reads(guestStops("1700000052.000:202"))
		l.kernel.asked.Store(&kernelSaid{At: off + 10_000, Off: off})
		l.reads()
		want := []fact.Watched{
			{Source: fact.KernelAudit, At: off - 10_000, Why: disabled},
			{Source: fact.KernelAudit, Up: true, Since: off - 10_000, At: off + 2_000, Why: wasDisabled},
		}
		if got := ofKernelAudit(l.watches()); !slices.Equal(got, want) {
			t.Errorf("got\n%+v\nwant\n%+v", got, want)
		}
	})
}

// TestKernelOffForLongerThanIsKept: that audit is disabled is kept for as long as it is,
// whatever is told of the log after it.
func TestKernelOffForLongerThanIsKept(t *testing.T) {
	s := newService(t)
	s.opened(func(st *store.Store) {
		for second := range int64(2) { // the service is started twice
			l := newSourceTest(t, st)
			l.hosts = true
			at := begun + second*1000
			l.now = time.UnixMilli(at)
			l.kernel.asked.Store(&kernelSaid{At: at, Off: at})
			if err := l.take(&follow.Batch{Way: follow.WayFile, CaughtUp: true, ReadTo: l.now, Position: []byte("{}")}); err != nil {
				t.Fatal(err)
			}
			l.watches() // committed
			for _, o := range l.given {
				for i := range o.facts {
					o.facts[i].Seq = st.NextSeq() + uint64(i)
				}
				if err := st.Commit(t.Context(), &store.Batch{Facts: o.facts, State: o.state}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, n, err := st.Retain(t.Context(), begun+5000); err != nil || n != 1 {
			t.Errorf("%d facts went, %v, want the first of the log", n, err)
		}
		var kept []string
		for f, err := range st.Facts(t.Context(), 0) {
			var w fact.Watched
			if err != nil || f.Decode(&w) != nil {
				t.Fatal(err)
			}
			kept = append(kept, w.Source)
		}
		if want := []string{fact.KernelAudit, "log"}; !slices.Equal(kept, want) {
			t.Errorf("kept %q, want %q", kept, want)
		}
	})
}
