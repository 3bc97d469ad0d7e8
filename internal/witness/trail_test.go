package witness

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/guest/libvirtxml"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// What the trail makes of a start's records and what is told as Things are the
// same: kinds, identities, what more tells them apart, quantities.
func TestThingsAreHoldings(t *testing.T) {
	compared := 0
	for _, dir := range []string{"../../guest/libvirtxml/testdata/probe", "../../guest/libvirtxml/testdata/rules", conformance(t)} {
		files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
		must(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			must(t, err)
			if spec, err := libvirtxml.Parse(bytes.NewReader(text), libvirtxml.Options{}); err == nil {
				sameAsTrail(t, file, spec)
				compared++
			}
		}
	}
	sameAsTrail(t, "odd", &odd)
	if t.Logf("%d definitions compared", compared); compared < 100 {
		t.Errorf("only %d definitions compared", compared)
	}
}

// conformance gives the folder of many definitions, which is not part of this
// repository.
func conformance(t *testing.T) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("VIRTAUDIT_CONFORMANCE"), "../../../shared/conformance")
	return filepath.Join(dir, "xml")
}

// odd is a guest whose things have names that records encode, and some that no
// XML can have.
var odd = guest.Spec{
	Name: "odd", UUID: uuidA, Virt: guest.KVM, Memory: 1, VCPUs: 3, IOThreads: 2,
	Disks: []guest.Disk{
		{Target: "a", Source: guest.DiskSource{Path: `/srv/it's "a" \ disk`}},
		{Target: "b", Source: guest.DiskSource{Path: "?"}},
		{Target: "c", Source: guest.DiskSource{Path: `/srv/it's "a" \ disk`}},
	},
	HostDevices: []guest.HostDevice{
		{Type: guest.HostPCI, Address: "0000:01:00.0"},
		{Type: guest.HostMDev, Address: uuidB},
		{Type: guest.HostStorage, Address: "/dev/sdb"},
		{Type: guest.HostMisc, Address: "/dev/x y"},
		{Type: guest.HostNet, Address: "eth0"},
		{Type: guest.HostISCSI, Address: "h/iqn"},
	},
	Redirs:     []guest.RedirDevice{{}, {}},
	Smartcards: []guest.Smartcard{{Mode: guest.SmartcardCertificates, Certificates: [3]string{"1", "2", "3"}}},
	TPMs:       []guest.TPM{{Backend: guest.TPMEmulator}, {Backend: guest.TPMExternal, Path: "/run/t"}},
	Shmems:     []guest.Shmem{{Name: "a b", Size: 1}, {Server: true}, {Name: "ABCD", Size: 2}},
	Inputs:     []guest.Input{{Type: guest.InputEvdev, Path: "/dev/input/é 1"}, {Type: guest.InputPassthrough}, {Type: "mouse"}},
	Serials:    []guest.Serial{{Source: guest.Chardev{Type: guest.ChardevUnix, EmptyPath: true}}},
}

func sameAsTrail(t *testing.T, what string, spec *guest.Spec) {
	t.Helper()
	var s speller
	got := spelled(s.spell(spec, details{}))
	want := startHoldings(t, spec)
	if !slices.Equal(got, want) {
		t.Errorf("%s: told\n%q\nthe trail has\n%q", what, got, want)
	}
}

// spelled gives Things that libvirt has records for as lines.
func spelled(all []fact.Thing) []string {
	var lines []string
	for _, t := range all {
		if !t.Silent {
			lines = append(lines, fmt.Sprintf("%s %q %q %d", t.Kind, t.ID, t.Sub, t.Value))
		}
	}
	slices.Sort(lines)
	return lines
}

// startHoldings gives what the trail makes of a start.
func startHoldings(t *testing.T, spec *guest.Spec) []string {
	t.Helper()
	var collector trail.Collector
	tr := trail.New(collector.Session)
	messages, _ := guest.Records(guest.Change{Guest: spec, Op: guest.Start, PID: 7})
	for i, m := range messages {
		var r record.Record
		text := fmt.Sprintf("audit(1793000000.100:%d): pid=10 uid=0 auid=4294967295 ses=4294967295 msg='%s exe=\"/usr/sbin/libvirtd\" hostname=? addr=? terminal=? res=success'", 100+i, m.Text)
		must(t, r.ParseKernel(m.Type, []byte(text)))
		tr.Add("kvm1", &r)
	}
	tr.End()
	sessions := collector.Sessions()
	if len(sessions) != 1 {
		t.Fatalf("%d sessions of one start", len(sessions))
	}
	var lines []string
	for _, h := range sessions[0].Holdings {
		lines = append(lines, fmt.Sprintf("%s %q %q %d", h.Kind, fact.Plain(h.ID), fact.Plain(h.Sub), 0))
	}
	for _, step := range sessions[0].Steps {
		if step.Value > 0 {
			lines = append(lines, fmt.Sprintf(`%s "" "" %d`, step.Kind, step.Value))
		}
	}
	slices.Sort(lines)
	return lines
}
