package libvirtxml

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

func addVectors(f *testing.F) {
	for _, dir := range []string{"probe", "rules"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.xml"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no vectors in %s: %v", dir, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	for _, c := range refused {
		f.Add([]byte(c.xml))
	}
}

// FuzzParse reads anything as a definition: it gives a guest that can be
// audited, or says in an *Error what is wrong, and the same when it is asked
// twice.
func FuzzParse(f *testing.F) {
	addVectors(f)
	f.Fuzz(func(t *testing.T, xml []byte) {
		for _, o := range []Options{{}, {Memory: MemoryDefined}, {Memory: MemoryStarted, Live: true}} {
			o.Random = zeros{}
			spec, err := Parse(bytes.NewReader(xml), o)
			again, errAgain := Parse(bytes.NewReader(xml), o)
			if !reflect.DeepEqual(spec, again) || (err == nil) != (errAgain == nil) {
				t.Fatalf("two answers:\n%+v, %v\n%+v, %v", spec, err, again, errAgain)
			}
			if err != nil {
				checkError(t, err)
				continue
			}
			checkSpec(t, spec)
		}
	})
}

// FuzzParseDevice reads anything as a device.
func FuzzParseDevice(f *testing.F) {
	for _, c := range silent {
		f.Add([]byte(c.xml))
	}
	for _, c := range refused {
		if _, device, ok := strings.Cut(c.xml, "<devices>"); ok {
			device, _, _ = strings.Cut(device, "</devices>")
			f.Add([]byte(device))
		}
	}
	f.Fuzz(func(t *testing.T, xml []byte) {
		all, err := ParseDevice(bytes.NewReader(xml), guest.KVM, Options{Random: zeros{}})
		if err != nil {
			checkError(t, err)
		}
		for _, r := range all {
			guest.Records(guest.Change{Guest: &guest.Spec{Virt: guest.KVM}, Op: guest.Attach, New: r})
		}
	})
}

// zeros is what is random where the outcome must not be.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Err == nil || e.Line < 1 {
		t.Fatalf("no proper *Error: %#v", err)
	}
}

func checkSpec(t *testing.T, s *guest.Spec) {
	t.Helper()
	if s.Name == "" || len(s.UUID) != 36 || s.UUID != strings.ToLower(s.UUID) || !s.Virt.Known() ||
		s.Memory == 0 || s.Memory > maxMemory {
		t.Fatalf("no proper guest: %+v", s)
	}
	if _, warnings := guest.Records(guest.Change{Guest: s, Op: guest.Start}); len(warnings) > 0 {
		t.Fatalf("%+v can't be audited: %v", s, warnings)
	}
}
