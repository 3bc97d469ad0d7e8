package trail

import (
	"strings"

	"github.com/virtaudit/virtaudit/record"
)

// netOpen is the kind of a file that was opened for an interface.
const netOpen = "net-open"

// shape is how a kind of record tells of a resource.
type shape uint8

const (
	other    shape = iota // a kind that the catalogue doesn't have
	replaced              // old-K= and new-K=, both may be there
	stepped               // numbers before and after
	single                // one field names it
	opened                // net open
	cgroup
)

// layout is where a kind's records name their resource.
type layout struct {
	shape
	kind     string
	old, now string // fields
	sub      string // field
}

// layouts are derived from the catalogue's rows, and in their order.
var layouts = func() []layout {
	rows := record.Kinds()
	ls := make([]layout, len(rows))
	for i, k := range rows {
		if k.Type == record.VirtResource {
			ls[i] = layoutOf(k)
		}
	}
	return ls
}()

func layoutOf(k *record.Kind) layout {
	l := layout{kind: k.Resource()}
	last := k.Fields[len(k.Fields)-1]
	switch {
	case l.kind == "cgroup":
		l.shape = cgroup
	case k.Name == netOpen:
		l = layout{shape: opened, kind: netOpen, now: "path", sub: "net"}
	case last.Encoding == record.Integer:
		l.shape, l.old, l.now = stepped, "old-"+l.kind, last.Name
	case strings.HasPrefix(last.Name, "new-"):
		l.shape, l.old, l.now = replaced, "old-"+l.kind, last.Name
	default:
		l.shape, l.now = single, last.Name
		if l.kind == "dev" {
			l.sub = "bus"
		}
	}
	return l
}

// resource takes a VIRT_RESOURCE record.
func (t *Trail) resource(e *entry) {
	r := &e.rec
	g := t.guestOf(e.node, r)
	reason := t.fieldText(r, "reason")
	var l layout
	if i := r.Kind.Index(); i >= 0 {
		l = layouts[i]
	} else {
		l = unknownLayout(r, t.fieldText(r, "resrc"))
	}
	c := change{trail: t, rec: r, layout: l, reason: reason, fact: e.fact}
	c.read()
	if g == nil {
		c.tell(e, nil)
		return
	}
	t.settleAll(g)
	c.session = t.sessionFor(g, e, l.shape, reason)
	switch l.shape {
	case cgroup:
		c.cgroup()
	case stepped:
		c.step()
	case replaced:
		c.replace()
	default:
		c.whole()
	}
	c.tell(e, g)
}

// sessionFor finds the session that a resource record belongs to: a start's
// come before its op=start, all others while the guest runs. Files opened for
// an interface and device rules come with both.
func (t *Trail) sessionFor(g *guest, e *entry, sh shape, reason string) *Session {
	switch {
	case reason == "start":
		return t.start(g, e)
	case sh == opened || sh == cgroup:
		t.settle(g)
		if g.starting == nil && g.open != nil && beginsStart(e, g.open) {
			s := t.start(g, e)
			g.open.yieldOpened(s)
			return s
		}
		if g.open == nil || g.starting != nil {
			return t.start(g, e)
		}
		t.touch(g.open, e)
		return g.open
	}
	s := t.live(g, e)
	if e.rec.Result == record.Success {
		alive(s, g.node, e.rec.Stamp)
	}
	return s
}

// beginsStart tells whether a device rule is the first of a start, on a host
// that binds no labels before: all devices are denied then, and only then.
func beginsStart(e *entry, open *Session) bool {
	class, _ := e.rec.Lookup("class")
	return open.presumed.why != notLost || class.Is("all")
}

// yieldOpened hands over the files that were opened last and for no interface
// that came: without labels, they are the first that is recorded of a start. What
// was opened before this session ran is of its own start.
func (s *Session) yieldOpened(next *Session) {
	n := len(s.Holdings)
	for n > s.before && s.Holdings[n-1].Kind == netOpen && s.Holdings[n-1].Ended == "" {
		n--
	}
	if n == len(s.Holdings) || s.open != nil {
		return
	}
	next.First = s.Holdings[n].From
	next.beganWith(s.openedBy, s.Holdings[n].Begin)
	for _, h := range s.Holdings[n:] {
		next.hold(h)
		next.opens++
		s.opens--
	}
	s.yieldEvents(len(s.Holdings)-n, next)
	s.Holdings = s.Holdings[:n]
}

