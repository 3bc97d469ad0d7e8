package agent

import (
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// TestGapAfterRestart: records that are missing, it isn't known of which time, are
// missing since the last one that is stored.
func TestGapAfterRestart(t *testing.T) {
	now := func() time.Time { return time.UnixMilli(begun) }
	a := &agent{config: Config{Node: "here"}, health: newHealth(now), host: Host{Now: now}.withDefaults()}
	a.log = a.host.Log
	a.health.remember(map[string]trail.Moment{"here": {Millis: begun - 5000, Serial: 7}, "there": {Millis: begun - 9000}}, "here")
	s, o := &logSource{a: a}, &offer{}
	s.problem(follow.Problem{Kind: follow.Replaced}, o)
	var w fact.Watched
	if len(o.facts) != 1 || o.facts[0].Decode(&w) != nil || w.Since != begun-5000 || w.At != begun {
		t.Errorf("the gap after a log was replaced: %+v", w)
	}
	if v := a.health.vitals(); v.Strange != "" || !a.health.heard() {
		t.Errorf("a record of this host was stored, and the service knows of none: %+v", v)
	}
}

// TestStuckAtLength: deleting or committing all rows may take longer than all else.
func TestStuckAtLength(t *testing.T) {
	now := time.UnixMilli(begun)
	h := newHealth(func() time.Time { return now })
	for _, step := range []struct {
		after time.Duration
		alive bool
	}{{stuck - 1, true}, {stuck, false}} {
		now = time.UnixMilli(begun).Add(step.after)
		if got := h.alive(); got != step.alive {
			t.Errorf("after %v it is alive: %t", step.after, got)
		}
	}
	done := h.atLength()
	now = now.Add(stuckAtLength - 1)
	if !h.alive() {
		t.Error("it isn't alive while rows are deleted")
	}
	if now = now.Add(1); h.alive() {
		t.Error("it is alive for ever")
	}
	done()
	if now = now.Add(stuck); h.alive() {
		t.Error("it has as much time for all else")
	}
}
