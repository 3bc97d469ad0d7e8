package doctor

import (
	"path"
	"slices"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// answer is that to a question about a rule: not every condition can be known
// beforehand.
type answer int

const (
	no answer = iota
	maybe
	yes
)

// guestTypes are the records that libvirt sends.
var guestTypes = []record.Type{record.VirtControl, record.VirtResource, record.VirtMachineID}

// dropped tells whether rules keep a record of libvirt's from the log, and by
// which one. The program that sends it is the one of that path; "" is any of
// libvirt's daemons, wherever it is. As in the kernel, the first rule that matches
// decides, and a record must pass both filters.
func dropped(rules []kaudit.Rule, t record.Type, exe string) (answer, int) {
	sure, by := no, -1
	note := func(a answer, i int) {
		if a > sure {
			sure, by = a, i
		}
	}
	for i, r := range rules {
		if r.Filter != kaudit.FilterUser {
			continue
		}
		a := matches(r, t, exe)
		if r.Action == kaudit.Never {
			note(a, i)
		}
		if a == yes {
			break
		}
	}
	for i, r := range rules {
		if r.Filter == kaudit.FilterExclude {
			note(matches(r, t, exe), i)
		}
	}
	return sure, by
}

// matches tells whether a rule is about a record of libvirt's.
func matches(r kaudit.Rule, t record.Type, exe string) answer {
	if len(r.Conditions) == 0 {
		return no
	}
	all := yes
	for _, c := range r.Conditions {
		all = min(all, holds(c, t, exe))
	}
	return all
}

// holds compares a condition with what is known of libvirt's daemons: they run
// as root, and no user logged in to start them.
func holds(c kaudit.Condition, t record.Type, exe string) answer {
	const root, nobody = 0, 1<<32 - 1
	switch c.Field {
	case kaudit.FieldMsgType:
		return sure(c.Holds(uint32(t)))
	case kaudit.FieldUID, kaudit.FieldGID:
		return sure(c.Holds(root))
	case kaudit.FieldAUID:
		return sure(c.Holds(nobody))
	case kaudit.FieldExe:
		sends := c.Text == exe
		if exe == "" {
			sends = slices.Contains(libvirtDaemons, path.Base(c.Text))
		}
		return sure(sends == (c.Op == kaudit.Equal))
	}
	return maybe
}

func sure(so bool) answer {
	if so {
		return yes
	}
	return no
}
