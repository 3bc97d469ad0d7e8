package record

import (
	"bufio"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
)

// The texts of libvirt's RNG patch, as a sender makes them.
func TestBuildRNGPatch(t *testing.T) {
	for _, source := range []string{"/dev/random", "/tmp/unix.sock"} {
		var r Record
		r.Begin(KindByName("rng"))
		for name, value := range map[string]string{
			"virt": "kvm", "reason": "start", "vm": "qcow-test", "uuid": "118733ed-b658-3e22-a2cb-4fe5cb3ddf79", "new-rng": source,
		} {
			if err := r.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
		want := `virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="` + source + `"`
		if got := string(r.AppendMessage(nil)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	var r Record
	r.Begin(KindByName("rng"))
	if err := r.Set("new-disk", "/x"); !errors.Is(err, ErrNoField) {
		t.Errorf("a field of another kind: %v", err)
	}
	if err := r.SetUint("new-disk", 1); !errors.Is(err, ErrNoField) {
		t.Errorf("a number of another kind: %v", err)
	}
	for _, bad := range [][2]string{{"uuid", "zz"}, {"resrc", "disk"}} {
		if err := r.Set(bad[0], bad[1]); !errors.Is(err, ErrValue) {
			t.Errorf("%s = %s: %v", bad[0], bad[1], err)
		}
	}
	if err := r.SetUint("vm", 10); !errors.Is(err, ErrValue) {
		t.Errorf("a number for a name: %v", err)
	}
	var parsed, empty Record
	if err := parsed.Parse([]byte(modern)); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Record{&parsed, &empty} {
		if err := p.Set("vm", "x"); !errors.Is(err, ErrNoField) {
			t.Errorf("a record that wasn't built: %v", err)
		}
	}
	for _, value := range []string{"", "two words", `a"b`, "tab\t"} {
		if err := r.Set("reason", value); !errors.Is(err, ErrValue) {
			t.Errorf("reason %q: %v", value, err)
		}
	}
}

func TestSeal(t *testing.T) {
	var r Record
	r.Begin(KindByName("cgroup-major"))
	for name, value := range map[string]string{"virt": "kvm", "vm": "a b", "uuid": "118733ed-b658-3e22-a2cb-4fe5cb3ddf79", "cgroup": "/c/", "category": "pty", "acl": "rw"} {
		if err := r.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.SetUint("maj", 136); err != nil {
		t.Fatal(err)
	}
	if err := r.Seal(Envelope{Node: "a b"}); !errors.Is(err, ErrValue) {
		t.Errorf("a node with a blank: %v", err)
	}
	if err := r.Seal(Envelope{Terminal: "' \ntype=X"}); !errors.Is(err, ErrValue) {
		t.Errorf("a terminal that breaks the line: %v", err)
	}
	e := Envelope{Stamp: Stamp{Millis: 1001, Serial: 7}, Sender: Sender{PID: 1, UID: 2, AUID: 3, Session: 4, Subject: "unconfined"}, Result: Success}
	if err := r.Seal(e); err != nil {
		t.Fatal(err)
	}
	if err := r.Seal(e); err == nil {
		t.Error("sealed twice")
	}
	want := `type=VIRT_RESOURCE msg=audit(1.001:7): pid=1 uid=2 auid=3 ses=4 subj=unconfined msg='virt=kvm resrc=cgroup reason=allow vm=612062 uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 cgroup="/c/" class=major category=pty maj=88 acl=rw exe=? hostname=? addr=? terminal=? res=success'`
	if got := string(r.Append(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What libaudit 3.0.9 makes of values, measured.
func TestEncodeTable(t *testing.T) {
	f, err := os.Open("../testdata/encode.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		in, out, _ := strings.Cut(s.Text(), "\tkey=")
		value, err := strconv.Unquote(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(AppendEncoded(nil, []byte(value))); got != out {
			t.Errorf("%s: got %s, want %s", in, got, out)
		}
		var field Field
		field.text, field.spec, field.at = []byte(out), &Spec{Encoding: Encoded}, writingOf([]byte(out))
		new(Record).encodedForm(&field)
		if got := field.String(); got != value && !field.Missing() {
			t.Errorf("%s: decoded %q", out, got)
		}
	}
}
