package loggen

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The reader of these tests shares nothing with the generator. It is slow and
// plain: it takes the whole log apart, sorts it into the true order, and
// derives what the log proves from the rules for readers.

// line is one line of a log, taken apart.
type line struct {
	node, typ, text string
	millis          int64
	serial          uint64
	boot, number    int // number: by place in the file
	late            int
}

var lineForm = regexp.MustCompile(`^(?:node=(\S+) )?type=(\S+) msg=audit\((\d+)\.(\d{3}):(\d+)\): (.*)$`)

// wanted is the types that are picked from a log.
var wanted = regexp.MustCompile(`^(VIRT_[A-Z_]+|AVC|USER_AVC|SECCOMP|ANOM_[A-Z]+|SYSTEM_BOOT|SYSTEM_SHUTDOWN|DAEMON_[A-Z]+)$`)

// parseLine fails the test for a line that is not of an audit log's form.
func parseLine(t *testing.T, text string) line {
	t.Helper()
	m := lineForm.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("not a record: %q", text)
	}
	seconds, _ := strconv.ParseInt(m[3], 10, 64)
	millis, _ := strconv.ParseInt(m[4], 10, 64)
	serial, _ := strconv.ParseUint(m[5], 10, 64)
	body, _, _ := strings.Cut(m[6], "\x1d")
	return line{node: m[1], typ: m[2], text: body, millis: seconds*1000 + millis, serial: serial}
}

// typeOf is quick, for the many lines that are not wanted.
func typeOf(text string) string {
	if strings.HasPrefix(text, "node=") {
		_, text, _ = strings.Cut(text, " ")
	}
	typ, _, _ := strings.Cut(strings.TrimPrefix(text, "type="), " ")
	return typ
}

// parseLog gives the wanted lines in the order of the file.
func parseLog(t *testing.T, log []byte) []line {
	t.Helper()
	var lines []line
	boots := map[string]int{}
	newest := map[string]uint64{}
	for text := range strings.Lines(string(log)) {
		if !wanted.MatchString(typeOf(text)) {
			continue
		}
		l := parseLine(t, strings.TrimSuffix(text, "\n"))
		if !strings.HasPrefix(l.typ, "DAEMON_") {
			if l.serial+1000 < newest[l.node] {
				boots[l.node]++
				newest[l.node] = 0
			}
			newest[l.node] = max(newest[l.node], l.serial)
		}
		l.boot, l.number = boots[l.node], len(lines)
		lines = append(lines, l)
	}
	return lines
}

// inTrueOrder sorts by node, boot and serial, without auditd's own records.
func inTrueOrder(lines []line) []line {
	sorted := slices.DeleteFunc(slices.Clone(lines), func(l line) bool {
		return strings.HasPrefix(l.typ, "DAEMON_")
	})
	slices.SortStableFunc(sorted, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.boot, b.boot), cmp.Compare(a.serial, b.serial))
	})
	return sorted
}

// reading is what the reader makes of a log.
type reading struct {
	truth    Truth
	sessions []Session
	open     map[string]*opened // by node and uuid
}

// opened is a session that runs.
type opened struct {
	Session
	label string // the category pair
	crash Event
}

func readLog(t *testing.T, log []byte) reading {
	t.Helper()
	r := reading{open: map[string]*opened{}}
	lines := parseLog(t, log)
	r.truth.Bytes, r.truth.Lines = int64(len(log)), int64(bytes.Count(log, []byte("\n")))
	r.truth.Records, r.truth.Resources, r.truth.FailedResources = map[string]int{}, map[string]int{}, map[string]int{}
	r.count(lines)
	labels := map[string]string{}
	for _, l := range inTrueOrder(lines) {
		r.take(t, l, labels)
	}
	for _, o := range r.open {
		if o.crash != (Event{}) {
			r.end(o, Lost, LostByAbend, o.crash)
		} else {
			r.end(o, Running, "", Event{})
		}
	}
	return r
}

func (r *reading) count(lines []line) {
	var first, last int64
	for _, l := range lines {
		r.truth.Records[l.typ]++
		if first == 0 || l.millis < first {
			first = l.millis
		}
		last = max(last, l.millis)
	}
	if first != 0 {
		const form = "2006-01-02T15:04:05.000Z"
		r.truth.First, r.truth.Last = time.UnixMilli(first).UTC().Format(form), time.UnixMilli(last).UTC().Format(form)
	}
}

func (r *reading) take(t *testing.T, l line, labels map[string]string) {
	t.Helper()
	switch {
	case strings.HasPrefix(l.typ, "VIRT_"):
		r.virt(t, l, labels)
	case strings.HasSuffix(l.typ, "AVC"):
		r.avc(l)
	case strings.HasPrefix(l.typ, "ANOM_"):
		r.anomaly(l)
	case l.typ == "SYSTEM_BOOT":
		for _, o := range r.open {
			if o.Node == l.node {
				r.lose(o, LostByBoot)
			}
		}
	}
}

// virtForm knows that a name may hold anything but a double quote or a blank.
var (
	virtForm     = regexp.MustCompile(`msg='virt=(\S+) (?:(?:op|resrc)=(\S+) )?(?:reason=(\S+) )?vm=("[^"]*"|[0-9A-F]+) uuid=(\S+) (.*) exe="[^"]*" hostname=\? addr=\? terminal=\? res=(success|failed)'$`)
	categoryForm = regexp.MustCompile(`vm-ctx=\S+:s0:(c\d+,c\d+) `)
	vmPidForm    = regexp.MustCompile(`vm-pid=(\d+)`)
)

