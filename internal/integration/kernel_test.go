//go:build linux

package integration

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

// What a hypervisor tells the kernel is what the log says, whatever the names
// in it and however auditd writes it, and ausearch gives the same log.
func TestFromSenderToLog(t *testing.T) {
	for _, style := range []struct {
		name     string
		settings []string
		node     string
		enriched bool
	}{
		{"enriched", []string{"log_format = ENRICHED"}, "", true},
		{"raw with node", []string{"log_format = RAW", "name_format = USER", "name = kvm1.example.org"}, "kvm1.example.org", false},
	} {
		t.Run(style.name, func(t *testing.T) {
			need(t, "ausearch")
			log := recordAudit(t, style.settings...)
			sent := slices.Concat(vectorMessages(t), hostileMessages(t))
			sendAll(t, log, sent)

			heard := log.virtOf(t, os.Getpid())
			compareHeard(t, sent, heard)
			if !log.asConfigured {
				compareStyle(t, heard, style.node, style.enriched)
			}
			writtenBack(t, log.text(t))

			t.Run("ausearch", func(t *testing.T) {
				file, _ := log.save(t, os.Getpid())
				out := run(t, "ausearch", "--raw", "-if", file)
				compareHeard(t, sent, virtOf(t, out, os.Getpid()))
				writtenBack(t, out)
			})
		})
	}
}

// The kernel cuts a long text. What it leaves is read, and marked.
func TestCutByKernel(t *testing.T) {
	log := recordAudit(t, "log_format = ENRICHED")
	for form, path := range map[string]string{
		"quoted":  `"` + strings.Repeat("x", 9000),
		"encoded": strings.Repeat("20", 4500),
	} {
		t.Run(form, func(t *testing.T) {
			uuid := newUUID()
			text := []byte(`virt=kvm resrc=disk reason=attach vm="g" uuid=` + uuid + ` old-disk="?" new-disk=` + path)[:9000]
			dialKernel(t).send(t, message{is: record.VirtResource, text: text, result: record.Success})

			var cut *record.Record
			log.waitFor(t, os.Getpid(), "the cut record", func(r *record.Record) bool {
				cut = r
				return isOf(r, uuid)
			})
			if got := cut.AppendMessage(nil); !bytes.Equal(got, text[:kernelKeeps]) {
				t.Errorf("%d bytes came back, want the first %d that were sent:\n got %q", len(got), kernelKeeps, got)
			}
			if cut.Marks != record.Cut || cut.Result != record.Unknown {
				t.Errorf("marks %v, result %v; want cut and unknown", cut.Marks.Names(), cut.Result)
			}
			if disk, _ := cut.Lookup("new-disk"); !disk.Partial() {
				t.Errorf("new-disk, %.40q..., counts as whole", disk.String())
			}
		})
	}
	writtenBack(t, log.text(t))
}

// A listener of the kernel's multicast group gets the same text as the log,
// without its type's name and without enrichment.
func TestKernelListener(t *testing.T) {
	log := recordAudit(t, "log_format = ENRICHED")
	listener := listenKernel(t)
	for _, m := range hostileMessages(t) {
		if m.kind != "rng" {
			continue
		}
		dialKernel(t).send(t, m)
		compareOne(t, m, nextOwn(t, listener))
	}
	writtenBack(t, log.text(t))
}

// nextOwn gives the next record of this process that a listener gets.
func nextOwn(t *testing.T, listener kernelSocket) *record.Record {
	t.Helper()
	for {
		kind, text := listener.receive(t)
		var r record.Record
		if err := r.ParseKernel(record.Type(kind), text); err != nil {
			t.Fatalf("%v: type %d, %q", err, kind, text)
		}
		if !bytes.Equal(r.Append(nil), text) {
			t.Errorf("written back:\n got %q\nwant %q", r.Append(nil), text)
		}
		if r.Type.Virt() && r.Sender().PID == uint32(os.Getpid()) {
			return &r
		}
	}
}

