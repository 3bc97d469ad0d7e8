//go:build linux

package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

func dialAudit(t testing.TB) *kaudit.Conn {
	t.Helper()
	c, err := kaudit.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// catalogueMessages gives a message of every row of the catalogue.
func catalogueMessages(t *testing.T) []message {
	t.Helper()
	var found []message
	for i, kind := range record.Kinds() {
		var r record.Record
		r.Begin(kind)
		for _, f := range kind.Fields {
			if f.Const == "" {
				setSample(t, &r, kind, f)
			}
		}
		result := [...]record.Result{record.Success, record.Failed}[i%2]
		found = append(found, message{is: kind.Type, kind: kind.Name, text: r.AppendMessage(nil), result: result})
	}
	return found
}

// setSample gives a field a value of its encoding.
func setSample(t *testing.T, r *record.Record, kind *record.Kind, f record.Spec) {
	t.Helper()
	value := map[record.Encoding]string{
		record.Encoded: "/srv/it's a path", record.Raw: "/dev/shm/x", record.Word: "word",
		record.Integer: "4096", record.HexInteger: "88", record.UUID: newUUID(), record.DeviceNumber: "08:10",
	}[f.Encoding]
	switch {
	case f.Name == "virt":
		value = "kvm"
	case f.Name == "reason" && len(kind.Reasons) > 0:
		value = kind.Reasons[0]
	}
	if err := r.Set(f.Name, value); err != nil {
		t.Fatalf("%s: %v", kind.Name, err)
	}
}

// Every row of the catalogue, sent by kaudit, comes back by multicast and in
// auditd's log as it was sent, and ausearch decodes it.
func TestSendCatalogue(t *testing.T) {
	need(t, "ausearch")
	log := recordAudit(t, "log_format = ENRICHED")
	sub := subscribeAudit(t)
	conn := dialAudit(t)
	sent := catalogueMessages(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, m := range sent {
		if err := conn.Send(ctx, kaudit.Message{Type: m.is, Result: m.result, Text: m.text}); err != nil {
			t.Fatalf("%s: %v", m.kind, err)
		}
	}
	compareHeard(t, sent, nextOwnRecords(t, sub, len(sent)))
	last := sent[len(sent)-1].text
	log.waitFor(t, os.Getpid(), "the last message", func(r *record.Record) bool {
		return bytes.Equal(r.AppendMessage(nil), last)
	})
	compareHeard(t, sent, log.virtOf(t, os.Getpid()))
	file, _ := log.save(t, os.Getpid())
	decodedByAusearch(t, sent, file)
	t.Logf("%d rows of the catalogue were sent, heard, logged and decoded", len(sent))
}

func subscribeAudit(t *testing.T) *kaudit.Subscription {
	t.Helper()
	sub, err := kaudit.Subscribe(kaudit.SubscribeOptions{ReceiveBuffer: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sub.Close() })
	return sub
}

// nextOwnRecords gives the next records of this process that a subscription
// gets.
func nextOwnRecords(t *testing.T, sub *kaudit.Subscription, n int) []*record.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var heard []*record.Record
	for d, err := range sub.All(ctx) {
		var r record.Record
		switch {
		case err != nil || d.Lost:
			t.Fatalf("after %d records: lost %t, %v", len(heard), d.Lost, err)
		case r.ParseKernel(d.Type, d.Text) != nil:
			t.Fatalf("type %d: %q is no record", d.Type, d.Text)
		}
		if r.Type.Virt() && r.Sender().PID == uint32(os.Getpid()) {
			heard = append(heard, r.Clone())
		}
		if len(heard) == n {
			break
		}
	}
	return heard
}

// decodedByAusearch holds ausearch's reading of a log to what was sent: one
// line each, with the values of free text decoded.
func decodedByAusearch(t *testing.T, sent []message, file string) {
	t.Helper()
	var found [][]byte
	for line := range bytes.Lines(run(t, "ausearch", "--interpret", "-if", file)) {
		if bytes.HasPrefix(line, []byte("type=VIRT_")) {
			found = append(found, line)
		}
	}
	if len(found) != len(sent) {
		t.Fatalf("ausearch gives %d records of %d", len(found), len(sent))
	}
	for i, m := range sent {
		line := string(found[i])
		if !strings.HasPrefix(line, "type="+m.is.String()+" ") || !strings.Contains(line, " res="+m.result.String()) {
			t.Errorf("%q\nis decoded as %s", m.text, line)
		}
		for _, name := range freeTexts(record.KindByName(m.kind)) {
			if !strings.Contains(line, " "+name+"=/srv/it's a path ") && !unknownToAusearch[name] {
				t.Errorf("%s: ausearch doesn't decode %s: %s", m.kind, name, line)
			}
		}
	}
}

// unknownToAusearch are the fields that ausearch 3.0.9 leaves as they are.
var unknownToAusearch = map[string]bool{"old-smartcard": true, "new-smartcard": true, "disk": true, "chardev": true}

// What kaudit appends to a text is what libaudit does, on a terminal or not.
func TestAsLibaudit(t *testing.T) {
	program := libauditProgram(t)
	need(t, "script")
	enableAudit(t)
	sub := subscribeAudit(t)
	for _, terminal := range []bool{false, true} {
		var texts [2]string
		for i, command := range []string{program + " 1 '" + rngText + "'", ownProgram(t) + " -test.run=^TestSendOne$"} {
			sendFrom(t, command, terminal)
			texts[i] = withoutSender(nextText(t, sub))
		}
		if texts[0] != texts[1] || strings.Contains(texts[1], "terminal=pts") != terminal {
			t.Errorf("on a terminal: %t\nlibaudit %q\n  kaudit %q", terminal, texts[0], texts[1])
		}
	}
}

const sendOne = "VIRTAUDIT_TEST_SEND_ONE"

// sendFrom runs a command that sends one message.
func sendFrom(t *testing.T, command string, terminal bool) {
	t.Helper()
	cmd := exec.Command("sh", "-c", command+" </dev/null")
	if terminal {
		cmd = exec.Command("script", "-qec", command, "/dev/null")
	}
	cmd.Env = append(os.Environ(), sendOne+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", cmd, err, out)
	}
}

// TestSendOne is a test only as a process that another test runs: on a
// terminal, as another user, or elsewhere. It sends one message.
func TestSendOne(t *testing.T) {
	if os.Getenv(sendOne) == "" {
		return
	}
	c := dialAudit(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := c.Send(ctx, kaudit.Message{Type: record.VirtResource, Result: record.Success, Text: []byte(rngText)})
	fmt.Fprintf(os.Stderr, "permission: %t, namespace: %t, error: %v\n",
		errors.Is(err, kaudit.ErrNotPermitted), errors.Is(err, kaudit.ErrUserNamespace), err)
}

const rngText = `virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random"`

// nextText gives the next VIRT record that a subscription gets.
func nextText(t *testing.T, sub *kaudit.Subscription) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for d, err := range sub.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if d.Type.Virt() {
			return string(d.Text)
		}
	}
	return ""
}

