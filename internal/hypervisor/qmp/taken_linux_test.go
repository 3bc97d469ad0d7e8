package qmp

import (
	"errors"
	"net"
	"testing"
	"time"
)

// A monitor that serves another client is told from one that serves nobody.
func TestNoGreeting(t *testing.T) {
	const soon = 50 * time.Millisecond
	f := newFake(t)
	f.dial()
	if _, err := dial(t.Context(), f.path, soon); !errors.Is(err, ErrTaken) {
		t.Errorf("beside another client: %v", err)
	}
	stuck := greeter(t, false, "")
	if _, err := dial(t.Context(), stuck, soon); !errors.Is(err, ErrStuck) {
		t.Errorf("at one that doesn't accept: %v", err)
	}
	other, err := net.Dial("unix", stuck)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := dial(t.Context(), stuck, soon); !errors.Is(err, ErrStuck) {
		t.Errorf("at one that doesn't accept another either: %v", err)
	}
	if err := noGreeting("/no/such/socket"); !errors.Is(err, ErrTaken) {
		t.Errorf("at one that isn't listed: %v", err)
	}
}

func TestUnixSocket(t *testing.T) {
	for _, tc := range []struct{ line, state, name string }{
		{"00000000e537b6a0: 00000002 00000000 00010000 0001 01 922995 /run/vm/a b.sock", "01", "/run/vm/a b.sock"},
		{"00000000e537b6a0: 00000002 00000000 00000000 0001 02     0 /run/vm", "02", "/run/vm"},
		{"00000000e537b6a0: 00000003 00000000 00000000 0001 03 922995", "03", ""},
		{"Num       RefCount Protocol Flags    Type St Inode Path", "St", "Path"},
		{"", "", ""},
	} {
		if state, name := unixSocket(tc.line); state != tc.state || name != tc.name {
			t.Errorf("%s: %q %q", tc.line, state, name)
		}
	}
}