// Where no auditd runs, records end in the kernel's log; and there, long ones
// end early.
func TestKernelLog(t *testing.T) {
	need(t, "dmesg")
	if daemon := enableAudit(t); daemon != 0 {
		t.Skipf("process %d takes the kernel's records, so none get into the kernel's log", daemon)
	}
	if _, err := output("dmesg"); err != nil {
		t.Skipf("the kernel's log can't be read: %v", err)
	}
	text := func(disk string) message {
		return message{
			is: record.VirtResource, kind: "disk", result: record.Success,
			text: []byte(`virt=kvm resrc=disk reason=attach vm=69742773206D65 uuid=` + newUUID() + ` old-disk="?" new-disk="` + disk + `"`),
		}
	}
	short := text("/srv/apos'trophe.img")
	compareOne(t, short, inKernelLog(t, short))

	long := text(strings.Repeat("/srv", 500))
	cut := inKernelLog(t, long)
	if cut.Marks&record.Cut == 0 || !bytes.HasPrefix(long.text, cut.AppendMessage(nil)) {
		t.Errorf("a text of %d bytes is read as %q, marks %v; want its beginning, cut", len(long.text), cut.AppendMessage(nil), cut.Marks.Names())
	}
}

// inKernelLog sends a message and looks for it in the kernel's log. The kernel
// writes a few lines every five seconds and drops the others.
func inKernelLog(t *testing.T, m message) *record.Record {
	t.Helper()
	var found *record.Record
	var sent time.Time
	kernel := dialKernel(t)
	eventually(t, patience, "the kernel's log has the message", func() bool {
		if time.Since(sent) > time.Second {
			kernel.send(t, m)
			sent = time.Now()
		}
		for line := range bytes.Lines(run(t, "dmesg")) {
			if bytes.Contains(line, m.text[:120]) {
				found = parse(t, line)
				return true
			}
		}
		return false
	})
	return found
}

// sendAll sends messages and waits until the log has the last.
func sendAll(t *testing.T, log *recording, sent []message) {
	t.Helper()
	kernel := dialKernel(t)
	for _, m := range sent {
		kernel.send(t, m)
	}
	last := sent[len(sent)-1].text
	log.waitFor(t, os.Getpid(), "the last message", func(r *record.Record) bool {
		return bytes.Equal(r.AppendMessage(nil), last)
	})
}

// compareHeard holds records to the messages that they come from.
func compareHeard(t *testing.T, sent []message, heard []*record.Record) {
	t.Helper()
	if len(heard) != len(sent) {
		t.Fatalf("%d messages sent, %d records heard", len(sent), len(heard))
	}
	for i, m := range sent {
		compareOne(t, m, heard[i])
	}
}

func compareOne(t *testing.T, m message, r *record.Record) {
	t.Helper()
	if got := r.AppendMessage(nil); !bytes.Equal(got, m.text) {
		t.Errorf("sent  %q\nheard %q", m.text, got)
		return
	}
	if r.Kind == nil || r.Kind.Name != m.kind || r.Type != m.is || r.Result != m.result {
		t.Errorf("%q is read as kind %v, type %v, result %v; want %s, %v, %v", m.text, r.Kind, r.Type, r.Result, m.kind, m.is, m.result)
	}
	if s := r.Sender(); s.PID != uint32(os.Getpid()) || s.UID != uint32(os.Getuid()) || r.Exe() != ownProgram(t) {
		t.Errorf("%q: sender %+v, %q; want process %d of user %d, %q", m.text, s, r.Exe(), os.Getpid(), os.Getuid(), ownProgram(t))
	}
	if m.value == "" {
		return
	}
	for _, name := range freeTexts(r.Kind) {
		if f, _ := r.Lookup(name); f.String() != m.value {
			t.Errorf("%q: %s means %q, want %q", m.text, name, f.String(), m.value)
		}
	}
}

// compareStyle holds records to what auditd was told to add to them.
func compareStyle(t *testing.T, heard []*record.Record, node string, enriched bool) {
	t.Helper()
	for _, r := range heard {
		if names := len(r.Fields(record.Auditd)); r.Node() != node || (names > 0) != enriched {
			t.Errorf("%q: node %q and %d names, want node %q and names: %t", r.Append(nil), r.Node(), names, node, enriched)
		}
	}
}

// writtenBack holds every line of a log, of whatever type, to what it is read
// and written back as.
func writtenBack(t *testing.T, log []byte) {
	t.Helper()
	if len(log) == 0 {
		t.Error("the log is empty")
	}
	for line := range bytes.Lines(log) {
		if got := append(parse(t, line).Append(nil), '\n'); !bytes.Equal(got, line) {
			t.Errorf("written back:\n got %q\nwant %q", got, line)
		}
	}
}

// isOf tells whether a record is of a guest.
func isOf(r *record.Record, uuid string) bool {
	f, ok := r.Lookup("uuid")
	return ok && f.Is(uuid)
}
