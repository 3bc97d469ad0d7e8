package record

import (
	"slices"
	"testing"
)

// What is known in advance of an end is what reading it gives.
func TestPhraseIsWhatIsRead(t *testing.T) {
	const text = `virt=kvm op=stop vm="a" exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success`
	var known, read Record
	end, _ := suffixStart([]byte(text))
	known.suffix([]byte(text), end)
	read.suffixFields([]byte(text), end, suffixSpecs[:])
	sameFields(t, known.fields, read.fields)
	if known.Result != Success {
		t.Errorf("the result is %v", known.Result)
	}

	const tail = "'\x1d" + `UID="root" AUID="unset"`
	known, read = Record{}, Record{}
	known.tail([]byte(tail), 0, 2)
	read.tailFields([]byte(tail), 2)
	sameFields(t, known.fields, read.fields)
}

func sameFields(t *testing.T, got, want []Field) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(a, b Field) bool {
		same := string(a.text) == string(b.text) && a.Name() == b.Name() && string(a.Raw()) == string(b.Raw())
		return same && a.spec == b.spec && a.Missing() == b.Missing() && a.String() == b.String() && cap(a.text) == cap(b.text)
	}) {
		t.Errorf("%d fields, %v, want %d, %v", len(got), got, len(want), want)
	}
}

// The phrase is taken for one at the very end only, and whole.
func TestPhraseBegins(t *testing.T) {
	p := phrase{text: " res=success"}
	for text, want := range map[string]int{
		"": -1, "res=success": -1, " res=success": 0, "a res=success": 1, "a res=success ": -1, "a res=succes": -1,
	} {
		if got := p.begin([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
