package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/record"
)

// fieldText explains a field in the table's columns.
type fieldText struct{ name, written, value, encoding, meaning string }

func (v *inspection) fieldText(f record.Field, by record.Section) fieldText {
	text := fieldText{
		name: escaped(f.Name()), written: escaped(string(f.Raw())),
		value: v.valueText(f, by), encoding: none, meaning: v.meaning(f, by),
	}
	if f.Spec() != nil {
		text.encoding = f.Encoding().String()
	}
	if f.Name() == "" {
		text.name = "(word)"
	}
	return text
}

// valueText gives a field's value for what it is: a number with its unit, a
// device number in decimal.
func (v *inspection) valueText(f record.Field, by record.Section) string {
	text := v.decodedText(f, by)
	if f.Partial() {
		text += " (its end is cut off)"
	}
	return text
}

func (v *inspection) decodedText(f record.Field, by record.Section) string {
	n, isNumber := f.Uint()
	switch {
	case f.Missing():
		return "(none)"
	case by == record.Kernel && isNumber && n == unset:
		return "unset"
	}
	switch f.Encoding() {
	case record.Integer, record.HexInteger:
		if isNumber {
			return numberText(n, f.Spec().Unit)
		}
	case record.DeviceNumber:
		if major, minor, ok := f.DeviceNumber(); ok {
			return fmt.Sprintf("major %d, minor %d", major, minor)
		}
	}
	return visible(f.String())
}

func numberText(n uint64, unit string) string {
	text := strconv.FormatUint(n, 10)
	switch unit {
	case "":
		return text
	case "KiB":
		if m := memory(n); m != text+" KiB" {
			return text + " KiB = " + m
		}
	case "byte":
		unit = plural(unit)
	}
	return text + " " + unit
}

// kernelMeanings explain what the kernel says of a sender.
var kernelMeanings = map[string]string{
	"pid":  "the sender's process",
	"uid":  "its user",
	"auid": "the user who logged in; unset for a service",
	"ses":  "the login session; unset for a service",
	"subj": "the sender's security label",
}

// constMeanings explain the fields whose value makes the kind.
var constMeanings = map[string]string{
	"op":     "what was done",
	"resrc":  "the kind of resource",
	"reason": "why it happened",
	"class":  "what the rule is for",
}

// meaning tells what a field says, by who wrote it.
func (v *inspection) meaning(f record.Field, by record.Section) string {
	spec := v.spec(f, by)
	switch {
	case spec != nil && spec.Doc != "":
		return spec.Doc + v.unusual(f, by)
	case spec != nil:
		return constMeanings[spec.Name]
	case by == record.Kernel:
		return kernelMeanings[f.Name()]
	case by == record.Auditd && f.Name() != "":
		return "the name of " + strings.ToLower(f.Name()) + "="
	case by == record.Message && v.r.Kind != nil && f.Name() != "":
		return "not a field of this kind"
	}
	return ""
}

// spec gives a field's place in the record's kind. A field's own can be that
// of another kind that is written alike.
func (v *inspection) spec(f record.Field, by record.Section) *record.Spec {
	if by != record.Message || v.r.Kind == nil {
		return f.Spec()
	}
	for i := range v.r.Kind.Fields {
		if s := &v.r.Kind.Fields[i]; s.Name == f.Name() {
			return s
		}
	}
	return nil
}

// unusual tells of a reason that libvirt doesn't give.
func (v *inspection) unusual(f record.Field, by record.Section) string {
	k := v.r.Kind
	if by != record.Message || k == nil || len(k.Reasons) == 0 || f.Name() != "reason" || slices.Contains(k.Reasons, f.String()) {
		return ""
	}
	return "; libvirt gives " + strings.Join(k.Reasons, ", ")
}
