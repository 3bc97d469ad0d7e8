package doctor

import (
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

func TestRuleFiles(t *testing.T) {
	const one = "-a always,exclude -F msgtype=VIRT_RESOURCE\n"
	add := func(name, text string) func(*fake) { return func(f *fake) { f.write("etc/audit/"+name, text) } }
	unknown := func(change func(*fake)) func(*fake) {
		return func(f *fake) {
			f.rulesErr = kaudit.ErrNotPermitted
			change(f)
		}
	}
	try(t, "rule files", map[string]tc{
		"harmless": {func(*fake) {}, OK, "2 rules about the records of programs", ""},
		"none":     {func(f *fake) { f.remove("etc/audit") }, OK, "no rule", ""},
		"in a part": {
			add("rules.d/30-less.rules", "# less\n"+one), Warning,
			"VIRT_RESOURCE dropped by /etc/audit/rules.d/30-less.rules:2: -a always,exclude -F msgtype=VIRT_RESOURCE", "take that line out",
		},
		"in the whole":  {unknown(add("audit.rules", one)), Wrong, "VIRT_RESOURCE dropped by /etc/audit/audit.rules:1", "take"},
		"may be":        {unknown(add("audit.rules", "-a never,user -F pid=1\n")), Warning, "VIRT_CONTROL, VIRT_RESOURCE and VIRT_MACHINE_ID may be dropped", "take"},
		"not a part":    {add("rules.d/less.rules.off", one), OK, "2 rules", ""},
		"off":           {add("audit.rules", "-b 8192\n-e 0\n"), Warning, "/etc/audit/audit.rules:2 turns audit off", "take"},
		"off, unknown":  {unknown(add("audit.rules", "-e 0\n")), Wrong, "turns audit off", "take"},
		"off, on again": {add("rules.d/99.rules", "-e 0\n-e 2\n"), OK, "2 rules", ""},
		"earlier part decides": {func(f *fake) {
			add("rules.d/10.rules", "-a always,user -F uid=0\n")(f)
			add("rules.d/20.rules", "-a never,user -F uid=0\n")(f)
		}, OK, "4 rules", ""},
		"taken out again": {add("rules.d/99.rules", "-a always,exclude -F uid=0\n-d always,exclude -F uid=0\n"), OK, "2 rules", ""},
		"all taken out":   {add("audit.rules", one+"-D\n"), OK, "1 rule", ""},
		// augenrules puts -D before all others.
		"a part takes none out": {func(f *fake) {
			add("rules.d/10.rules", one)(f)
			add("rules.d/20.rules", "-D\n")(f)
		}, Warning, "/etc/audit/rules.d/10.rules:1", "take"},
		"not a file": {func(f *fake) {
			f.remove("etc/audit/audit.rules")
			f.write("etc/audit/audit.rules/x", "")
		}, Unknown, "/etc/audit/audit.rules: not a regular file", "what that file is"},
	})
}
