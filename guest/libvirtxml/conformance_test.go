package libvirtxml

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// conformanceDir is where libvirt's own words about many definitions are. They
// are not part of this repository, as most are libvirt's test data, and nothing
// that a test could install: so without them nothing is compared beside the
// vectors that are shipped, and that is no skip.
func conformanceDir(t *testing.T) (string, bool) {
	t.Helper()
	dir := cmp.Or(os.Getenv("VIRTAUDIT_CONFORMANCE"), filepath.Join("..", "..", "..", "shared", "conformance"))
	if _, err := os.Stat(filepath.Join(dir, "xml")); err != nil {
		t.Logf("compared nothing: there is no conformance data beside the repository; VIRTAUDIT_CONFORMANCE names its folder: %v", err)
		return "", false
	}
	return dir, true
}

// TestConformance compares with what libvirt says of each definition of its own
// test suite: as it is written, and after a define.
func TestConformance(t *testing.T) {
	dir, there := conformanceDir(t)
	if !there {
		return
	}
	t.Run("records", func(t *testing.T) {
		n := compareAll(t, filepath.Join(dir, "xml", "*.xml"), filepath.Join(dir, "records", "*.txt"), Options{})
		n.atLeast(t, 900)
	})
	t.Run("define", func(t *testing.T) {
		n := compareAll(t, filepath.Join(dir, "xml", "*.xml"), filepath.Join(dir, "define", "*.txt"),
			Options{Memory: MemoryDefined})
		n.atLeast(t, 900)
	})
	t.Run("probe", func(t *testing.T) { compareVariants(t, filepath.Join(dir, "probe"), 240) })
}

// TestConformanceReject holds us to refusing what libvirt refuses, and to
// naming the same element.
func TestConformanceReject(t *testing.T) {
	dir, there := conformanceDir(t)
	if !there {
		return
	}
	dir = filepath.Join(dir, "reject")
	elements := map[string]string{
		"con-console-2serial":               "/domain/devices/console",
		"con-console-virtio-console-serial": "/domain/devices/console",
		"mac-dash":                          "/domain/devices/interface/mac/@address",
		"mem-badunit":                       "/domain/memory",
		"mem-ws":                            "/domain/memory",
		"mem-zero":                          "/domain/memory",
		"name-empty":                        "/domain/name",
		"name-missing":                      "/domain/name",
		"name-slash":                        "/domain/name",
		"net-mac-multicast":                 "/domain/devices/interface/mac/@address",
		"uuid-bad":                          "/domain/uuid",
		"uuid-braces":                       "/domain/uuid",
		"virt-bad":                          "/domain/@type",
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no definitions in %s: %v", dir, err)
	}
	for _, file := range files {
		_, err := parseFile(file, Options{})
		var refused *Error
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v, not refused as by libvirt", file, err)
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".xml")
		if want, known := elements[name]; known && refused.Element != want {
			t.Errorf("%s: %v, not because of %s", file, err, want)
		}
	}
	t.Logf("%d definitions refused", len(files))
}

// life gives the messages of a guest that starts and stops, in the order of the
// conformance data: there the labels come after the start.
func life(spec *guest.Spec) []string {
	start := messages(guest.Change{Guest: spec, Op: guest.Start, PID: 4242})
	labels := len(spec.Labels)
	lines := append(start[labels:len(start):len(start)], start[:labels]...)
	return append(lines, messages(guest.Change{Guest: spec, Op: guest.Stop, PID: 4242})...)
}

func messages(c guest.Change) []string {
	all, _ := guest.Records(c)
	var lines []string
	for _, m := range all {
		lines = append(lines, m.String())
	}
	return lines
}