func (r *reading) virt(t *testing.T, l line, labels map[string]string) {
	t.Helper()
	m := virtForm.FindStringSubmatch(l.text)
	if m == nil {
		t.Fatalf("not a VIRT record: %q", l.text)
	}
	virt, what, reason, uuid, fields, failed := m[1], m[2], m[3], m[5], m[6], m[7] == "failed"
	key := l.node + " " + uuid
	if failed {
		r.truth.FailedOperations++
	}
	s := Session{Node: l.node, UUID: uuid, Name: decodeName(t, m[4]), Virt: virt}
	switch l.typ {
	case "VIRT_MACHINE_ID":
		if c := categoryForm.FindStringSubmatch(fields); c != nil {
			labels[key] = c[1]
		}
	case "VIRT_RESOURCE":
		r.resource(what, reason, failed, key, s)
	case "VIRT_CONTROL":
		r.control(t, l, what, reason, fields, failed, s, labels)
	}
}

func (r *reading) resource(kind, reason string, failed bool, key string, s Session) {
	r.truth.Resources[kind]++
	if failed {
		r.truth.FailedResources[kind]++
	}
	if slices.Contains([]string{"attach", "detach", "update", "snapshot", "mirror"}, reason) && r.open[key] == nil {
		r.open[key] = &opened{Session: s}
	}
}

func (r *reading) control(t *testing.T, l line, op, reason, fields string, failed bool, s Session, labels map[string]string) {
	t.Helper()
	key := s.Node + " " + s.UUID
	at := Event{l.millis, l.serial}
	o := r.open[key]
	switch op {
	case "start":
		if o != nil {
			r.lose(o, LostByStart)
		}
		s.Start = at
		if failed {
			r.truth.FailedStarts++
			s.State = Failed
			r.sessions = append(r.sessions, s)
			return
		}
		r.truth.Starts++
		s.PID, _ = strconv.Atoi(vmPidForm.FindStringSubmatch(fields)[1])
		r.open[key] = &opened{Session: s, label: labels[key]}
	case "stop":
		r.truth.Stops++
		if o == nil {
			o = &opened{Session: s}
		}
		if o.Start == (Event{}) {
			r.truth.StopsWithoutStart++
		}
		r.end(o, Closed, reason, at)
	case "init":
		r.truth.Inits++
		if o == nil {
			r.open[key] = &opened{Session: s}
		}
	default:
		t.Fatalf("op=%s", op)
	}
}

func (r *reading) lose(o *opened, reason string) {
	if o.crash != (Event{}) {
		reason = LostByAbend
	}
	r.end(o, Lost, reason, o.crash)
}

func (r *reading) end(o *opened, state, reason string, at Event) {
	delete(r.open, o.Node+" "+o.UUID)
	s := o.Session
	s.State, s.EndReason, s.End = state, reason, at
	r.sessions = append(r.sessions, s)
	switch state {
	case Closed:
		r.truth.Sessions.Closed++
	case Running:
		r.truth.Sessions.Running++
	case Lost:
		r.truth.Sessions.Lost++
	}
}

const uuidForm = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

var (
	profileForm  = regexp.MustCompile(` profile="libvirt-` + uuidForm + `"`)
	subjForm     = regexp.MustCompile(` subj=libvirt-` + uuidForm + `(?: |$)`)
	scontextForm = regexp.MustCompile(` scontext=[^ :]+:[^ :]+:[^ :]+:s0:(c\d+,c\d+) `)
	pidForm      = regexp.MustCompile(` pid=(\d+) `)
)

func (r *reading) avc(l line) {
	if strings.Contains(l.text, `apparmor="DENIED"`) && profileForm.MatchString(l.text) {
		r.truth.GuestAVCs++
		return
	}
	m := scontextForm.FindStringSubmatch(l.text)
	if m == nil || !strings.Contains(l.text, "avc:  denied ") {
		return
	}
	for _, o := range r.open {
		if o.Node == l.node && o.label == m[1] && o.crash == (Event{}) {
			r.truth.GuestAVCs++
			return
		}
	}
}

func (r *reading) anomaly(l line) {
	owner := r.ownerOf(l)
	if owner != nil || subjForm.MatchString(l.text) {
		r.truth.GuestAnomalies++
	}
	if owner != nil && l.typ == "ANOM_ABEND" {
		owner.crash = Event{l.millis, l.serial}
	}
}

// ownerOf gives the running session with the pid of the line.
func (r *reading) ownerOf(l line) *opened {
	m := pidForm.FindStringSubmatch(l.text)
	if m == nil {
		return nil
	}
	for _, o := range r.open {
		if o.Node == l.node && o.PID > 0 && strconv.Itoa(o.PID) == m[1] && o.crash == (Event{}) {
			return o
		}
	}
	return nil
}

func decodeName(t *testing.T, field string) string {
	t.Helper()
	if name, quoted := strings.CutPrefix(field, `"`); quoted {
		return strings.TrimSuffix(name, `"`)
	}
	name, err := hex.DecodeString(field)
	if err != nil {
		t.Fatalf("vm=%s: %v", field, err)
	}
	return string(name)
}

// setLateness says for every line how many lines of its node, boot and file
// that come after it in the true order stand before it.
func setLateness(lines []line) {
	before := map[string][]uint64{}
	for i := range lines {
		l := &lines[i]
		if strings.HasPrefix(l.typ, "DAEMON_") {
			continue
		}
		key := l.node + " " + strconv.Itoa(l.boot)
		for _, serial := range before[key] {
			if serial > l.serial {
				l.late++
			}
		}
		before[key] = append(before[key], l.serial)
		if len(before[key]) > 200 {
			before[key] = before[key][1:]
		}
	}
}
