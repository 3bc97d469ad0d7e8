package trail

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/internal/loggen"
)

// The trail says of a generated log exactly what its generator knows that it
// proves, session by session.
func TestGeneratedLogs(t *testing.T) {
	for name, cfg := range map[string]loggen.Config{
		"apparmor":    {Seed: 1, Size: 24 << 20},
		"selinux":     {Seed: 2, Size: 24 << 20, Labels: loggen.SELinux},
		"dac, raw":    {Seed: 3, Size: 16 << 20, Labels: loggen.DACOnly, Raw: true},
		"three nodes": {Seed: 4, Size: 24 << 20, Nodes: 3, Guests: 50},
		"few guests":  {Seed: 5, Size: 24 << 20, Guests: 3, Late: 8},
		"only virt":   {Seed: 6, Size: 8 << 20, OnlyVirt: true},
		"clock steps": {Seed: 7, Size: 16 << 20, ClockSteps: true},
		"from a boot": {Seed: 8, Size: 8 << 20, FreshStart: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.Size /= int64(cases(1, 4))
			var log bytes.Buffer
			var want []string
			cfg.OnSession = func(s loggen.Session) { want = append(want, describeTruth(s)) }
			truth, err := loggen.Generate(&log, cfg)
			if err != nil {
				t.Fatal(err)
			}
			var c Collector
			tr := New(c.Session)
			scanner := auditlog.NewScanner(&log)
			for r := range scanner.Records() {
				tr.Add("", r)
			}
			tr.End()
			var got []string
			for _, s := range c.Sessions() {
				got = append(got, describe(s))
			}
			compareSets(t, got, want)
			compareCounts(t, tr.Summary(), truth)
		})
	}
}

func describe(s *Session) string {
	pid := s.PID
	if s.Start == (Moment{}) {
		pid = 0 // op=init tells it; the truth knows only that of a start
	}
	return fmt.Sprintf("%s %s %s %v start=%v end=%v pid=%d", s.Node, s.UUID, s.Name, s.State, s.Start, s.End, pid)
}

func describeTruth(s loggen.Session) string {
	start, end := Moment{Millis: s.Start.Millis, Serial: s.Start.Serial}, Moment{Millis: s.End.Millis, Serial: s.End.Serial}
	return fmt.Sprintf("%s %s %s %v start=%v end=%v pid=%d", s.Node, s.UUID, s.Name, s.State, start, end, s.PID)
}

func compareSets(t *testing.T, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	wrong := 0
	for i, j := 0, 0; (i < len(got) || j < len(want)) && wrong < 10; {
		switch {
		case j == len(want) || i < len(got) && cmp.Less(got[i], want[j]):
			t.Errorf("not in the truth: %s", got[i])
			wrong++
			i++
		case i == len(got) || cmp.Less(want[j], got[i]):
			t.Errorf("missing: %s", want[j])
			wrong++
			j++
		default:
			i++
			j++
		}
	}
}

func compareCounts(t *testing.T, s Summary, truth loggen.Truth) {
	t.Helper()
	got := fmt.Sprint(s.Records, s.Resources, s.FailedResources, s.Starts, s.FailedStarts, s.Stops, s.StopsWithoutStart, s.Inits,
		s.Sessions[Closed], s.Sessions[Running], s.Sessions[Lost], s.Sessions[Failed], s.FailedOperations, s.GuestAVCs, s.GuestAnomalies)
	want := fmt.Sprint(truth.Records, truth.Resources, truth.FailedResources, truth.Starts, truth.FailedStarts, truth.Stops, truth.StopsWithoutStart, truth.Inits,
		truth.Sessions.Closed, truth.Sessions.Running, truth.Sessions.Lost, truth.Sessions.Failed, truth.FailedOperations, truth.GuestAVCs, truth.GuestAnomalies)
	if got != want {
		t.Errorf("counts\n%s\nwant\n%s", got, want)
	}
	if s.Late != 0 || s.Sessions[Starting] != 0 {
		t.Errorf("%d late, %d starting", s.Late, s.Sessions[Starting])
	}
}
