package fact

import (
	"bytes"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

const message = `audit(1700000000.123:45): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='virt=kvm resrc=rng reason=start vm="g" uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 old-rng="?" new-rng="/dev/random" exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`

// TestOneFactByEveryWay: file, node=, enrichment and multicast give one text.
func TestOneFactByEveryWay(t *testing.T) {
	lines := []string{
		"type=VIRT_RESOURCE msg=" + message,
		"node=kvm1 type=VIRT_RESOURCE msg=" + message,
		"type=VIRT_RESOURCE msg=" + message + "\x1dUID=\"root\" AUID=\"unset\"",
	}
	for _, line := range lines {
		var r record.Record
		if err := r.Parse([]byte(line)); err != nil {
			t.Fatal(err)
		}
		if f := OfRecord("here", "file", &r); string(f.Text) != message {
			t.Errorf("%q gives %q", line, f.Text)
		}
	}
	var r record.Record
	if err := r.ParseKernel(record.VirtResource, []byte(message)); err != nil {
		t.Fatal(err)
	}
	f := OfRecord("here", "multicast", &r)
	if string(f.Text) != message {
		t.Errorf("multicast gives %q", f.Text)
	}
	var again record.Record
	if err := f.ParseRecord(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(Canonical(nil, &again), f.Text) || again.Stamp != f.Stamp || again.Result != record.Success {
		t.Errorf("read back: %q", Canonical(nil, &again))
	}
	if got, want := string(f.Line()), lines[0]; got != want {
		t.Errorf("line %q, want %q", got, want)
	}
}

// TestEncodeIsCanonical: what was decoded is encoded to the same bytes.
func TestEncodeIsCanonical(t *testing.T) {
	o := Observed{
		Witness: Libvirt, What: Changed, UUID: "u", Name: "<g>\n", From: 1, To: 2,
		Has: []Thing{{Kind: "rng", ID: "/dev/random", Detail: map[string]string{"rate": "1/2", "backend": "random"}}},
	}
	f := Fact{Kind: Observation, Text: Encode(o)}
	var back Observed
	if err := f.Decode(&back); err != nil {
		t.Fatal(err)
	}
	if again := Encode(back); !bytes.Equal(again, f.Text) {
		t.Errorf("%s\nthen %s", f.Text, again)
	}
	f.Text = []byte("{")
	if err := f.Decode(&back); err == nil {
		t.Error("no error for half an object")
	}
}

// TestFulfils: a record fulfils an intent by text, type, process and time together.
func TestFulfils(t *testing.T) {
	var r record.Record
	if err := r.ParseKernel(record.VirtResource, []byte(message)); err != nil {
		t.Fatal(err)
	}
	text := r.AppendMessage(nil)
	planned := Intended{PID: 1, At: r.Stamp.Millis, Wanted: Wanted{Type: "VIRT_RESOURCE", Text: string(text)}}
	for name, tc := range map[string]struct {
		change func(*Intended)
		want   bool
	}{
		"the very record":        {func(*Intended) {}, true},
		"clock set back a bit":   {func(in *Intended) { in.At += clockSlack }, true},
		"record of before":       {func(in *Intended) { in.At += clockSlack + 1 }, false},
		"another process":        {func(in *Intended) { in.PID = 2 }, false},
		"another type":           {func(in *Intended) { in.Wanted.Type = "VIRT_CONTROL" }, false},
		"another text":           {func(in *Intended) { in.Wanted.Text += " " }, false},
		"intent without a text":  {func(in *Intended) { in.Wanted.Text = "" }, false},
		"record long after that": {func(in *Intended) { in.At = 1 }, true},
	} {
		in := planned
		tc.change(&in)
		if got := in.Fulfils(&r, text); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
}
