package report

import (
	"bufio"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// moments gives those of records, each once.
func moments(all ...trail.Moment) []trail.Moment {
	var known []trail.Moment
	seen := make(map[trail.Moment]bool, len(all))
	for _, m := range all {
		if recorded(m) && !seen[m] {
			seen[m] = true
			known = append(known, m)
		}
	}
	return known
}

// eventIDs gives the ids of events for a list.
func eventIDs(proof []trail.Moment) string {
	ids := make([]string, len(proof))
	for i, m := range proof {
		ids[i] = m.String()
	}
	return strings.Join(ids, ", ")
}

// prove writes what proves the statement above: the events' ids, or the lines
// that were read of them.
func (o Options) prove(w *bufio.Writer, margin, node string, proof ...trail.Moment) {
	proof = moments(proof...)
	switch {
	case len(proof) == 0:
	case o.Proof == ProofIDs:
		o.paragraph(w, margin, "proof: "+eventIDs(proof))
	case o.Proof == ProofRecords:
		o.writeRecords(w, margin, node, proof)
	}
}

// writeRecords writes events' lines as they were read, unless a terminal would
// obey what is in them. Of an event without a line, its id is all there is.
func (o Options) writeRecords(w *bufio.Writer, margin, node string, proof []trail.Moment) {
	for _, m := range proof {
		lines, more := o.Records(node, m)
		if len(lines) == 0 {
			lines = []string{m.String()}
		}
		for _, line := range lines {
			if o.Terminal {
				line = escaped(line)
			}
			w.WriteString(margin + line + "\n")
		}
		if more > 0 {
			w.WriteString(margin + moreLines(more) + "\n")
		}
	}
}

// moreLines stands for the lines of an event that are not shown.
func moreLines(n int) string { return "… and " + count(int64(n), "more line") + " of this event" }

// part is one of the things that a statement says, and what proves it.
type part struct {
	what  string
	proof []trail.Moment
	facts []uint64 // observations
}

// proveParts is prove for a statement that says several things.
func (o Options) proveParts(w *bufio.Writer, margin, node string, parts []part) {
	var texts []string
	for _, p := range parts {
		proof, facts := moments(p.proof...), numbers(p.facts)
		if len(proof)+len(facts) == 0 {
			continue
		}
		if o.Proof == ProofRecords {
			w.WriteString(margin + p.what + ":\n")
			o.writeRecords(w, margin+indent, node, proof)
			o.proveFacts(w, margin+indent, facts)
		}
		texts = append(texts, p.what+" "+proofIDs(proof, facts))
	}
	if o.Proof == ProofIDs && len(texts) > 0 {
		o.paragraph(w, margin, "proof: "+strings.Join(texts, "; "))
	}
}

// recordsOf gives the lines of a node's events where they are to be shown, or
// nil.
func (o Options) recordsOf(node string) linesOf {
	if o.Proof != ProofRecords || o.Records == nil {
		return nil
	}
	return func(m trail.Moment) ([]string, int) { return o.Records(node, m) }
}

// linesOf gives lines of an event, and how many more there are.
type linesOf func(trail.Moment) (lines []string, more int)

// all gives those of several events.
func (l linesOf) all(proof []trail.Moment) (all []string, left int) {
	for _, m := range proof {
		lines, more := l(m)
		all, left = append(all, lines...), left+more
	}
	return all, left
}
