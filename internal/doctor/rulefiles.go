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
	from   []origin // of each rule
	off    string   // where audit is turned off, and not on again later
	unread string   // a file that couldn't be read
	err    error    // and why
}

// origin is where a rule stands, and the key that it has.
type origin struct{ line, key string }

// ruleFiles tells whether the files from which the rules are loaded at the next
// start would drop guests' records or turn audit off.
func (e *examination) ruleFiles() finding {
	read := 0
	for _, load := range []func() fileRules{e.host.wholeRules, e.host.partRules} {
		f := load()
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
	what, by, certain := e.droppedTypes(f.rules)
	if by < 0 {
		return ok("")
	}
	if !certain {
		return finding{Warning, fmt.Sprintf("%s may be dropped by %s", what, f.from[by].line), "take that line out"}
	}
	return finding{state, fmt.Sprintf("%s dropped by %s", what, f.from[by].line), "take that line out"}
}

// wholeRules reads the file that is loaded, as auditctl would.
func (h Host) wholeRules() fileRules {
	var f fileRules
	f.load(h, []string{"/etc/audit/audit.rules"})
	return f
}

// partRules reads the files of which augenrules makes that one. It puts a line
// that is -D and no more before all others.
func (h Host) partRules() fileRules {
	var f fileRules
	f.load(h, h.ruleDirFiles(), "-D")
	return f
}

// load reads files as auditctl would, one after the other, without the lines of
// one word that are to be skipped.
func (f *fileRules) load(h Host, files []string, skipped ...string) {
	for _, name := range files {
		text, err := h.read(name)
		if err != nil {
			f.unread, f.err = name, err
			continue
		}
		number := 0
		for line := range strings.Lines(text) {
			number++
			if words := strings.Fields(line); len(words) != 1 || !slices.Contains(skipped, words[0]) {
				f.line(fmt.Sprintf("%s:%d", name, number), words)
			}
		}
	}
}

// line reads a line: -a LIST,ACTION or -d LIST,ACTION with its -F CONDITIONs, -D,
// or -e. What else there is doesn't touch the records of programs.
func (f *fileRules) line(at string, words []string) {
	if len(words) == 0 || strings.HasPrefix(words[0], "#") {
		return
	}
	var rule kaudit.Rule
	do, key := "", ""
	for i, word := range words {
		value := strings.Join(words[i+1:min(i+2, len(words))], "")
		switch word {
		case "-e":
			f.off = ""
			if value == "0" {
				f.off = at
			}
		case "-D":
			do = word
		case "-a", "-A", "-d":
			if parseList(&rule, value) {
				do = word
			}
		case "-k":
			key = value
		case "-F":
			if k, ok := strings.CutPrefix(value, "key="); ok {
				key = k
			} else {
				rule.Conditions = append(rule.Conditions, parseCondition(value))
			}
		}
	}
	f.do(do, rule, origin{at + ": " + strings.Join(words, " "), key})
}

// do adds a rule behind the others, or before them, or takes rules away.
func (f *fileRules) do(what string, r kaudit.Rule, from origin) {
	switch what {
	case "-a":
		f.rules, f.from = append(f.rules, r), append(f.from, from)
	case "-A":
		f.rules, f.from = slices.Insert(f.rules, 0, r), slices.Insert(f.from, 0, from)
	case "-d":
		f.remove(1, func(i int) bool {
			o := f.rules[i]
			return o.Filter == r.Filter && o.Action == r.Action && f.from[i].key == from.key && slices.Equal(o.Conditions, r.Conditions)
		})
	case "-D":
		f.remove(len(f.rules), func(i int) bool { return from.key == "" || from.key == f.from[i].key })
	}
}

// remove takes away the first rules of which gone is true, up to a number.
func (f *fileRules) remove(most int, gone func(i int) bool) {
	kept := 0
	for i := range f.rules {
		if most > 0 && gone(i) {
			most--
			continue
		}
		f.rules[kept], f.from[kept] = f.rules[i], f.from[i]
		kept++
	}
	f.rules, f.from = f.rules[:kept], f.from[:kept]
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
	unknown := kaudit.Condition{Field: unreadable, Text: text}
	at := strings.IndexAny(text, "!=<>&")
	if at < 0 {
		return unknown
	}
	for _, op := range ops {
		value, ok := strings.CutPrefix(text[at:], op.String())
		if !ok {
			continue
		}
		field, known := fields[text[:at]]
		number, ok := parseValue(field, value)
		switch {
		case known && field == kaudit.FieldExe:
			return kaudit.Condition{Field: field, Op: op, Text: value}
		case known && ok:
			return kaudit.Condition{Field: field, Op: op, Value: number}
		}
		return unknown
	}
	return unknown
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
