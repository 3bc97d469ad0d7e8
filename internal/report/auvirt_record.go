package report

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// recordOf finds the record that a line is of, or nil: the lines of the log
// know what events don't keep.
func (a *auvirt) recordOf(l *auvirtLine) *record.Record {
	if a.Records == nil {
		return nil
	}
	for _, line := range a.Records(l.node, l.at) {
		var r record.Record
		if r.Parse([]byte(line)) == nil && (l.typ == 0 || r.Type == l.typ) {
			return &r
		}
	}
	return nil
}

// user names who a record is of: the user who logged in, where that is known,
// else the one that the process runs as. Of an AVC only the latter is in the
// record, and only in AppArmor's.
func (a *auvirt) user(l *auvirtLine) string {
	r := a.recordOf(l)
	if r == nil || l.kind == trail.OpLost {
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
	if comm := command(r); comm != "" {
		return append(l.columns, visible(comm))
	}
	return l.columns
}

// deniedColumns gives operation, result, command and target of a denial; where
// it was to label something, also the label.
func deniedColumns(r *record.Record, target []string) []string {
	operation, result := messageText(r, "operation"), "denied"
	if operation == "" {
		operation = permissions(r)
	}
	if messageText(r, "permissive") == "1" {
		result = "permissive"
	}
	columns := append([]string{visibleOr(operation), result, visibleOr(command(r))}, target...)
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

// command gives the name of a process, which the kernel writes in quotes, or in
// hex where it holds what can't stand there.
func command(r *record.Record) string {
	text := messageText(r, "comm")
	if f, _ := r.Lookup("comm"); string(f.Raw()) == text {
		if b, err := hex.DecodeString(text); err == nil {
			return string(b)
		}
	}
	return text
}

// permissions gives what SELinux denied, with commas as auvirt wrote them.
func permissions(r *record.Record) string {
	var words []string
	inside := false
	for _, f := range r.Fields(record.Message) {
		word := string(f.Raw())
		switch {
		case f.Name() != "" || word == "}":
			return strings.Join(words, ",")
		case inside:
			words = append(words, word)
		}
		inside = inside || word == "{"
	}
	return strings.Join(words, ",")
}
