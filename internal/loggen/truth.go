package loggen

import "time"

// Truth is what a log proves; its JSON is that of `virtaudit summary --format
// json`.
type Truth struct {
	Bytes             int64          `json:"bytes"`
	Lines             int64          `json:"lines"`
	Records           map[string]int `json:"records"` // by type; only the picked types
	Resources         map[string]int `json:"resources"`
	FailedResources   map[string]int `json:"failed_resources"`
	Starts            int            `json:"starts"` // successful
	FailedStarts      int            `json:"failed_starts"`
	Stops             int            `json:"stops"`
	StopsWithoutStart int            `json:"stops_without_start"`
	Inits             int            `json:"inits"`
	Sessions          Sessions       `json:"sessions"`
	FailedOperations  int            `json:"failed_operations"`
	GuestAVCs         int            `json:"guest_avcs"`
	GuestAnomalies    int            `json:"guest_anomalies"`
	First             string         `json:"first"` // earliest time of a picked record, RFC 3339
	Last              string         `json:"last"`
}

// Sessions counts sessions by state.
type Sessions struct {
	Closed  int `json:"closed"`
	Running int `json:"running"`
	Lost    int `json:"lost"`
	Failed  int `json:"failed"`
}

// Event is the place of an event in its node's log. The zero Event is unknown.
type Event struct {
	Millis int64  `json:"millis"` // since 1970
	Serial uint64 `json:"serial"`
}

// The states of a session.
const (
	Running = "running"
	Closed  = "closed"
	Failed  = "failed"
	Lost    = "lost"
)

// The ways a session is lost, as Session.EndReason.
const (
	LostByAbend = "abend" // its process crashed and nobody wrote a stop
	LostByBoot  = "boot"  // the node booted
	LostByStart = "start" // the same guest began again
)

// Session is one run of a guest, as far as the log shows it.
type Session struct {
	Node      string `json:"node,omitempty"`
	UUID      string `json:"uuid"`
	Name      string `json:"name"`
	Virt      string `json:"virt"`
	State     string `json:"state"`
	Start     Event  `json:"start,omitzero"` // of its op=start; unknown where the log began later
	End       Event  `json:"end,omitzero"`   // of its op=stop or ANOM_ABEND; unknown otherwise
	EndReason string `json:"end_reason,omitempty"`
	PID       int    `json:"pid,omitempty"`
}

// tally counts while the simulation goes along.
type tally struct {
	Truth
	first, last int64
	virtLines   int64
	onSession   func(Session)
}

func newTally(onSession func(Session)) *tally {
	t := &tally{onSession: onSession}
	t.Records = map[string]int{}
	t.Resources = map[string]int{}
	t.FailedResources = map[string]int{}
	return t
}

// record counts one picked record.
func (t *tally) record(r *record, millis int64) {
	t.Records[r.typ]++
	if t.first == 0 || millis < t.first {
		t.first = millis
	}
	t.last = max(t.last, millis)
	if r.guestAVC {
		t.GuestAVCs++
	}
	if r.guestAnomaly {
		t.GuestAnomalies++
	}
	if r.virt {
		t.virtRecord(r)
	}
}

func (t *tally) virtRecord(r *record) {
	t.virtLines++
	if r.failed {
		t.FailedOperations++
	}
	if r.resrc == "" {
		return
	}
	t.Resources[r.resrc]++
	if r.failed {
		t.FailedResources[r.resrc]++
	}
}

// session counts one session in its last state.
func (t *tally) session(s Session) {
	switch s.State {
	case Running:
		t.Sessions.Running++
	case Closed:
		t.Sessions.Closed++
	case Failed:
		t.Sessions.Failed++
	case Lost:
		t.Sessions.Lost++
	}
	if t.onSession != nil {
		t.onSession(s)
	}
}

func (t *tally) truth(o *output) Truth {
	truth := t.Truth
	truth.Bytes, truth.Lines = o.bytes, o.lines
	truth.First, truth.Last = rfc3339(t.first), rfc3339(t.last)
	return truth
}

func rfc3339(millis int64) string {
	if millis == 0 {
		return ""
	}
	return time.UnixMilli(millis).UTC().Format("2006-01-02T15:04:05.000Z07:00")
}