// change is one resource record on its way into a session.
type change struct {
	trail   *Trail
	session *Session
	rec     *record.Record
	layout
	reason string
	fact   uint64

	was, id   string // the resource before and after
	had, has  bool   // whether there is one
	more, acl string // what more identifies it; a device rule's rights
	// absent tells that a device which is said to be opened isn't there: so
	// libvirt records /dev/vhost-net, behind a record that opening it failed.
	absent bool
	// holdsFile tells that a file that was opened for an interface is held now.
	holdsFile bool
}

// read takes from the record what it says of the resource.
func (c *change) read() {
	switch c.shape {
	case replaced:
		c.readBoth()
	case stepped: // as texts only where these are asked for
		if c.trail.keeps || c.rec.Result == record.Failed {
			c.readBoth()
		}
	case cgroup:
		if !c.trail.counting() {
			c.readRule()
		}
	case other:
		c.id, c.has = rest(c.rec), true
	default:
		c.id, _ = c.value(c.now)
		c.has = true
		if c.sub != "" {
			c.more, _ = c.value(c.sub)
		}
		if f, ok := c.rec.Lookup("rdev"); ok && c.shape == opened {
			c.absent = f.Missing() && !f.Partial() && c.rec.Result == record.Success
		}
	}
}

func (c *change) readRule() {
	if c.id, c.has = c.value("path"); !c.has {
		c.id, c.has = c.value("category")
	}
	c.more, _ = c.value("class")
	c.acl, _ = c.value("acl")
}

func (c *change) readBoth() {
	c.was, c.had = c.value(c.old)
	c.id, c.has = c.value(c.now)
}

// value gives a field as text, and whether there is one.
func (c *change) value(name string) (string, bool) {
	f, ok := c.rec.Lookup(name)
	if !ok || f.Missing() || f.Partial() && len(f.Raw()) <= len(`"?`) {
		return "", false
	}
	if len(f.Raw()) > maxValue {
		c.rec.Marks |= record.Cut
	}
	return c.trail.intern(f), true
}

// replace takes a record with a resource before and one after.
func (c *change) replace() {
	switch {
	case c.rec.Result == record.Failed:
		c.attempt()
		if c.kind == "net" && c.has && !c.session.holds(holdKey{kind: c.kind, id: c.id}) {
			c.session.releaseOpened(c.id, c.rec.Stamp, c.fact)
		}
		return
	case c.had && c.unproven(c.old): // what a cut record would have ended holds on
		c.attempt()
	case c.had:
		c.session.release(holdKey{kind: c.kind, id: c.was}, c.rec.Stamp, endedBy(c.reason), c.rec.Marks, c.fact)
		if c.kind == "net" && (!c.has || c.id != c.was) {
			c.session.releaseOpened(c.was, c.rec.Stamp, c.fact)
		}
	}
	if c.has {
		c.hold()
	}
}

// unproven tells whether a record was cut before it said how it went, or
// before the field's end.
func (c *change) unproven(field string) bool {
	f, _ := c.rec.Lookup(field)
	return f.Partial() || c.rec.Result == record.Unknown
}

// attempt notes an operation that failed, on what it would have brought.
func (c *change) attempt() {
	id := c.id
	if !c.has && c.had {
		id = c.was
	}
	c.trail.attempt(c.session, Attempt{
		Kind: c.kind, ID: id, Sub: c.more, Op: c.reason, At: c.rec.Stamp, Marks: c.rec.Marks,
	})
}

func (c *change) hold() {
	switch c.kind {
	case netOpen:
		c.session.opens++
		c.holdsFile = true
		if c.session.closed.mac == c.more {
			c.session.closed = closed{}
		}
	case "net":
		c.session.reopen(c.id, c.rec.Stamp)
	}
	c.session.hold(Holding{
		Kind: c.kind, ID: c.id, Sub: c.more, From: c.rec.Stamp, Reason: c.reason,
		Marks: c.rec.Marks, Unproven: c.rec.Result == record.Unknown, Begin: c.fact,
	})
}

