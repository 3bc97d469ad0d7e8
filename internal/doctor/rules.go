package doctor

import (
	"fmt"
	"strings"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// liveRules tells whether the kernel's rules drop guests' records.
func (e *examination) liveRules() finding {
	if e.rulesErr != nil {
		return notTold(e.rulesErr)
	}
	what, by, certain := e.droppedTypes(e.rules)
	if by < 0 {
		if len(e.rules) == 0 {
			return ok("none")
		}
		return ok(count(len(e.rules), "rule") + ", and none drops guests' records")
	}
	rule := e.rules[by]
	f := finding{Wrong, fmt.Sprintf("%s dropped by: %s", what, rule), e.undo(rule)}
	if !certain {
		f.state, f.detail = Warning, fmt.Sprintf("%s may be dropped by: %s", what, rule)
	}
	return f
}

// undo says how to get rid of a rule.
func (e *examination) undo(r kaudit.Rule) string {
	if e.statusErr == nil && e.status.Enabled == kaudit.Locked {
		return "take it out of /etc/audit/rules.d and reboot: the rules are locked until then"
	}
	return "auditctl " + strings.Replace(r.String(), "-a ", "-d ", 1) + "; and take it out of /etc/audit/rules.d"
}

// droppedTypes judges rules by the programs that send records on this host.
func (e *examination) droppedTypes(rules []kaudit.Rule) (what string, by int, certain bool) {
	return droppedTypes(e.host.resolved(rules), e.senders())
}

// droppedTypes names the types of records that rules drop of one of the programs
// at least, and the first rule that does; -1 for none. Where none is certain to,
// that which may.
func droppedTypes(rules []kaudit.Rule, exes []string) (what string, by int, certain bool) {
	for _, least := range []answer{yes, maybe} {
		var names []string
		first := -1
		for _, t := range guestTypes {
			i := droppedOfAny(rules, t, exes, least)
			if i < 0 {
				continue
			}
			names = append(names, t.String())
			if first < 0 {
				first = i
			}
		}
		if first >= 0 {
			return listOf(names), first, least == yes
		}
	}
	return "", -1, false
}

// droppedOfAny gives the rule that drops such a record of one of the programs, or
// -1.
func droppedOfAny(rules []kaudit.Rule, t record.Type, exes []string, least answer) int {
	for _, exe := range exes {
		if a, i := dropped(rules, t, exe); a >= least {
			return i
		}
	}
	return -1
}

// listOf joins names with commas and, before the last, and.
func listOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
