package trail

import (
	"slices"
	"strings"
	"testing"
)

// failedOpen adds that a file for an interface couldn't be opened.
func (s *scene) failedOpen(uuid string) *scene {
	s.open(uuid)
	last := &s.lines[len(s.lines)-1]
	*last = strings.Replace(*last, "res=success", "res=failed", 1)
	return s
}

func (s *scene) denyAll(uuid string) *scene { return s.rule(uuid, "deny", "class=all") }

// labelledAbend adds the crash of a process that its label alone gives to a guest.
func (s *scene) labelledAbend(uuid string) *scene {
	return s.line("ANOM_ABEND", `auid=4294967295 uid=64055 gid=64055 ses=4294967295 subj=libvirt-`+uuid+
		` pid=900 comm="qemu-system-x86" exe="/usr/bin/qemu-system-x86_64" sig=11 res=1`)
}

// What is told of opened files and of crashes is the same whenever it was asked for,
// and what a Trail tells.
func TestLiveHandsOver(t *testing.T) {
	manyFailed := newScene().start(uuidA, 42).open(uuidA)
	for range 70 {
		manyFailed.failedOpen(uuidA)
	}
	manyFailed.denyAll(uuidA).start(uuidA, 43).stop(uuidA, "shutdown")
	for name, s := range map[string]*scene{
		"files that began a start are not the next one's": newScene().open(uuidA).disk(uuidA, "attach", "?", "/a", "failed").
			denyAll(uuidA).start(uuidA, 43).denyAll(uuidA).start(uuidA, 44).stop(uuidA, "shutdown"),
		"sessions that begin at once": newScene().open(uuidA).disk(uuidA, "attach", "?", "/a", "failed").
			denyAll(uuidA).failedStart(uuidA),
		"labelled ones without op=start": newScene().open(uuidA).disk(uuidA, "attach", "?", "/a", "failed").
			denyAll(uuidA).label(uuidA, "x").disk(uuidA, "attach", "?", "/a", "failed").
			denyAll(uuidA).label(uuidA, "x").disk(uuidA, "attach", "?", "/a", "failed"),
		"a failed one behind it":  newScene().start(uuidA, 42).open(uuidA).failedOpen(uuidA).denyAll(uuidA).start(uuidA, 43),
		"many failed ones":        manyFailed,
		"a crash of a start only": newScene().start(uuidA, 42).failedStart(uuidA).disk(uuidA, "start", "?", "/a", "success").labelledAbend(uuidA).failedStart(uuidA).stop(uuidA, "crashed"),
	} {
		t.Run(name, func(t *testing.T) { settled(s).check(t, 1) })
	}
}

// An attempt that failed stays with the session that it was told of, as its
// event does.
func TestFailedOpenStays(t *testing.T) {
	var c Collector
	tr := New(c.Session)
	tr.KeepEvents()
	s := newScene().start(uuidA, 42).open(uuidA).failedOpen(uuidA).denyAll(uuidA).start(uuidA, 43)
	for _, n := range settled(s).records {
		tr.Add("h", n.rec)
	}
	tr.End()
	sessions := c.Sessions()
	var of []int
	for _, ev := range tr.Events() {
		if ev.Kind == netOpen {
			of = append(of, slices.Index(sessions, ev.Session()))
		}
	}
	if len(sessions) != 2 || !slices.Equal(of, []int{1, 0}) || len(sessions[0].Attempts) != 1 || len(sessions[1].Holdings) != 1 {
		t.Errorf("the events are of %v among %s", of, short(sessions))
	}
}

// What a session began with is not handed over to the next one.
func TestOpenedOnlyOnce(t *testing.T) {
	s := newScene().open(uuidA).disk(uuidA, "attach", "?", "/a", "failed").
		denyAll(uuidA).start(uuidA, 43).denyAll(uuidA).start(uuidA, 44).stop(uuidA, "shutdown")
	sessions, _ := read(t, s.lines)
	var files []int
	for _, session := range sessions {
		files = append(files, len(session.Holdings))
	}
	if !slices.Equal(files, []int{1, 0, 0}) {
		t.Errorf("files of the sessions: %v\n%s", files, short(sessions))
	}
}
