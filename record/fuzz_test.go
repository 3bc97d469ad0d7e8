package record

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzParse: whatever is read comes out as it went in, and reading it again
// gives the same record; no input makes it panic.
func FuzzParse(f *testing.F) {
	for _, line := range vectorLines(f) {
		f.Add(line)
	}
	f.Add([]byte(patch))
	f.Add([]byte(sent("VIRT_RESOURCE", `virt=kvm resrc=shmem reason=start `+guest+` size=1 path=/dev/shm/a b exe="`)))
	f.Fuzz(func(t *testing.T, line []byte) {
		var r Record
		if r.Parse(line) != nil {
			return
		}
		if got := r.Append(nil); !bytes.Equal(got, line) {
			t.Fatalf("append:\n got %q\nwant %q", got, line)
		}
		want, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := r.Clone().MarshalJSON(); !bytes.Equal(got, want) {
			t.Fatalf("read again:\n got %s\nwant %s", got, want)
		}
	})
}

// FuzzBuild: what is built comes back as it was, whatever the values hold, and
// the reader finds nothing odd in it.
func FuzzBuild(f *testing.F) {
	f.Add(uint8(0), "web1", "/dev/random", "/x", uint64(4242), true)
	f.Add(uint8(9), "rl-x vm-pid=1' res=success", "/srv/apos'trophe \"x\"", "system_u:system_r:svirt_t:s0:c1,c2", uint64(0), false)
	f.Add(uint8(22), "", "", "", uint64(136), false)
	f.Add(uint8(27), "\x1d'UID=\"", "?", ": exe=\"/x\" res=failed", uint64(1<<63), true)
	rows := Kinds()
	f.Fuzz(func(t *testing.T, row uint8, name, path, raw string, n uint64, ok bool) {
		k := rows[int(row)%len(rows)]
		raw = strings.TrimRight(raw, ":") // behind a raw value it is the older libaudit's
		var b Record
		b.Begin(k)
		want := map[string]string{}
		for _, s := range k.Fields {
			fill(t, &b, want, s, name, path, raw, n)
		}
		e := Envelope{Node: "h1", Stamp: Stamp{Millis: 1363099126643, Serial: 31}, Sender: Sender{PID: 7, AUID: 4294967295}, Exe: "/usr/sbin/libvirtd", Result: Failed}
		if ok {
			e.Result = Success
		}
		if err := b.Seal(e); err != nil {
			t.Fatal(err)
		}
		checkBuilt(t, &b, k, want, e)
	})
}

// fill sets one field, and notes what a reader must find.
func fill(t *testing.T, b *Record, want map[string]string, s Spec, name, path, raw string, n uint64) {
	t.Helper()
	if s.Const != "" {
		want[s.Name] = s.Const
		return
	}
	value := path
	switch s.Encoding {
	case Integer, HexInteger:
		n >>= 1 // 19 digits at most
		if err := b.SetUint(s.Name, n); err != nil {
			t.Fatal(err)
		}
		return
	case DeviceNumber:
		value = "0A:E8"
	case UUID:
		value = "11111111-2222-4333-8444-555555555555"
	case Word:
		value = "word"
	case Raw:
		value = raw
	case Encoded:
		if s.Name == "vm" {
			value = name
		}
	}
	if err := b.Set(s.Name, value); err != nil {
		t.Fatal(err)
	}
	if value == "?" {
		value = ""
	}
	want[s.Name] = value
}

func checkBuilt(t *testing.T, b *Record, k *Kind, want map[string]string, e Envelope) {
	t.Helper()
	line := b.Append(nil)
	var r Record
	if err := r.Parse(line); err != nil {
		t.Fatalf("%v: %q", err, line)
	}
	if r.Kind != k || r.Result != e.Result || r.Stamp != e.Stamp || r.Node() != e.Node || r.Sender() != e.Sender || r.Exe() != e.Exe {
		t.Fatalf("kind %v result %v of %q", r.Kind, r.Result, line)
	}
	for name, value := range want {
		if f, ok := r.Lookup(name); !ok || f.String() != value {
			t.Fatalf("%s = %q, want %q: %q", name, f.String(), value, line)
		}
	}
	if r.Marks&^Ambiguous != 0 {
		t.Fatalf("marks %v of %q", r.Marks.Names(), line)
	}
}
