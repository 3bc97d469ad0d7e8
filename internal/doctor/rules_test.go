package doctor

import (
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

func msgType(op kaudit.Op, value uint32) kaudit.Condition {
	return kaudit.Condition{Field: kaudit.FieldMsgType, Op: op, Value: value}
}

func TestRules(t *testing.T) {
	rules := func(r ...kaudit.Rule) func(*fake) { return func(f *fake) { f.rules = append(f.rules, r...) } }
	exclude := func(c ...kaudit.Condition) kaudit.Rule {
		return kaudit.Rule{Filter: kaudit.FilterExclude, Action: kaudit.Always, Conditions: c}
	}
	one := exclude(msgType(kaudit.Equal, 2501))
	try(t, "rules", map[string]tc{
		"none":     {func(f *fake) { f.rules = nil }, OK, "none", ""},
		"harmless": {func(*fake) {}, OK, "1 rule, and none drops", ""},
		"one type": {
			rules(one), Wrong, "VIRT_RESOURCE dropped by: -a always,exclude -F msgtype=VIRT_RESOURCE",
			"auditctl -d always,exclude -F msgtype=VIRT_RESOURCE; and",
		},
		"a range": {rules(exclude(msgType(kaudit.GreaterOrEqual, 2500))), Wrong, "VIRT_CONTROL, VIRT_RESOURCE and VIRT_MACHINE_ID dropped by", "auditctl -d"},
		"not sure": {
			rules(exclude(msgType(kaudit.Equal, 2500), kaudit.Condition{Field: 15, Op: kaudit.Equal, Text: "virtd_t"})),
			Warning, "VIRT_CONTROL may be dropped by: -a always,exclude -F msgtype=VIRT_CONTROL -F subj_type=virtd_t", "auditctl -d",
		},
		"never sent": {rules(exclude(msgType(kaudit.Equal, 2504))), OK, "2 rules", ""},
		"locked": {func(f *fake) {
			rules(one)(f)
			f.status.Enabled = kaudit.Locked
		}, Wrong, "VIRT_RESOURCE dropped", "reboot"},
		"not told": {func(f *fake) { f.rulesErr = kaudit.ErrNotPermitted }, Unknown, "doesn't tell", "root"},
	})
}
