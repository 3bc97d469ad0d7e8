package libvirtxml

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/virtaudit/virtaudit/guest"
)

const nameless = "<domain type='kvm'><name>a</name><uuid/><memory>1</memory><devices>" +
	"<interface><mac/></interface><interface/><interface><mac address=''/></interface></devices></domain>"

func TestMissingIdentityIsRandom(t *testing.T) {
	uuid := regexp.MustCompile("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
	mac := regexp.MustCompile("^52:54:00:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}$")
	seen := map[string]bool{}
	for range 2 {
		spec, err := Parse(strings.NewReader(nameless), Options{})
		if err != nil || len(spec.Interfaces) != 3 || !uuid.MatchString(spec.UUID) {
			t.Fatalf("got %+v, %v", spec, err)
		}
		seen[spec.UUID] = true
		for _, i := range spec.Interfaces {
			if !mac.MatchString(i.MAC) {
				t.Errorf("got %q", i.MAC)
			}
			seen[i.MAC] = true
		}
	}
	if len(seen) < 7 {
		t.Errorf("of 8 names only %d are different", len(seen))
	}
}

func TestRandomIsTaken(t *testing.T) {
	bytes := bytes.NewReader([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" + "\x01\x02\x03abcdef"))
	spec, err := Parse(strings.NewReader(nameless), Options{Random: bytes})
	if err != nil || spec.UUID != "ffffffff-ffff-4fff-bfff-ffffffffffff" ||
		spec.Interfaces[0].MAC != "52:54:00:01:02:03" || spec.Interfaces[2].MAC != "52:54:00:64:65:66" {
		t.Errorf("got %+v, %v", spec, err)
	}
	broken := errors.New("no entropy")
	for taken := range 18 {
		r := io.MultiReader(strings.NewReader(strings.Repeat("x", taken)), iotest.ErrReader(broken))
		if _, err := Parse(strings.NewReader(nameless), Options{Random: r}); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", taken, err)
		}
	}
}

func TestNotes(t *testing.T) {
	const rest = "<memory>1</memory><devices><interface><mac address='52:54:00:00:00:01'/></interface></devices></domain>"
	const uuid = "<name>a</name><uuid>11111111-2222-3333-4444-555555555555</uuid>"
	for xml, want := range map[string]Notes{
		nameless: {NoUUID: true, NoMAC: true},
		"<domain type='kvm' id='7'>" + uuid + rest:                            {ID: "7"},
		"<domain type='kvm' id='-1'>" + uuid + rest:                           {},
		"<domain type='kvm'><name>a</name>" + rest:                            {NoUUID: true},
		strings.Replace(nameless, "<uuid/>", uuid[len("<name>a</name>"):], 1): {NoMAC: true},
	} {
		var got Notes
		if _, err := Parse(strings.NewReader(xml), Options{Notes: &got}); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", xml, got, err, want)
		}
	}
	var got Notes
	if _, err := ParseDevice(strings.NewReader("<interface/>"), guest.KVM, Options{Notes: &got}); err != nil || got != (Notes{NoMAC: true}) {
		t.Errorf("device: %+v, %v", got, err)
	}
}

// TestNoOSType is for hand-made definitions, which libvirt would not take: a
// machine is one with firmware and serial ports.
func TestNoOSType(t *testing.T) {
	const devices = "<memory>1</memory><devices><console type='file'><source path='/c'/></console></devices></domain>"
	for virt, want := range map[guest.Virt]int{guest.KVM: 1, guest.LXC: 0} {
		spec, err := Parse(strings.NewReader("<domain type='"+string(virt)+"'><name>a</name>"+devices), Options{})
		if err != nil || len(spec.Serials) != want || len(spec.Consoles) != 1-want {
			t.Errorf("%s: %+v, %v", virt, spec, err)
		}
	}
}
