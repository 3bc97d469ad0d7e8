package report

import (
	"testing"

	"github.com/virtaudit/virtaudit/internal/trail"
)

func TestAuvirtPeriod(t *testing.T) {
	at := func(second int64) trail.Moment {
		return trail.Moment{Millis: (1793000000 + second) * 1000, Serial: uint64(1000 + second)}
	}
	for _, test := range []struct {
		name string
		auvirtPeriod
		want string
	}{
		{"open", auvirtPeriod{from: at(0)}, "Mon Oct 26 07:33:20 2026"},
		{"seconds", auvirtPeriod{from: at(0), to: at(1)}, "Mon Oct 26 07:33:20 2026 - Mon Oct 26 07:33:21 2026 (00:00:01)"},
		{"days", auvirtPeriod{from: at(0), to: at(100*86400 + 3661)}, "Mon Oct 26 07:33:20 2026 - Wed Feb  3 08:34:21 2027 (100+01:01:01)"},
		{"a clock that was set back", auvirtPeriod{from: at(0), to: at(-5)}, "Mon Oct 26 07:33:20 2026 - Mon Oct 26 07:33:15 2026 (-00:00:05)"},
		{"failed", auvirtPeriod{from: at(0), word: wordFailed}, "Mon Oct 26 07:33:20 2026 - failed"},
		{"crash", auvirtPeriod{from: at(0), to: at(5), word: wordCrash}, "Mon Oct 26 07:33:20 2026 - crash                    (00:00:05)"},
		{"at least", auvirtPeriod{from: at(0), word: wordLost, after: at(5), before: at(9)}, "Mon Oct 26 07:33:20 2026 - lost                     (>00:00:05)"},
		{"at most", auvirtPeriod{from: at(0), word: wordDown, after: at(0), before: at(9)}, "Mon Oct 26 07:33:20 2026 - down                     (<00:00:09)"},
		{"nothing known", auvirtPeriod{from: at(0), word: wordLost, after: at(0), before: at(0)}, "Mon Oct 26 07:33:20 2026 - lost"},
		{"begun before", auvirtPeriod{seen: at(0), to: at(5)}, "before Mon Oct 26 07:33:20 2026 - Mon Oct 26 07:33:25 2026 (>00:00:05)"},
		{"begun before, and open", auvirtPeriod{seen: at(0)}, "before Mon Oct 26 07:33:20 2026"},
	} {
		if got := test.text(Options{}); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestAuvirtPeriodOfSession(t *testing.T) {
	at := trail.Moment{Millis: 1793000000_000, Serial: 7}
	for _, test := range []struct {
		name string
		trail.Session
		want string
	}{
		{"running", trail.Session{State: trail.Running}, ""},
		{"closed", trail.Session{State: trail.Closed, End: at}, ""},
		{"crashed", trail.Session{State: trail.Lost, End: at, EndReason: "crashed (signal 6)"}, wordCrash},
		{"booted", trail.Session{State: trail.Lost, EndBefore: at, EndReason: "host booted"}, wordDown},
		{"again", trail.Session{State: trail.Lost, EndBefore: at, EndReason: "started again"}, wordLost},
		{"a start under way", trail.Session{State: trail.Starting}, wordStarting},
		{"a start ended by a boot", trail.Session{State: trail.Starting, EndBefore: at, EndReason: "host booted"}, wordDown},
		{"a start ended by the next", trail.Session{State: trail.Starting, EndBefore: at, EndReason: "started again"}, wordLost},
	} {
		var p auvirtPeriod
		p.end(&test.Session)
		if p.word != test.want {
			t.Errorf("%s: got %q, want %q", test.name, p.word, test.want)
		}
	}
	var p auvirtPeriod
	if p.ended(trail.ByStop, trail.Moment{}, &trail.Session{State: trail.Closed, End: at}); p.word != unknown {
		t.Errorf("an end that the records contradict: %q", p.word)
	}
}
