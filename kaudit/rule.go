package kaudit

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Filter is the list that a rule is in. It says what the rule is asked about.
type Filter uint32

// The filters that a record which a program sends must pass, in this order. The
// others are about system calls and files.
const (
	FilterUser    Filter = 0 // asked about the records that programs send
	FilterExclude Filter = 5 // asked about every record
)

var filterNames = [...]string{"user", "task", "entry", "watch", "exit", "exclude", "filesystem", "io_uring"}

func (f Filter) String() string {
	if int(f) < len(filterNames) {
		return filterNames[f]
	}
	return fmt.Sprintf("filter %d", uint32(f))
}

// Action is what a rule does with what it matches. In FilterExclude it doesn't
// matter: what matches there is dropped.
type Action uint32

// The actions. Possible is of old kernels.
const (
	Never    Action = 0
	Possible Action = 1
	Always   Action = 2
)

func (a Action) String() string {
	switch a {
	case Never:
		return "never"
	case Possible:
		return "possible"
	case Always:
		return "always"
	}
	return fmt.Sprintf("action %d", uint32(a))
}

// A Rule says what the kernel records. The first rule of a filter that matches
// decides. A rule without conditions matches nothing in FilterUser and
// FilterExclude. Which system calls a rule of the other filters is about is
// left out.
type Rule struct {
	Filter     Filter
	Action     Action
	Conditions []Condition // all of which must hold
}

// String gives the rule as auditctl takes it, without its system calls.
func (r Rule) String() string {
	parts := []string{"-a " + r.Action.String() + "," + r.Filter.String()}
	for _, c := range r.Conditions {
		parts = append(parts, "-F "+c.String())
	}
	return strings.Join(parts, " ")
}

// maxRules bounds what is kept of an answer that doesn't end.
const maxRules = 1 << 17

// Rules asks for the rules, in the order in which the kernel goes by them in
// each filter. The errors that a caller may tell apart are ErrNotPermitted and
// ErrUserNamespace.
func (c *Conn) Rules(ctx context.Context) ([]Rule, error) {
	var rules []Rule
	err := c.exchange(ctx, typeListRules, func(m message) (bool, error) {
		if m.kind == typeDone {
			return true, nil
		}
		if len(rules) == maxRules {
			return false, fmt.Errorf("more than %d rules", maxRules)
		}
		r, err := parseRule(m.data)
		rules = append(rules, r)
		return false, err
	})
	if err != nil {
		return nil, fmt.Errorf("kaudit: rules: %w", err)
	}
	return slices.Clip(rules), nil
}

// Of struct audit_rule_data, by the index of the number: flags, action, count
// of fields, the mask of system calls, fields, values, operators, length of the
// texts. The texts follow.
const (
	maxFields  = 64
	fieldsAt   = 3 + 64
	valuesAt   = fieldsAt + maxFields
	opsAt      = valuesAt + maxFields
	textSizeAt = opsAt + maxFields
	ruleSize   = 4 * (textSizeAt + 1)

	flagPrepend = 0x10 // in the flags, beside the filter
)

func parseRule(b []byte) (Rule, error) {
	if len(b) < ruleSize {
		return Rule{}, fmt.Errorf("audit rule of %d bytes, want at least %d", len(b), ruleSize)
	}
	n, texts := numbers(b[:ruleSize]), b[ruleSize:]
	if size := n.at(textSizeAt); uint64(size) > uint64(len(texts)) {
		return Rule{}, fmt.Errorf("audit rule with %d bytes of text, said to be %d", len(texts), size)
	}
	r := Rule{Filter: Filter(n.at(0) &^ flagPrepend), Action: Action(n.at(1))}
	count := n.at(2)
	if count > maxFields {
		return Rule{}, fmt.Errorf("audit rule with %d fields, over %d", count, maxFields)
	}
	texts = texts[:n.at(textSizeAt)]
	for i := range int(count) {
		c := Condition{Field: Field(n.at(fieldsAt + i)), Op: Op(n.at(opsAt + i)), Value: n.at(valuesAt + i)}
		if c.Field.isText() {
			if uint64(c.Value) > uint64(len(texts)) {
				return Rule{}, fmt.Errorf("audit rule whose field %d has %d bytes of %d", i, c.Value, len(texts))
			}
			c.Text, texts, c.Value = string(texts[:c.Value]), texts[c.Value:], 0
		}
		r.Conditions = append(r.Conditions, c)
	}
	return r, nil
}
