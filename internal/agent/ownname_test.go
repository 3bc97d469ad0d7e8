package agent

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestOwnName(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "auditd.conf")
	if err := os.WriteFile(conf, []byte("# name = no\nname_format = USER\nName = rack 3 / left\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	short, full := ownName("kvm1", conf), ownName("kvm1.example.org", filepath.Join(t.TempDir(), "none"))
	for _, c := range []struct {
		own  func(string) bool
		name string
		want bool
	}{
		{short, "kvm1", true},
		{short, "KVM1.example.org", true},
		{short, "kvm10.example.org", false},
		{short, "kvm2", false},
		{short, "", false},
		{short, ".example.org", false},
		{short, host, true},
		{short, "rack 3 / left", true},
		{short, "127.0.1.1", true},
		{short, "192.0.2.1", false},
		{full, "kvm1", true},
		{full, "kvm1.example.org", true},
		{full, "kvm1.example.com", false},
		{full, "rack 3 / left", false},
	} {
		if got := c.own(c.name); got != c.want {
			t.Errorf("%q: %t", c.name, got)
		}
	}
	all, err := net.InterfaceAddrs()
	if err != nil || len(all) == 0 {
		t.Skipf("this host has no address: %v", err)
	}
	if ip := all[len(all)-1].(*net.IPNet).IP.String(); !short(ip) {
		t.Errorf("this host's address %s isn't its name", ip)
	}
}

// TestOneNode: auditd writes the host's name with its domain, and it is the host
// that the service knows.
func TestOneNode(t *testing.T) {
	s := newService(t)
	for _, l := range guestStarts("10") {
		s.write("node=here.example.org " + l)
	}
	s.start()
	if got := s.sessions(1)[0]["node"]; got != "here" {
		t.Errorf("the guest runs on %v", got)
	}
	if w := s.warnings("no record of this host"); w != "" {
		t.Error(w)
	}
}

// TestStrangeLog: a log that has nothing of this host is not for its name, and the
// status tells.
func TestStrangeLog(t *testing.T) {
	s := newService(t)
	for _, l := range guestStarts("10") {
		s.write("node=other " + l)
	}
	s.start()
	if got := s.sessions(1)[0]["node"]; got != "other" {
		t.Errorf("the guest runs on %v", got)
	}
	for range 2 { // it is known after a restart, too
		if s.warnings(`no record of this host, "here", but of "other"`) == "" {
			t.Error("the status doesn't tell")
		}
		if err := s.stop(); err != nil {
			t.Fatal(err)
		}
		s.start()
	}
}

// warnings gives the warnings of the status that hold a text.
func (s *service) warnings(text string) string {
	s.t.Helper()
	var status struct{ Warnings []string }
	s.get("/api/v1/status", &status)
	for _, w := range status.Warnings {
		if strings.Contains(w, text) {
			return w
		}
	}
	return ""
}

// newest tells that the status has it that the last record is of a time.
func (s *service) newest() time.Time {
	s.t.Helper()
	var status struct {
		Store struct {
			Schema         int
			Oldest, Newest *struct{ Time time.Time }
		}
	}
	s.get("/api/v1/status", &status)
	if status.Store.Schema == 0 || status.Store.Oldest == nil || status.Store.Newest == nil {
		s.t.Fatalf("status %+v", status.Store)
	}
	return status.Store.Newest.Time
}
