package report

import (
	"bufio"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// What no record shows but a witness does, libvirt, qmp or proc, is marked with
// its name; the facts that prove it have numbers in the store. A trail of logs
// has none of it, and its output no sign that there could be.

// seenBy is the mark of it in text. What the service tells of the log itself has
// none.
func seenBy(witness string) string {
	if witness == "" || witness == "log" {
		return ""
	}
	return "seen by " + witness
}

// recorded tells whether a moment is a record's. Those that were only observed
// have no serial, as no event of the log is of them.
func recorded(m trail.Moment) bool { return m.Serial != 0 }

// observedTerm gives from when to when something was that a witness showed: at a
// moment, or after one and before the other.
type observedTerm struct{ from, fromAfter, fromBefore, to, toAfter, toBefore trail.Moment }

func termOf(h *trail.Holding) observedTerm {
	t := observedTerm{from: h.From, to: h.To}
	if h.By == "" {
		return t
	}
	if h.Earliest != h.From {
		t.from, t.fromAfter, t.fromBefore = trail.Moment{}, h.Earliest, h.From
	}
	if h.To != (trail.Moment{}) && h.Latest != (trail.Moment{}) && h.Latest != h.To {
		t.to, t.toAfter, t.toBefore = trail.Moment{}, h.Latest, h.To
	}
	return t
}

// began gives a claim's beginning, or what it was after and before.
func began(h *trail.Holder) (from, after, before trail.Moment) {
	switch {
	case h.From == (trail.Moment{}):
		return h.From, h.Earliest, h.To
	case h.By != "" && h.Earliest != h.From:
		return trail.Moment{}, h.Earliest, h.From
	}
	return h.From, trail.Moment{}, trail.Moment{}
}

// observed writes who shows what an object is about, and by which facts.
func (j *jsonText) observed(by string, facts ...uint64) {
	j.said("by", by)
	if facts = numbers(facts); len(facts) == 0 {
		return
	}
	j.key("facts")
	j.open('[')
	for _, n := range facts {
		j.next()
		j.b = strconv.AppendUint(j.b, n, 10)
	}
	j.close(']')
}

// numbers gives those of facts that there are.
func numbers(facts []uint64) []uint64 {
	var there []uint64
	for _, n := range facts {
		if n != 0 {
			there = append(there, n)
		}
	}
	return there
}

// factIDs gives the facts that prove something for a list.
func factIDs(facts []uint64) string {
	var ids []string
	for _, n := range numbers(facts) {
		ids = append(ids, "fact "+strconv.FormatUint(n, 10))
	}
	return strings.Join(ids, ", ")
}

// proveFacts is prove for observations.
func (o Options) proveFacts(w *bufio.Writer, margin string, facts []uint64) {
	if ids := factIDs(facts); ids != "" && o.Proof != NoProof {
		o.paragraph(w, margin, "proof: "+ids)
	}
}

// eventFacts gives the fact that shows an event which no record tells.
func eventFacts(ev *trail.Event) []uint64 {
	if ev.By == "" {
		return nil
	}
	return numbers([]uint64{ev.Fact})
}

// eventProofIDs gives what proves an event for a column.
func eventProofIDs(ev *trail.Event) string {
	return proofIDs(eventProof(ev), eventFacts(ev))
}

// proofIDs gives the ids of events and of facts for a list.
func proofIDs(proof []trail.Moment, facts []uint64) string {
	ids := eventIDs(proof)
	if len(facts) == 0 {
		return ids
	}
	return strings.TrimPrefix(ids+", "+factIDs(facts), ", ")
}

// observedWords are what only witnesses tell of a guest, or of themselves.
var observedWords = map[string]string{
	"seen":      "was running",
	"unseen":    "can't be looked at",
	"changed":   "changed",
	"suspend":   "suspended",
	"resume":    "resumed",
	"reset":     "reset",
	"block-job": "block job",
	"watch":     "watched from here on",
	"unwatch":   "not watched from here on",
}

// observedPhrase tells of what no record tells: of a resource, or of the guest as
// a whole, with what was told in words.
func (o Options) observedPhrase(ev *trail.Event) (phrase, style) {
	var p phrase
	colour := plain
	switch {
	case ev.Op == trail.OpLost:
		p, colour = o.lossPhrase(ev), yellow
	case isQuantity(ev.Kind):
		p = phrase{done: "changed", what: quantityChange(ev)}
	case ev.Kind != "":
		p = changePhrase(ev)
	case ev.Op == "watch" || ev.Op == "unwatch":
		return phrase{done: oneWord(ev.Text), what: spaced(observedWords[ev.Op], inBrackets(escaped(ev.Reason)))}, cyan
	default:
		if p, colour = controlPhrase(ev); observedWords[ev.Op] != "" {
			p.done = observedWords[ev.Op]
		}
	}
	p.todo = "" // it was seen to be done
	if ev.Text != "" && !saysAgain(ev) {
		p.what = spaced(p.what, oneWord(ev.Text))
	}
	if ev.Before != (trail.Moment{}) {
		p.what = spaced(p.what, "after", ev.Before.Time().In(o.location()).Format(millis))
	}
	return p, colour
}

// saysAgain tells whether the text of an event is what its words are already, as
// that of libvirt's events that a guest was started, stopped and the like.
func saysAgain(ev *trail.Event) bool {
	rest, ok := strings.CutPrefix(ev.Text, "event=")
	_, detail, both := strings.Cut(rest, " detail=")
	return ok && both && detail == ev.Reason
}

// words gives the names of witnesses.
func words[W ~string](witnesses []W) []string {
	var all []string
	for _, w := range witnesses {
		all = append(all, string(w))
	}
	return all
}

// observedCSV adds columns for what was observed, where any row has some.
func observedCSV(w io.Writer, header []string, n int, row func(i int) []string, names []string, observed func(i int) []string) error {
	some := false
	for i := 0; i < n && !some; i++ {
		some = strings.Join(observed(i), "") != ""
	}
	if !some {
		return rowsCSV(w, header, n, row)
	}
	return rowsCSV(w, slices.Concat(header, names), n, func(i int) []string { return append(row(i), observed(i)...) })
}

// csvFacts gives the column of the facts that prove something.
func csvFacts(facts []uint64) string {
	var ids []string
	for _, n := range numbers(facts) {
		ids = append(ids, strconv.FormatUint(n, 10))
	}
	return strings.Join(ids, "; ")
}

// csvObserved gives the columns of a session: who alone shows it, and which of
// its holdings no record shows, with who does.
func csvObserved(s *trail.Session) []string {
	var holdings []string
	for i := range s.Holdings {
		if h := &s.Holdings[i]; h.By != "" {
			holdings = append(holdings, string(h.By)+" "+csvPair(h.Kind, h.Sub, h.ID))
		}
	}
	return []string{string(s.By), strings.Join(holdings, "; ")}
}
