package doctor

import (
	"fmt"
	"strings"

	"github.com/virtaudit/virtaudit/kaudit"
)

// liveRules tells whether the kernel's rules drop guests' records.
func (e *examination) liveRules() finding {
	if e.rulesErr != nil {
		return notTold(e.rulesErr)
	}
	what, by, certain := droppedTypes(e.rules)
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

// droppedTypes names the types of records that rules drop, and the first rule
// that does; -1 for none. Where none is certain to, that which may.
func droppedTypes(rules []kaudit.Rule) (what string, by int, certain bool) {
	for _, least := range []answer{yes, maybe} {
		var names []string
		first := -1
		for _, t := range guestTypes {
			if a, i := dropped(rules, t); a >= least {
				names = append(names, t.String())
				if first < 0 {
					first = i
				}
			}
		}
		if first >= 0 {
			return listOf(names), first, least == yes
		}
	}
	return "", -1, false
}

// listOf joins names with commas and, before the last, and.
func listOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
