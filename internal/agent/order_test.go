package agent

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWitnessBeforeLog: at its first start the service may see a guest before it
// has read of it. It is the same guest, and what it holds is on record.
func TestWitnessBeforeLog(t *testing.T) {
	p := newProcess(t)
	p.append("")
	g := newRecordedGuest(0)
	lines, report := g.stage(0)
	text, err := json.Marshal([]replayed{{Report: report}})
	if err != nil {
		t.Fatal(err)
	}
	steps := filepath.Join(p.dir, "steps.json")
	if err := os.WriteFile(steps, text, 0o600); err != nil {
		t.Fatal(err)
	}
	p.env = append(p.env, replayEnv+"="+steps)
	p.start()
	p.ready()
	p.eventually("the guest is seen", func() bool { return p.running(g.uuid) })
	p.append(strings.Join(lines, "\n") + "\n")
	type holdings struct {
		Items []struct {
			By   string
			Also []string
		}
	}
	var list holdings
	p.eventually("what it holds is on record", func() bool {
		list = holdings{}
		return p.get("/api/v1/holdings?resource=/dev/urandom", &list) && len(list.Items) == 1 && list.Items[0].By == ""
	})
	var sessions struct{ Items []struct{ By string } }
	p.answer("/api/v1/sessions", &sessions)
	if len(sessions.Items) != 1 || sessions.Items[0].By != "" || len(list.Items[0].Also) != 1 {
		t.Errorf("the session and its holdings: %+v %+v", sessions, list)
	}
	p.term()
	rebuildsTheSame(t, p.store)
}
