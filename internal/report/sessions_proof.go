package report

import (
	"bufio"
	"slices"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// proveSession writes what proves a session's row: its start, its end, what it
// held, and beside that what was tried in vain.
func (v *sessionView) proveSession(out *bufio.Writer, margin string, s *trail.Session) {
	if v.Proof != NoProof {
		v.proveParts(out, margin, s.Node, sessionParts(s))
	}
}

func sessionParts(s *trail.Session) []part {
	return slices.Concat(boundParts(s), heldParts(s), quantityParts(s), attemptParts(s))
}

// sessionProof gives all events that prove a session's row.
func sessionProof(s *trail.Session) []trail.Moment {
	var proof []trail.Moment
	for _, p := range sessionParts(s) {
		proof = append(proof, p.proof...)
	}
	return moments(proof...)
}

// boundParts are of a session's start and end.
func boundParts(s *trail.Session) []part {
	parts := []part{{what: "start", proof: []trail.Moment{s.Start}}}
	if s.Start == (trail.Moment{}) {
		parts[0] = part{what: "first", proof: []trail.Moment{s.First}}
	}
	if s.End == (trail.Moment{}) {
		return append(parts, part{what: "ended after", proof: []trail.Moment{s.EndAfter}}, part{what: "ended before", proof: []trail.Moment{s.EndBefore}})
	}
	return append(parts, part{what: "end", proof: []trail.Moment{s.End}})
}

// heldParts are of what heldInShort shows, by kind.
func heldParts(s *trail.Session) []part {
	var parts []part
	place := map[string]int{}
	for i := range s.Holdings {
		h := &s.Holdings[i]
		if h.Kind == netOpen || s.State == trail.Running && h.Ended != "" {
			continue
		}
		n, ok := place[h.Kind]
		if !ok {
			n = len(parts)
			place[h.Kind] = n
			parts = append(parts, part{what: escaped(h.Kind)})
		}
		if h.By != "" {
			parts[n].facts = append(parts[n].facts, h.Begin)
		}
		parts[n].proof = append(parts[n].proof, h.From)
		if !atEnd(h) {
			parts[n].proof = append(parts[n].proof, h.To)
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return rank(a.what) - rank(b.what) })
	return parts
}

// quantityParts are of the last value of each quantity.
func quantityParts(s *trail.Session) []part {
	last := map[string]trail.Moment{}
	for i := range s.Steps {
		last[s.Steps[i].Kind] = s.Steps[i].From
	}
	var parts []part
	for _, kind := range [...]string{"mem", "vcpu", "iothread"} {
		parts = append(parts, part{what: kind, proof: []trail.Moment{last[kind]}})
	}
	return parts
}

// attemptParts are of what failed, by operation. That a start asked for what it
// did not get, its row doesn't say.
func attemptParts(s *trail.Session) []part {
	var parts []part
	if s.State == trail.Failed {
		return nil
	}
	for i := range s.Attempts {
		a := &s.Attempts[i]
		what := "failed " + oneWord(a.Op)
		n := slices.IndexFunc(parts, func(p part) bool { return p.what == what })
		if n < 0 {
			n = len(parts)
			parts = append(parts, part{what: what})
		}
		parts[n].proof = append(parts[n].proof, a.At)
	}
	return parts
}
