package kaudit

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
)

// rule makes struct audit_rule_data.
func rule(filter Filter, action Action, conditions ...Condition) []byte {
	n := make([]uint32, ruleSize/4)
	n[0], n[1], n[2] = uint32(filter), uint32(action), uint32(len(conditions))
	var texts string
	for i, c := range conditions {
		n[fieldsAt+i], n[opsAt+i], n[valuesAt+i] = uint32(c.Field), uint32(c.Op), c.Value
		if c.Text != "" {
			texts += c.Text
			n[valuesAt+i] = uint32(len(c.Text))
		}
	}
	n[textSizeAt] = uint32(len(texts))
	return append(numbersOf(n...), texts...)
}

func TestRule(t *testing.T) {
	for want, r := range map[string]Rule{
		"-a always,exclude -F msgtype=VIRT_RESOURCE": {FilterExclude, Always, []Condition{{FieldMsgType, Equal, 2501, ""}}},
		"-a always,exclude -F msgtype>=VIRT_CONTROL -F msgtype<=VIRT_MIGRATE_OUT -F auid=-1": {FilterExclude, Always, []Condition{
			{FieldMsgType, GreaterOrEqual, 2500, ""}, {FieldMsgType, LessOrEqual, 2507, ""}, {FieldAUID, Equal, 1<<32 - 1, ""},
		}},
		"-a never,user -F subj_type=svirt_t -F exe!=/usr/sbin/libvirtd -F uid=0": {FilterUser, Never, []Condition{
			{15, Equal, 0, "svirt_t"}, {FieldExe, NotEqual, 0, "/usr/sbin/libvirtd"}, {FieldUID, Equal, 0, ""},
		}},
		"-a possible,exit -F f106=10 -F key=pw":         {4, Possible, []Condition{{106, Equal, 10, ""}, {210, Equal, 0, "pw"}}},
		"-a never,user":                                 {FilterUser, Never, nil},
		"-a action 9,filter 15 -F pid?7?3":              {15, 9, []Condition{{FieldPID, 7, 3, ""}}},
		"-a always,exclude -F msgtype=70000 -F gid&=12": {FilterExclude, Always, []Condition{{FieldMsgType, Equal, 70000, ""}, {FieldGID, BitTest, 12, ""}}},
	} {
		got, err := parseRule(rule(r.Filter, r.Action, r.Conditions...))
		if err != nil || !reflect.DeepEqual(got, r) || got.String() != want {
			t.Errorf("%s: %+v, %v; want %s, %+v", got, got, err, want, r)
		}
	}
}

// auditctl -A puts a rule first; the flag for that is no filter.
func TestPrependedRule(t *testing.T) {
	if r, err := parseRule(rule(FilterExclude|flagPrepend, Always)); err != nil || r.Filter != FilterExclude {
		t.Errorf("filter %v, %v", r.Filter, err)
	}
}

func TestBadRules(t *testing.T) {
	whole := rule(FilterExclude, Always, Condition{FieldExe, Equal, 0, "/usr/sbin/libvirtd"})
	with := func(index int, value uint32) []byte {
		b := append([]byte(nil), whole...)
		binary.NativeEndian.PutUint32(b[index*4:], value)
		return b
	}
	for want, b := range map[string][]byte{
		"audit rule of 1039 bytes":      whole[:ruleSize-1],
		"with 17 bytes of text":         whole[:len(whole)-1],
		"with 65 fields":                with(2, 65),
		"field 0 has 4294967295 bytes":  with(valuesAt, 1<<32-1),
		"field 0 has 18 bytes of 3":     with(textSizeAt, 3),
		"said to be 4294967295":         with(textSizeAt, 1<<32-1),
		"audit rule of 0 bytes, want a": nil,
	} {
		if _, err := parseRule(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestRulesEnd(t *testing.T) {
	c := newConn(newFake(func(r message) [][]byte {
		return [][]byte{
			acknowledged(r), reply(r, typeListRules, rule(FilterUser, Never)),
			reply(r, typeListRules, rule(FilterExclude, Always)), reply(r, typeDone, nil),
		}
	}), true)
	defer c.Close()
	rules, err := c.Rules(t.Context())
	if err != nil || len(rules) != 2 || rules[0].Filter != FilterUser || rules[1].Filter != FilterExclude {
		t.Errorf("%v, %v", rules, err)
	}
}

func TestNoRules(t *testing.T) {
	c := newConn(newFake(func(r message) [][]byte { return [][]byte{acknowledged(r), reply(r, typeDone, nil)} }), true)
	defer c.Close()
	if rules, err := c.Rules(t.Context()); err != nil || len(rules) != 0 {
		t.Errorf("%v, %v", rules, err)
	}
}