// withoutSender leaves out what differs between two senders: all before the
// text, the program, and the number of the terminal.
func withoutSender(text string) string {
	_, text, _ = strings.Cut(text, "msg=")
	before, rest, _ := strings.Cut(text, " exe=")
	_, after, _ := strings.Cut(rest, " ")
	if head, tail, found := strings.Cut(after, "terminal=pts/"); found {
		after = head + "terminal=pts/" + strings.TrimLeft(tail, "0123456789")
	}
	return before + " " + after
}

// A process that may not send learns why, and there is no record.
func TestSendUnprivileged(t *testing.T) {
	enableAudit(t)
	for want, attributes := range map[string]*syscall.SysProcAttr{
		"permission: true, namespace: false":  {Credential: &syscall.Credential{Uid: 65534, Gid: 65534}},
		"permission: false, namespace: true":  {Cloneflags: syscall.CLONE_NEWUSER},
		"permission: false, namespace: false": {},
	} {
		// The test's binary lies where another user can't go.
		program, err := os.Open("/proc/self/exe")
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("/proc/self/fd/3", "-test.run=^TestSendOne$")
		cmd.Env = append(os.Environ(), sendOne+"=1")
		cmd.ExtraFiles = []*os.File{program}
		cmd.SysProcAttr = attributes
		out, err := cmd.CombinedOutput()
		program.Close()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("want %s: %v: %s", want, err, out)
		}
	}
}

// While audit is disabled nothing is sent in vain without a word, and with it
// enabled again sending goes on.
func TestSendDisabled(t *testing.T) {
	enableAudit(t)
	c := dialAudit(t)
	m := kaudit.Message{Type: record.VirtResource, Result: record.Success, Text: []byte(rngText)}
	for range 2 {
		if err := c.Send(t.Context(), m); err != nil {
			t.Error(err)
		}
		run(t, "auditctl", "-e", "0")
		err := c.Send(t.Context(), m)
		run(t, "auditctl", "-e", "1")
		if !errors.Is(err, kaudit.ErrDisabled) {
			t.Errorf("error %v, want that of disabled audit", err)
		}
	}
}

