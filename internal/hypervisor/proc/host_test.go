//go:build linux

package proc

import (
	"slices"
	"testing"
)

func TestLacking(t *testing.T) {
	for caps, want := range map[string][]string{
		"000001ffffffffff": nil,
		"0000000000080004": nil,
		"0000000000080000": {"CAP_DAC_READ_SEARCH"},
		"0000000000000004": {"CAP_SYS_PTRACE"},
		"0000000000000000": {"CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"},
	} {
		f := newFake(t)
		f.write("proc/self/status", "Name:\tCapEff:\nCapPrm:\tffffffffffffffff\nCapEff:\t"+caps+"\n")
		if got, err := f.host().Lacking(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", caps, got, err, want)
		}
	}
	for _, text := range []string{"", "CapEff:\t\n", "CapEff:\tx\n"} {
		f := newFake(t)
		f.write("proc/self/status", text)
		if got, err := f.host().Lacking(); err == nil {
			t.Errorf("%q lacks %v, want an error", text, got)
		}
	}
	if got, err := At(t.TempDir()).Lacking(); err == nil {
		t.Errorf("nothing lacks %v, want an error", got)
	}
}