func endedBy(reason string) Ended {
	switch reason {
	case "detach":
		return ByDetach
	case "snapshot":
		return BySnapshot
	}
	return ByUpdate
}

// whole takes a record of a resource that is got or lost as a whole.
func (c *change) whole() {
	switch {
	case c.absent: // neither held nor failed
	case c.rec.Result == record.Failed, c.reason == "detach" && c.unproven(c.now):
		c.attempt()
	case c.reason == "detach":
		c.session.release(holdKey{c.kind, c.id, c.more}, c.rec.Stamp, ByDetach, c.rec.Marks, c.fact)
	default:
		c.hold()
	}
}

// step takes a record of a quantity. What isn't a number, or not a whole one,
// is kept as a resource.
func (c *change) step() {
	f, _ := c.rec.Lookup(c.now)
	n, ok := f.Uint()
	switch {
	case !ok || f.Partial():
		c.readBoth()
		c.replace()
	case c.rec.Result == record.Failed:
		c.attempt()
	case c.trail.counting():
	default:
		c.session.Steps = append(c.session.Steps, Step{Kind: c.kind, Value: n, From: c.rec.Stamp, Marks: c.rec.Marks})
	}
}

// cgroup takes a device rule.
func (c *change) cgroup() {
	switch {
	case c.rec.Result == record.Failed:
		c.attempt()
	case !c.trail.counting():
		c.session.rule(Permission{
			Class: c.more, Path: c.id, ACL: c.acl, Allow: c.reason != "deny", From: c.rec.Stamp,
		})
	}
}

// rule notes a device rule, and ends what a denial takes back.
func (s *Session) rule(p Permission) {
	if !p.Allow {
		s.deny(p)
	}
	s.Permissions = append(s.Permissions, p)
	n := len(s.Permissions)
	switch {
	case n < smallSession:
	case s.allowed == nil:
		s.allowed = map[[2]string][]int{}
		for i := range s.Permissions {
			s.indexRule(i)
		}
	default:
		s.indexRule(n - 1)
	}
}

func (s *Session) indexRule(i int) {
	if p := &s.Permissions[i]; p.Allow && p.To == (Moment{}) {
		k := [2]string{p.Class, p.Path}
		s.allowed[k] = append(s.allowed[k], i)
	}
}

// deny ends what was allowed: all of it, or one device.
func (s *Session) deny(d Permission) {
	if s.allowed == nil {
		for i := range s.Permissions {
			p := &s.Permissions[i]
			if p.Allow && p.To == (Moment{}) && (d.Class == "all" || p.Class == d.Class && p.Path == d.Path) {
				p.To = d.From
			}
		}
		return
	}
	for k, allowed := range s.denied(d) {
		for _, i := range allowed {
			s.Permissions[i].To = d.From
		}
		delete(s.allowed, k)
	}
}

// denied gives the rules that a denial ends.
func (s *Session) denied(d Permission) map[[2]string][]int {
	if d.Class == "all" {
		return s.allowed
	}
	k := [2]string{d.Class, d.Path}
	return map[[2]string][]int{k: s.allowed[k]}
}

// unknownLayout is that of a kind which the catalogue doesn't have: libvirt
// names most resources before and after.
func unknownLayout(r *record.Record, resrc string) layout {
	if resrc == "" {
		resrc = "unknown"
	}
	l := layout{shape: other, kind: resrc}
	if _, ok := r.Lookup("new-" + resrc); ok {
		l.shape, l.old, l.now = replaced, "old-"+resrc, "new-"+resrc
	}
	return l
}

// rest gives all that a record of an unknown kind says, beside the fields that
// every one has.
func rest(r *record.Record) string {
	var words []string
	for _, f := range r.Fields(record.Message) {
		switch f.Name() {
		case "virt", "resrc", "reason", "vm", "uuid":
		case "":
			words = append(words, f.String())
		default:
			words = append(words, f.Name()+"="+f.String())
		}
	}
	text := strings.Join(words, " ")
	return text[:min(len(text), maxValue)]
}
