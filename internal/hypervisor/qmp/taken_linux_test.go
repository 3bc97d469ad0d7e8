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
	mute := greeter(t, true, "")
	for range 2 { // it has the first connection when the second comes
		if _, err := dial(t.Context(), mute, soon); !errors.Is(err, errMute) {
			t.Errorf("at one that accepts and says nothing: %v", err)
		}
	}
	if err := noGreeting("/no/such/socket"); !errors.Is(err, ErrTaken) {
		t.Errorf("at one that isn't listed: %v", err)
	}
}

// A monitor that took the connection and didn't greet is tried again, and what it
// keeps of that connection isn't taken for another client.
func TestMuteIsTriedAgain(t *testing.T) {
	path := greeter(t, true, "")
	var reports []Report
	w, err := NewWatcher(Options{Sockets: []string{path}}, func(r Report) { reports = append(reports, r) })
	if err != nil {
		t.Fatal(err)
	}
	s := &socket{}
	w.sockets[path] = s
	for range 3 {
		_, err := dial(t.Context(), path, 50*time.Millisecond)
		s.followed = true
		w.end(ending{path: path, err: dialError(path, err)})
		if s.followed || s.next.IsZero() {
			t.Fatalf("after %v it isn't tried again", err)
		}
		s.followed = true
		w.end(ending{path: path, err: dialError(path, ErrTaken)}) // it has that connection still, and ours waits
		if s.next.IsZero() {
			t.Fatal("its own connection is taken for another's")
		}
	}
	if len(reports) != 1 || reports[0].Kind != Failed || !errors.Is(reports[0].Err, ErrStuck) {
		t.Errorf("a QEMU that doesn't greet and serves nobody: %+v", reports)
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
