package trail

import (
	"cmp"
	"slices"

	"github.com/virtaudit/virtaudit/internal/recent"
)

// liveSeries is a series of which some events may turn out to be another
// session's.
type liveSeries struct {
	key  repeat // without its session
	row  *liveSession
	by   *Sender
	base *series // of what stays, or nil
	open []saying
	id   string // of the finding that was given, or will be
	told bool   // it is to be given
	now  *Finding
}

// saying is what one event adds to a series.
type saying struct {
	at          Moment
	fact, order uint64
	nth, count  int
	pid         uint32
}

func compareSayings(a, b saying) int {
	return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.nth, b.nth))
}

// maxOpen is how many events can be taken out of a series again, the last ones but
// for those since the last trim, and maxSessionSeries how many series of a session
// are known: those that began last.
const maxOpen, maxSessionSeries = 128, 256

// onRepeat takes what an event adds to a series.
func (l *Live) onRepeat(k repeat, ev *Event, count int) {
	k.session = nil
	row := l.finding
	all := l.allSeries(row)
	s := all.Peek(k)
	if s == nil {
		s = &liveSeries{key: k, row: row, by: senderOf(ev)}
		all.Keep(k, s)
	} else if row == nil {
		all.Get(k) // it is added to
	}
	said := saying{ev.At, ev.Fact, ev.Order, ev.Nth, count, senderOf(ev).PID}
	i, _ := slices.BinarySearchFunc(s.open, said, compareSayings)
	s.open = slices.Insert(s.open, i, said)
	if row == nil {
		s.settle(0)
	} else {
		l.trims.series[s] = true
	}
	l.toTell(s)
}

// allSeries gives the series of a session, or of none.
func (l *Live) allSeries(row *liveSession) *recent.Map[repeat, *liveSeries] {
	if row == nil {
		return l.series
	}
	if row.series == nil {
		row.series = recent.New[repeat, *liveSeries](maxSessionSeries)
	}
	return row.series
}

func (l *Live) toTell(s *liveSeries) {
	if !s.told {
		s.told = true
		l.told = append(l.told, s)
	}
}

// settle keeps all but the last n events as what stays.
func (s *liveSeries) settle(n int) {
	for _, said := range s.open[:len(s.open)-n] {
		if s.base == nil {
			s.base = s.begin(said)
		}
		s.base.add(said.at, said.count, said.pid)
	}
	s.open = slices.Delete(s.open, 0, len(s.open)-n)
}

// begin gives the series that an event begins, without it.
func (s *liveSeries) begin(first saying) *series {
	k := s.key
	n := &Finding{
		Kind: k.kind, Severity: severityOf(k.kind), Node: k.node, UUID: k.uuid, Name: k.name,
		At: first.at, ID: eventFindingID(k.kind, first.fact, first.nth, true),
	}
	if n.At != (Moment{}) {
		n.Proof = []Moment{n.At}
	}
	return &series{finding: n, by: s.by}
}

// remove takes an event out of a series. Of one that stays only the count is
// taken.
func (s *liveSeries) remove(id EventID, count int) {
	i := slices.IndexFunc(s.open, func(said saying) bool { return said.fact == id.Fact && said.nth == id.Nth })
	switch {
	case i >= 0:
		s.open = slices.Delete(s.open, i, i+1)
	case s.base != nil:
		s.base.finding.Count = max(1, s.base.finding.Count-count)
	}
}

// unfindSeries takes an event out of the series of a session that it is not of.
func (l *Live) unfindSeries(ev *Event, was *liveSession) {
	uuid, name := ev.Guest()
	for _, k := range [...]repeat{
		{OrderBroken, nil, ev.Node, uuid, name, late},
		{UnknownSender, nil, ev.Node, uuid, name, senderKey(ev)},
	} {
		if s := l.allSeries(was).Peek(k); s != nil && (k.what != late || ev.Late) {
			s.remove(ev.id(), 1)
			l.toTell(s)
		}
	}
}

// findGrown adds records to what an event of the host's says.
func (l *Live) findGrown(ev *Event, more int) {
	s := l.series.Get(repeat{kind: OrderBroken, node: ev.Node, what: late})
	if s == nil || s.base == nil {
		return
	}
	s.base.finding.Count += more
	l.toTell(s)
}

// dropSeries drops the finding of a series where it isn't that any more. It may
// be another series' now, as which it is given afterwards.
func (l *Live) dropSeries(s *liveSeries) {
	s.told = false
	s.now = s.whole()
	if s.id != "" && (s.now == nil || s.now.ID != s.id) {
		l.out.drop(s.id)
		s.id = ""
	}
	if s.now == nil {
		l.allSeries(s.row).Delete(s.key)
	}
}

// tellSeries gives the finding of a series as it is now.
func (l *Live) tellSeries(s *liveSeries) {
	now := s.now
	if s.now = nil; now == nil {
		return
	}
	s.id = now.ID
	if s.row != nil {
		now.Session, now.SessionID = s.row.given, s.row.id
	}
	l.out.finding(now)
}

// whole gives the finding of all events, or nil.
func (s *liveSeries) whole() *Finding {
	var all *series
	switch {
	case s.base != nil:
		n := *s.base.finding
		n.Proof = slices.Clone(n.Proof)
		all = &series{&n, s.base.by, slices.Clone(s.base.pids)}
	case len(s.open) == 0:
		return nil
	default:
		all = s.begin(s.open[0])
	}
	for _, said := range s.open {
		all.add(said.at, said.count, said.pid)
	}
	all.tell()
	return all.finding
}
