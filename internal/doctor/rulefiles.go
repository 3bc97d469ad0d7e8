package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

const ruleDir = "/etc/audit/rules.d"

// A fileRules is what files tell auditctl.
type fileRules struct {
	rules  []kaudit.Rule
	lines  []string // that of each rule, behind its file and number
	off    string   // where audit is turned off, and not on again later
	unread string   // a file that couldn't be read
	err    error    // and why
}

// ruleFiles tells whether the files from which the rules are loaded at the next
// start would drop guests' records or turn audit off.
func (e *examination) ruleFiles() finding {
	read := 0
	for _, files := range [][]string{{"/etc/audit/audit.rules"}, e.host.ruleDirFiles()} {
		f := e.host.loadRules(files)
		switch {
		case errors.Is(f.err, fs.ErrPermission):
			return finding{Unknown, f.unread + ": " + reason(f.err), "run this as root"}
		case f.err != nil && !errors.Is(f.err, fs.ErrNotExist):
			return finding{Unknown, f.unread + ": " + reason(f.err), "see what that file is"}
		}
		if found := e.judge(f); found.state != OK {
			return found
		}
		read += len(f.rules)
	}
	if read == 0 {
		return ok("no rule about the records of programs")
	}
	return ok(count(read, "rule") + " about the records of programs, and none drops guests' records")
}

// ruleDirFiles gives the files of which augenrules makes audit.rules, in order;
// the folder itself where it can't be read, so that its error is met.
func (h Host) ruleDirFiles() []string {
	entries, err := os.ReadDir(h.path(ruleDir))
	if err != nil {
		return []string{ruleDir}
	}
	var files []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".rules") {
			files = append(files, filepath.Join(ruleDir, e.Name()))
		}
	}
	return files
}

// judge says what would come of loading rules. Where the kernel's rules are
// known, it is only about the next time.
func (e *examination) judge(f fileRules) finding {
	state := Wrong
	if e.rulesErr == nil {
		state = Warning
	}
	if f.off != "" {
		return finding{state, f.off + " turns audit off (-e 0) when the rules are loaded", "take that line out"}
	}
	what, by, certain := droppedTypes(f.rules)
	if by < 0 {
		return ok("")
	}
	if !certain {
		return finding{Warning, fmt.Sprintf("%s may be dropped by %s", what, f.lines[by]), "take that line out"}
	}
	return finding{state, fmt.Sprintf("%s dropped by %s", what, f.lines[by]), "take that line out"}
}

// loadRules reads files as auditctl would, one after the other.
func (h Host) loadRules(files []string) fileRules {
	var f fileRules
	for _, name := range files {
		text, err := h.read(name)
		if err != nil {
			f.unread, f.err = name, err
			continue
		}
		number := 0
		for line := range strings.Lines(text) {
			number++
			f.line(fmt.Sprintf("%s:%d", name, number), strings.Fields(line))
		}
	}
	return f
}

// line reads a line: -a LIST,ACTION with its -F CONDITIONs, or -e. What else
// there is doesn't touch the records of programs.
func (f *fileRules) line(at string, words []string) {
	var rule kaudit.Rule
	filtered, first := false, false
	for i := 0; i+1 < len(words) && !strings.HasPrefix(words[0], "#"); i++ {
		value := words[i+1]
		switch words[i] {
		case "-e":
			f.off = ""
			if value == "0" {
				f.off = at
			}
		case "-a", "-A":
			filtered, first = parseList(&rule, value), words[i] == "-A"
		case "-F":
			rule.Conditions = append(rule.Conditions, parseCondition(value))
		}
	}
	if filtered {
		f.add(rule, at+": "+strings.Join(words, " "), first)
	}
}

// add adds a rule behind the others, or before them.
func (f *fileRules) add(r kaudit.Rule, line string, first bool) {
	place := len(f.rules)
	if first {
		place = 0
	}
	f.rules = slices.Insert(f.rules, place, r)
	f.lines = slices.Insert(f.lines, place, line)
}

// parseList reads LIST,ACTION or ACTION,LIST. It reports false for the lists
// that aren't about the records of programs.
func parseList(r *kaudit.Rule, text string) bool {
	known := false
	for word := range strings.SplitSeq(text, ",") {
		switch word {
		case "user":
			r.Filter, known = kaudit.FilterUser, true
		case "exclude":
			r.Filter, known = kaudit.FilterExclude, true
		case "always":
			r.Action = kaudit.Always
		case "never":
			r.Action = kaudit.Never
		}
	}
	return known
}

// unreadable is the field of a condition that can't be judged.
const unreadable kaudit.Field = 1<<32 - 1

// ops are the operators by how they are written. Where one begins as another
// does, the longer comes first.
var ops = []kaudit.Op{
	kaudit.NotEqual, kaudit.BitTest, kaudit.LessOrEqual, kaudit.GreaterOrEqual,
	kaudit.Equal, kaudit.Less, kaudit.Greater, kaudit.BitMask,
}

// fields are the fields that dropped knows.
var fields = map[string]kaudit.Field{
	"msgtype": kaudit.FieldMsgType, "uid": kaudit.FieldUID, "gid": kaudit.FieldGID,
	"auid": kaudit.FieldAUID, "loginuid": kaudit.FieldAUID, "exe": kaudit.FieldExe,
}

func parseCondition(text string) kaudit.Condition {
	at := strings.IndexAny(text, "!=<>&")
	if at < 0 {
		return kaudit.Condition{Field: unreadable}
	}
	for _, op := range ops {
		value, ok := strings.CutPrefix(text[at:], op.String())
		if !ok {
			continue
		}
		c := kaudit.Condition{Field: unreadable, Op: op, Text: value}
		field, known := fields[text[:at]]
		if number, ok := parseValue(field, value); known && (ok || field == kaudit.FieldExe) {
			c.Field, c.Value = field, number
		}
		return c
	}
	return kaudit.Condition{Field: unreadable}
}

// parseValue reads a number or one of the names that stand for one.
func parseValue(f kaudit.Field, text string) (uint32, bool) {
	if t, ok := record.ParseType(text); ok && f == kaudit.FieldMsgType {
		return uint32(t), true
	}
	switch text {
	case "root":
		return 0, true
	case "unset", "-1":
		return 1<<32 - 1, true
	}
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil
}
