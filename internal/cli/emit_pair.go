package cli

import (
	"errors"
	"reflect"
	"slices"

	"github.com/virtaudit/virtaudit/guest"
)

var (
	errOtherKind  = errors.New("a device of another kind")
	errOtherDrive = errors.New("a disk of another target, bus or device")
	errOtherMAC   = errors.New("an interface of another MAC address")
)

// paired makes each part of a device an update of the part of the same type
// that the other has. What only one of them has was lost, or came, and what both
// have beside their first parts stayed. Two devices none of whose parts go
// together are not of one kind.
func paired(old, now []guest.Resource) ([]guest.Change, error) {
	var changes []guest.Change
	left := slices.Clone(now)
	pairs := 0
	for n, was := range old {
		i := slices.IndexFunc(left, func(is guest.Resource) bool { return reflect.TypeOf(is) == reflect.TypeOf(was) })
		if i < 0 {
			changes = append(changes, guest.Change{Op: guest.Detach, Old: was})
			continue
		}
		is := left[i]
		if err := sameDevice(was, is); err != nil {
			return nil, err
		}
		pairs++
		left = slices.Delete(left, i, i+1)
		if n == 0 || was != is {
			changes = append(changes, guest.Change{Op: guest.Update, Old: was, New: is})
		}
	}
	if pairs == 0 && len(old)+len(now) > 0 {
		return nil, errOtherKind
	}
	for _, is := range left {
		changes = append(changes, guest.Change{Op: guest.Attach, New: is})
	}
	return changes, nil
}

// sameDevice tells of two resources of one type that have an identity whether
// they are the same.
func sameDevice(was, is guest.Resource) error {
	switch was := was.(type) {
	case guest.Disk:
		if !was.SameDrive(is.(guest.Disk)) {
			return errOtherDrive
		}
	case guest.Interface:
		if was.MAC != is.(guest.Interface).MAC {
			return errOtherMAC
		}
	}
	return nil
}
