package trail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseResource(t *testing.T) {
	for _, tc := range []struct {
		text string
		want Resource
	}{
		{"/dev/hwrng", Resource{ID: "/dev/hwrng"}},
		{"/srv/a b: c.img", Resource{ID: "/srv/a b: c.img"}},
		{"//srv/.//a.img/", Resource{ID: "/srv/a.img"}},
		{"/srv/../a.img", Resource{ID: "/srv/../a.img"}},
		{"/", Resource{ID: "/"}},
		{"///", Resource{ID: "/"}},
		{"disk", Resource{Kind: "disk"}},
		{"DISK", Resource{Kind: "disk"}},
		{"disk:/a:b", Resource{Kind: "disk", ID: "/a:b"}},
		{"disk:disk:/a", Resource{Kind: "disk", ID: "disk:/a"}},
		{"disk:/a//b", Resource{Kind: "disk", ID: "/a/b"}},
		{"tpm-emulator:/run/x", Resource{Kind: "tpm-emulator", ID: "/run/x"}},
		{"net-open", Resource{Kind: "net-open"}},
		{"vcpu:2", Resource{Kind: "vcpu", ID: "2"}},
		{"cgroup:/dev/kvm", Resource{Kind: "cgroup", ID: "/dev/kvm"}},

		{"52:54:00:AA:bb:0c", Resource{ID: "52:54:00:aa:bb:0c"}},
		{"52-54-0-aa-bb-c", Resource{ID: "52:54:00:aa:bb:0c"}},
		{"net:52:54:00:AA:bb:0c", Resource{Kind: "net", ID: "52:54:00:aa:bb:0c"}},
		{"mac:52:54:00:AA:bb:0c", Resource{Kind: "net", ID: "52:54:00:aa:bb:0c"}},
		{"mac", Resource{Kind: "net"}},
		{"52:54:00:aa:bb", Resource{ID: "52:54:00:aa:bb"}},
		{"52:54:00:aa:bb:100", Resource{ID: "52:54:00:aa:bb:100"}},

		{"0000:3B:00.1", Resource{ID: "0000:3b:00.1"}},
		{"3b:00.1", Resource{ID: "0000:3b:00.1"}},
		{"pci:3b:0.1", Resource{Kind: "dev", Sub: "pci", ID: "0000:3b:00.1"}},
		{"pci", Resource{Kind: "dev", Sub: "pci"}},
		{"dev:10000:3b:00.1", Resource{Kind: "dev", ID: "10000:3b:00.1"}},
		{"3b:00.10", Resource{ID: "3b:00.10"}},
		{"13b:00.1", Resource{ID: "13b:00.1"}},

		{"1.2", Resource{ID: "001.002"}},
		{"001:002", Resource{ID: "001.002"}},
		{"usb:001/002", Resource{Kind: "dev", Sub: "usb", ID: "001.002"}},
		{"/dev/bus/usb/001/002", Resource{ID: "001.002"}},
		{"/dev/bus/usb/001", Resource{ID: "/dev/bus/usb/001"}},
		{"1.2.3", Resource{ID: "1.2.3"}},

		{"scsi_host0:0:0:0", Resource{ID: "scsi_host0:0:0:0"}},
		{"scsi:scsi_host0:0:0:0", Resource{Kind: "dev", Sub: "scsi", ID: "scsi_host0:0:0:0"}},
		{"mdev:118733ED-B658-3E22-A2CB-4FE5CB3DDF79", Resource{Kind: "dev", Sub: "mdev", ID: "118733ed-b658-3e22-a2cb-4fe5cb3ddf79"}},
		{"gpu:0", Resource{ID: "gpu:0"}},
		{"https://x/y", Resource{ID: "https://x/y"}},
		{":", Resource{ID: ":"}},
		{"\xff\x00", Resource{ID: "\xff\x00"}},
	} {
		got, err := ParseResource(tc.text)
		if err != nil || got != tc.want {
			t.Errorf("%q: %+v, %v, want %+v", tc.text, got, err, tc.want)
		}
	}
	for text, want := range map[string]string{
		"":      `resource "": it is empty`,
		" \t":   `resource " \t": it is empty`,
		"disk:": `resource "disk:": nothing follows the colon`,
		"PCI:":  `resource "PCI:": nothing follows the colon`,
	} {
		if _, err := ParseResource(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestKinds(t *testing.T) {
	kinds := Kinds()
	for _, want := range []string{"disk", "net", "net-open", "mac", "pci", "usb", "cgroup", "mem", "vcpu", "tpm"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, k := range kinds {
		if r, err := ParseResource(k); err != nil || r.Kind == "" || r.ID != "" {
			t.Errorf("%s alone is %+v, %v", k, r, err)
		}
	}
}

func TestResourceMatches(t *testing.T) {
	for _, tc := range []struct {
		text string
		of   Resource
		want bool
	}{
		{"/a", Resource{Kind: "disk", ID: "/a"}, true},
		{"/a", Resource{Kind: "rng", ID: "/a"}, true},
		{"/a", Resource{Kind: "disk", ID: "/a/b"}, false},
		{"/a", Resource{Kind: "disk"}, false},
		{"/a/b", Resource{Kind: "disk", ID: "/a//b/."}, true},
		{"/a//b", Resource{Kind: "disk", ID: "/a/b"}, true},
		{"/A", Resource{Kind: "disk", ID: "/a"}, false},
		{"disk", Resource{Kind: "disk", ID: "/a"}, true},
		{"disk", Resource{Kind: "disk"}, true},
		{"disk", Resource{Kind: "fs", ID: "/a"}, false},
		{"disk:/a", Resource{Kind: "fs", ID: "/a"}, false},
		{"pci", Resource{Kind: "dev", Sub: "pci", ID: "0000:3b:00.1"}, true},
		{"pci", Resource{Kind: "dev", Sub: "usb", ID: "001.002"}, false},
		{"dev", Resource{Kind: "dev", Sub: "usb", ID: "001.002"}, true},
		{"3b:00.1", Resource{Kind: "dev", Sub: "pci", ID: "0000:3b:00.1"}, true},
		{"3b:00.1", Resource{Kind: "dev", Sub: "pci", ID: "0000:3B:00.1"}, true},
		{"1.2", Resource{Kind: "dev", Sub: "usb", ID: "001.002"}, true},
		{"/dev/bus/usb/001/002", Resource{Kind: "dev", Sub: "usb", ID: "001.002"}, true},
		{"1.2", Resource{Kind: "disk", ID: "1.2"}, true},
		{"disk:1.2", Resource{Kind: "disk", ID: "1.2"}, true},
		{"52:54:00:AA:BB:CC", Resource{Kind: "net", ID: "52:54:00:aa:bb:cc"}, true},
		{"52:54:00:AA:BB:CC", Resource{Kind: "net-open", ID: "/dev/net/tun", Sub: "52:54:00:aa:bb:cc"}, false},
		// Kinds that the catalogue doesn't have are known by the log.
		{"gpu", Resource{Kind: "gpu", ID: "0"}, true},
		{"gpu:0", Resource{Kind: "gpu", ID: "0"}, true},
		{"gpu:1", Resource{Kind: "gpu", ID: "0"}, false},
		{"gpu:", Resource{Kind: "gpu", ID: ""}, false},
		{"gpus", Resource{Kind: "gpu", ID: "0"}, false},
		{"scsi_host0:0:0:0", Resource{Kind: "dev", Sub: "scsi", ID: "scsi_host0:0:0:0"}, true},
		{":", Resource{}, false},
	} {
		r, err := ParseResource(tc.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Matches(tc.of); got != tc.want {
			t.Errorf("%s matches %+v: %v", tc.text, tc.of, got)
		}
	}
}

func TestNear(t *testing.T) {
	sessions := []*Session{
		{
			Holdings: []Holding{
				{Kind: "rng", ID: "/dev/hwrng"},
				{Kind: "disk", ID: "/srv/web1.qcow2"},
				{Kind: "disk", ID: "/srv/web1.qcow2"},
				{Kind: "dev", Sub: "pci", ID: "0000:3b:00.1"},
				{Kind: "chardev"},
				{Kind: "disk", ID: "/srv/web10.qcow2"},
			},
			Attempts: []Attempt{{Kind: "disk", ID: "/old/web1.raw", Op: "attach"}, {Op: "stop"}},
		},
	}
	for text, want := range map[string]string{
		"hwrng":            "rng /dev/hwrng",
		"/dev/HWRNG":       "rng /dev/hwrng",
		"/x/hwrng":         "rng /dev/hwrng",
		"disk:/dev/hwrng":  "rng /dev/hwrng",
		"web1":             "disk /old/web1.raw; disk /srv/web1.qcow2",
		"/x/web1.qcow2":    "disk /srv/web1.qcow2",
		"/x/web1.img":      "",
		"usb:0000:3b:00.1": "dev pci 0000:3b:00.1",
		"tpm":              "",
		"/":                "",
		".":                "",
	} {
		r, err := ParseResource(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range Near(sessions, r) {
			got = append(got, o.String())
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("near %s: %q, want %s", text, got, want)
		}
	}
}

// FuzzParseResource: whatever is typed, it names what is called exactly so, and
// the way in which addresses are written has no other.
func FuzzParseResource(f *testing.F) {
	for _, text := range []string{"/a//b", "disk:/a", "pci:3b:00.1", "1:2", "52-54-0-aa-bb-c", "gpu:1", ":", "/dev/bus/usb/1/2", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseResource(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %q", err)
			}
			return
		}
		if id := canonicalID(r.ID); id != r.ID {
			t.Errorf("%q: %q is written %q", text, r.ID, id)
		}
		same := Resource{Kind: "disk", ID: text}
		if r.Kind != "" {
			same = r
		}
		if !r.Matches(same) {
			t.Errorf("%q is %+v and doesn't match %+v", text, r, same)
		}
		if again, err := ParseResource(r.named()); err != nil || again != r {
			t.Errorf("%q is %+v; as %q it is %+v, %v", text, r, r.named(), again, err)
		}
	})
}

// named writes a resource as ParseResource reads it.
func (r Resource) named() string {
	switch {
	case r.Kind == "":
		return r.ID
	case r.Sub != "" && r.ID == "":
		return r.Sub
	case r.Sub != "":
		return fmt.Sprintf("%s:%s", r.Sub, r.ID)
	case r.ID == "":
		return r.Kind
	}
	return fmt.Sprintf("%s:%s", r.Kind, r.ID)
}