// The longest text that kaudit sends is kept whole, and a longer one, when
// shortened, too.
func TestSendLong(t *testing.T) {
	enableAudit(t)
	sub, c := subscribeAudit(t), dialAudit(t)
	m := kaudit.Message{Type: record.VirtResource, Result: record.Failed, Text: []byte(
		strings.Replace(rngText, "/dev/random", strings.Repeat("/dev", 3000), 1))}
	long := new(kaudit.TooLongError)
	if err := c.Send(t.Context(), m); !errors.As(err, &long) {
		t.Fatalf("error %v, want that of a long text", err)
	}
	m, err := kaudit.Shorten(m, long.Limit)
	if err == nil {
		err = c.Send(t.Context(), m)
	}
	if err != nil {
		t.Fatal(err)
	}
	text := nextText(t, sub)
	if !strings.HasSuffix(text, " res=failed'") || !strings.Contains(text, " shortened=new-rng:12000 ") {
		t.Errorf("the kernel kept %.300q...%q", text, text[len(text)-40:])
	}
	_, kept, _ := strings.Cut(text, "msg='")
	if n := len(kept) - 1; n != kernelKeeps {
		t.Errorf("a text of %d bytes was sent, %d could have been", n, kernelKeeps)
	}
}

// A subscription whose loop is slower than the records come says so.
func TestSubscriptionLoss(t *testing.T) {
	enableAudit(t)
	sub, err := kaudit.Subscribe(kaudit.SubscribeOptions{ReceiveBuffer: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	c := dialAudit(t)
	m := kaudit.Message{Type: record.VirtResource, Result: record.Success, Text: []byte(rngText)}
	flood := func() {
		for range 50 {
			if err := c.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	flood()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n := 0
	for d, err := range sub.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if d.Lost {
			return
		}
		if n++; n%40 == 0 { // the kernel gives them later than it takes them
			flood()
		}
	}
}

// The kernel holds whoever sends while its queue is full, as nobody takes its
// records. The context ends that.
func TestSendHeld(t *testing.T) {
	if daemon := enableAudit(t); daemon != 0 {
		t.Skipf("process %d takes the kernel's records; it isn't stopped for a test", daemon)
	}
	daemon := startAuditd(t, nil)
	limitBacklog(t)
	_, pid, err := auditState()
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	c := dialAudit(t)
	m := kaudit.Message{Type: record.VirtResource, Result: record.Success, Text: []byte(rngText)}
	sent, began := 0, time.Now()
	for ; time.Since(began) < patience; sent++ {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		err = c.Send(ctx, m)
		cancel()
		if err != nil {
			break
		}
	}
	if !errors.Is(err, kaudit.ErrBacklog) || !errors.Is(err, kaudit.ErrUnconfirmed) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("after %d records: error %v, want that of a full backlog", sent, err)
	}
	t.Logf("%d records went into the queue of a stopped auditd", sent)
	_ = syscall.Kill(pid, syscall.SIGCONT)
	if err := c.Send(t.Context(), m); err != nil {
		t.Errorf("when auditd goes on: %v", err)
	}
	eventually(t, patience, "the log has all records", func() bool {
		return len(daemon.virtOf(t, os.Getpid())) == sent+2
	})
}

// limitBacklog makes the kernel's queue short and its patience long, for a
// test.
func limitBacklog(t *testing.T) {
	t.Helper()
	c := dialAudit(t)
	before, err := c.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set := func(limit, wait uint32) {
		run(t, "auditctl", "-b", fmt.Sprint(limit), "--backlog_wait_time", fmt.Sprint(wait))
	}
	t.Cleanup(func() { set(before.BacklogLimit, before.BacklogWaitTime) })
	set(20, 1000)
}

// A log of kaudit's own is one that ausearch reads.
func TestFileForAusearch(t *testing.T) {
	need(t, "ausearch")
	path := t.TempDir() + "/audit.log"
	f, err := kaudit.OpenFile(t.Context(), path, kaudit.FileOptions{SyncEvery: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sent := catalogueMessages(t)
	for _, m := range sent {
		if err := f.Send(t.Context(), kaudit.Message{Type: m.is, Result: m.result, Text: m.text}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	compareHeard(t, sent, virtOf(t, text, os.Getpid()))
	decodedByAusearch(t, sent, path)
}
