package report

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// auvirtRecords are the records of one event: the first of each type, that of
// type 0 the first of all, and of denials, of which an event may have several,
// each.
type auvirtRecords struct {
	of      auvirtRecord
	first   map[record.Type][]byte
	denials map[auvirtDenial][]byte
}

// auvirtDenial tells the denials of an event apart: what was denied, and of what.
type auvirtDenial struct{ target, what string }

// recordOf finds the record that a line is of, or nil: the lines of the log
// know what events don't keep. Those of one event are looked through once for all
// lines of the report, which come by event.
func (a *auvirt) recordOf(l *auvirtLine) *record.Record {
	if a.LinesOf == nil {
		return nil
	}
	if of := (auvirtRecord{l.node, l.at}); a.said.first == nil || a.said.of != of {
		a.said = auvirtRecords{of, map[record.Type][]byte{}, map[auvirtDenial][]byte{}}
		for line := range a.LinesOf(l.node, l.at) {
			a.said.see(line)
		}
	}
	line := a.said.denials[l.denied]
	if line == nil {
		line = a.said.first[l.typ]
	}
	var r record.Record
	if line == nil || r.Parse(line) != nil {
		return nil
	}
	return &r
}

func (s *auvirtRecords) see(line []byte) {
	var r record.Record
	if r.Parse(line) != nil {
		return
	}
	for _, typ := range [...]record.Type{0, r.Type} {
		if s.first[typ] == nil {
			s.first[typ] = line
		}
	}
	if denial := denialIn(&r); denial != (auvirtDenial{}) && s.denials[denial] == nil {
		s.denials[denial] = line
	}
}

// denialIn gives what a record denies in the words of its event; of other records
// nothing.
func denialIn(r *record.Record) auvirtDenial {
	if r.Type.Virt() {
		return auvirtDenial{}
	}
	d := auvirtDenial{cmp.Or(trail.Untrusted(r, "path"), trail.Untrusted(r, "name")), messageText(r, "operation")}
	if mask := messageText(r, "denied_mask"); mask != "" {
		d.what += " (" + mask + ")"
	}
	if d.what == "" {
		d.what = strings.Join(trail.Permissions(r), " ")
	}
	return d
}

// user names who a record is of: the user who logged in, where that is known,
// else the one that the process runs as. Of an AVC only the latter is in the
// record, and only in AppArmor's.
func (a *auvirt) user(l *auvirtLine) string {
	if l.kind == trail.OpLost { // no record tells that
		return unknown
	}
	r := a.recordOf(l)
	if r == nil {
		return unknown
	}
	section := record.Kernel
	if l.kind == auvirtAVC || l.kind == auvirtAnomaly {
		section = record.Message
	}
	for _, name := range [...]string{"auid", "uid", "fsuid"} {
		if uid, ok := numberIn(r.Fields(section), name); ok && uid != unset {
			return a.userName(r, l.node, name, uid)
		}
	}
	return unknown
}

func numberIn(fields []record.Field, name string) (uint32, bool) {
	for _, f := range fields {
		if f.Name() == name {
			n, ok := f.Uint()
			return uint32(n), ok && n <= unset
		}
	}
	return 0, false
}

// userName gives the name of a user: the one that auditd wrote beside the
// number, else what the caller knows of the host. 0 has the same one everywhere.
func (a *auvirt) userName(r *record.Record, node, field string, uid uint32) string {
	for _, f := range r.Fields(record.Auditd) {
		if f.Name() == strings.ToUpper(field) && f.String() != "" {
			return visible(f.String())
		}
	}
	if a.UserName != nil {
		if name := a.UserName(node, uid); name != "" {
			return visible(name)
		}
	}
	if uid == 0 {
		return "root"
	}
	return strconv.FormatUint(uint64(uid), 10)
}

// details gives the columns behind the period. Those of an AVC and an anomaly
// are in the record.
func (a *auvirt) details(l *auvirtLine) []string {
	if l.kind != auvirtAVC && l.kind != auvirtAnomaly {
		return l.columns
	}
	r := a.recordOf(l)
	if r == nil {
		return l.columns
	}
	if l.kind == auvirtAVC {
		return deniedColumns(r, l.columns)
	}
	if comm := trail.Untrusted(r, "comm"); comm != "" {
		return append(l.columns, visible(comm))
	}
	return l.columns
}

// deniedColumns gives operation, result, command and target of a denial; where
// it was to label something, also the label.
func deniedColumns(r *record.Record, target []string) []string {
	operation, result := messageText(r, "operation"), "denied"
	if operation == "" {
		operation = strings.Join(trail.Permissions(r), ",") // as auvirt wrote them
	}
	if messageText(r, "permissive") == "1" {
		result = "permissive"
	}
	columns := append([]string{visibleOr(operation), result, visibleOr(trail.Untrusted(r, "comm"))}, target...)
	switch operation {
	case "relabelfrom":
		columns = append(columns, visibleOr(messageText(r, "scontext")))
	case "relabelto":
		columns = append(columns, visibleOr(messageText(r, "tcontext")))
	}
	return columns
}

// visibleOr is visible for a value that the log may not have.
func visibleOr(s string) string {
	if s == "" {
		return unknown
	}
	return visible(s)
}

func messageText(r *record.Record, name string) string {
	f, _ := r.Lookup(name)
	return f.String()
}
