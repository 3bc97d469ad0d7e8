package report

import (
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// phrase tells what was done, and what was to be done, with what: started,
// start, (booted). What has no outcome of its own, as it just happened, has
// nothing to do.
type phrase struct{ done, todo, what string }

// same is a phrase of words that serve as both.
func same(words, what string) phrase { return phrase{words, words, what} }

// event gives an event in words, with its colour.
func (o Options) event(ev *trail.Event) (string, style) {
	p, colour := o.phrase(ev)
	text := spaced(p.done, p.what)
	switch {
	case p.todo == "":
	case ev.Result == record.Failed:
		text, colour = spaced("FAILED to "+p.todo, p.what), red
	case ev.Result == record.Unknown && ev.Type.Virt():
		text, colour = spaced(p.todo, p.what)+", outcome unknown", yellow
	default:
		text += process(ev)
	}
	return text + remarks(ev), colour
}

// process tells the process of a guest that was started.
func process(ev *trail.Event) string {
	s := ev.Session()
	if ev.Type != record.VirtControl || s == nil || s.Start != ev.At || s.PID == 0 {
		return ""
	}
	return ", pid " + strconv.FormatUint(s.PID, 10)
}

// doubtful are the marks of records that may say something else. The others
// tell of a record's form.
const doubtful = record.Cut | record.Ambiguous | record.DuplicateKey

// remarks tell what is odd about an event's record.
func remarks(ev *trail.Event) string {
	words := (ev.Marks & doubtful).Names()
	if ev.Late {
		words = append(words, "out of order")
	}
	if by := seenBy(string(ev.By)); by != "" {
		words = append(words, by)
	}
	if len(words) == 0 {
		return ""
	}
	return " [" + strings.Join(words, ", ") + "]"
}

func (o Options) phrase(ev *trail.Event) (phrase, style) {
	switch {
	case ev.By != "":
		return o.observedPhrase(ev)
	case ofHost(ev):
		return hostPhrase(ev), cyan
	case ev.Type == record.VirtResource:
		return resourcePhrase(ev)
	case ev.Type == record.VirtMachineID:
		return same("label", spaced(oneWordOrNone(ev.Sub), oneWordOrNone(ev.ID))), dim
	case ev.Type.Virt():
		return controlPhrase(ev)
	case ev.Type == 0:
		return o.lossPhrase(ev), yellow
	}
	switch ev.Op {
	case trail.OpDenied, trail.OpSeccomp, trail.OpCrash, trail.OpAnomaly:
		return processPhrase(ev), red
	}
	return hostPhrase(ev), cyan
}

// controlWords are what is done with guests as a whole.
var controlWords = map[string]phrase{
	trail.OpStart:          {done: "started", todo: "start"},
	trail.OpStop:           {done: "stopped", todo: "stop"},
	trail.OpInit:           {done: "init began", todo: "begin init"},
	trail.OpCreate:         {done: "created", todo: "create"},
	trail.OpDestroy:        {done: "destroyed", todo: "destroy"},
	trail.OpMigrateIn:      {done: "migrated in", todo: "migrate in"},
	trail.OpMigrateOut:     {done: "migrated out", todo: "migrate out"},
	trail.OpIntegrityCheck: {done: "integrity checked", todo: "check integrity"},
}

func controlPhrase(ev *trail.Event) (phrase, style) {
	p, ok := controlWords[ev.Op]
	if !ok {
		p = same(oneWord(ev.Op), "")
	}
	p.what = inBrackets(oneWordOrNone(ev.Reason))
	switch {
	case ev.Op == trail.OpStart:
		return p, green
	case ev.Op == trail.OpStop && (ev.Reason == "crashed" || ev.Reason == "failed"):
		return p, yellow
	}
	return p, plain
}

// lossPhrase tells of a session that ended without a stop.
func (o Options) lossPhrase(ev *trail.Event) phrase {
	p := phrase{done: "lost:", what: escaped(ev.Reason)}
	if s := ev.Session(); s != nil && s.End == (trail.Moment{}) {
		p.what += "; it ended after " + s.EndAfter.Time().In(o.location()).Format(millis)
	}
	return p
}

// spaced joins the parts that are there.
func spaced(parts ...string) string {
	n := 0
	for _, part := range parts {
		n += len(part) + 1
	}
	b := make([]byte, 0, n)
	for _, part := range parts {
		if len(b) > 0 && part != "" {
			b = append(b, ' ')
		}
		b = append(b, part...)
	}
	return string(b)
}

// oneWord gives a value for a place among words: escaped, and in quotes where
// it could be taken for several.
func oneWord(s string) string {
	return quoteIf(s, unclear(s) || strings.Contains(s, " "))
}

func oneWordOrNone(s string) string {
	if s == "" {
		return ""
	}
	return oneWord(s)
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return "(" + s + ")"
}
