package kaudit

import "testing"

func TestHolds(t *testing.T) {
	// Which of 11, 12, 13 and 4 compare so with 12.
	for op, want := range map[Op][4]bool{
		Less:           {true, false, false, true},
		Greater:        {false, false, true, false},
		Equal:          {false, true, false, false},
		NotEqual:       {true, false, true, true},
		LessOrEqual:    {true, true, false, true},
		GreaterOrEqual: {false, true, true, false},
		BitMask:        {true, true, true, true},
		BitTest:        {false, true, true, false},
		0:              {},
	} {
		c := Condition{FieldMsgType, op, 12, ""}
		if got := [4]bool{c.Holds(11), c.Holds(12), c.Holds(13), c.Holds(4)}; got != want {
			t.Errorf("%s: %v, want %v", c, got, want)
		}
	}
	if (Condition{FieldUID, BitMask, 3, ""}).Holds(4) {
		t.Error("4 has none of the bits of 3")
	}
}

func TestHoldsText(t *testing.T) {
	const exe = "/usr/sbin/libvirtd"
	for op, want := range map[Op][2]bool{Equal: {true, false}, NotEqual: {false, true}, Less: {}} {
		c := Condition{FieldExe, op, 0, exe}
		if got := [2]bool{c.HoldsText(exe), c.HoldsText("/usr/sbin/virtqemud")}; got != want {
			t.Errorf("%s: %v, want %v", c, got, want)
		}
	}
}
