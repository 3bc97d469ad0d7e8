package web

import (
	"time"

	"github.com/virtaudit/virtaudit/internal/trail"
)

const rfc3339 = "2006-01-02T15:04:05.000Z"

// A moment is a time and, if a record proves it, the event of that.
type moment struct {
	Time  string `json:"time"`
	MS    int64  `json:"ms"`
	Event string `json:"event,omitempty"`
}

// momentOf gives nil for the zero Moment, which is unknown.
func momentOf(m trail.Moment) *moment {
	if m == (trail.Moment{}) {
		return nil
	}
	o := millisMoment(m.Millis)
	if m.Serial != 0 {
		o.Event = m.String()
	}
	return o
}

func millisMoment(ms int64) *moment {
	return &moment{Time: time.UnixMilli(ms).UTC().Format(rfc3339), MS: ms}
}

// timeMoment gives nil for the zero time.
func timeMoment(t time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	return millisMoment(t.UnixMilli())
}

// A proofRef names facts: one by its number, or the records of an audit event.
type proofRef struct {
	Fact  uint64 `json:"fact,omitempty"`
	Node  Text   `json:"node,omitempty"`
	Event string `json:"event,omitempty"`
}

// proofOf names the facts behind a statement, each once: those that are
// numbered, and the records of the moments.
func proofOf(node string, moments []trail.Moment, facts ...uint64) []proofRef {
	proof := []proofRef{}
	seen := map[proofRef]bool{}
	add := func(p proofRef) {
		if !seen[p] {
			seen[p] = true
			proof = append(proof, p)
		}
	}
	for _, m := range moments {
		if m.Serial != 0 {
			add(proofRef{Node: Text(node), Event: m.String()})
		}
	}
	for _, seq := range facts {
		if seq != 0 {
			add(proofRef{Fact: seq})
		}
	}
	return proof
}
