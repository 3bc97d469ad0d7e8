package libvirtxml

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

// TestMemoryNeverOverflows adds up cells and memory devices that are as large
// as each may be: they are refused, whatever the rule, or add up as written.
func TestMemoryNeverOverflows(t *testing.T) {
	const largest = "<%s unit='b'>9223372036854774784</%[1]s>"
	cell := "<cell memory='9223372036854774784' unit='b'/>"
	module := "<memory><target>" + fmt.Sprintf(largest, "size") + "</target></memory>"
	for _, rule := range []MemoryRule{MemoryAsWritten, MemoryDefined, MemoryStarted} {
		for cells := range 5 {
			for modules := range 5 {
				xml := definition(fmt.Sprintf(largest, "memory")+"<cpu><numa>"+strings.Repeat(cell, cells*700)+"</numa></cpu>",
					strings.Repeat(module, modules*700))
				spec, err := Parse(strings.NewReader(xml), Options{Memory: rule})
				var e *Error
				if err != nil && !errors.As(err, &e) || err == nil && (spec.Memory == 0 || spec.Memory > maxMemory) {
					t.Errorf("rule %d, %d cells, %d modules: %+v, %v", rule, cells*700, modules*700, spec, err)
				}
			}
		}
	}
}

func TestStartedContainerIsNotRounded(t *testing.T) {
	xml := "<domain type='lxc'><name>a</name><memory>1025</memory><os><type>exe</type></os></domain>"
	spec, err := Parse(strings.NewReader(xml), Options{Memory: MemoryStarted})
	if err != nil || spec.Memory != 1025 {
		t.Errorf("got %+v, %v", spec, err)
	}
}

func TestMemoryDevice(t *testing.T) {
	const xml = "<memory model='nvdimm'><source><path>/nv</path></source><target><size unit='MiB'>512</size></target></memory>"
	got, err := ParseDevice(strings.NewReader(xml), guest.KVM, Options{})
	if err != nil || len(got) != 2 || got[0] != guest.Memory(512<<10) || got[1] != (guest.File{Use: guest.FileMemory, Path: "/nv"}) {
		t.Errorf("got %v, %v", got, err)
	}
}
