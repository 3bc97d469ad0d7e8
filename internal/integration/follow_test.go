//go:build linux

package integration

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	logfollow "github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/record"
)

// followedText is a record's text of a guest.
func followedText(guest string) string {
	return `virt=kvm op=start reason=booted vm="` + guest + `" uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 vm-pid=7`
}

// sendGuests sends records of so many guests, and does something before each.
func sendGuests(t *testing.T, n int, before func(i int)) (guests []string) {
	t.Helper()
	conn := dialAudit(t)
	for i := range n {
		before(i)
		guest := fmt.Sprintf("followed-%d", i)
		m := kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: []byte(followedText(guest))}
		if err := conn.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		guests = append(guests, guest)
	}
	return guests
}

// guestOf gives the guest of a record that this process sent, or "".
func guestOf(t *testing.T, f *fact.Fact) string {
	t.Helper()
	var r record.Record
	if err := f.ParseRecord(&r); err != nil {
		t.Error(err)
	}
	if !f.Type.Virt() || r.Sender().PID != uint32(os.Getpid()) {
		return ""
	}
	name, _ := r.Lookup("vm")
	return name.String()
}

// followed is what a follower gave of this process.
type followed struct {
	facts  []fact.Fact
	guests []string
	err    error
}

var errEnough = errors.New("enough")

// following follows until n records of this process came, and has begun when it
// returns. Where the options have a log, the follower is stopped at every 7th batch
// and another one goes on.
func following(t *testing.T, o logfollow.Options, n int) <-chan followed {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	t.Cleanup(cancel)
	o.Node = "here"
	done, began := make(chan followed, 1), make(chan struct{})
	begin := sync.OnceFunc(func() { close(began) })
	go func() {
		defer begin()
		var all followed
		for batches := 0; len(all.guests) < n; {
			err := logfollow.New(o, nil).Run(ctx, func(b *logfollow.Batch) error {
				begin()
				for _, p := range b.Problems {
					t.Errorf("%s", p)
				}
				if batches++; batches%7 == 0 && o.Log != "" {
					return errEnough // not taken
				}
				o.Position = b.Position
				for i := range b.Records {
					if guest := guestOf(t, &b.Records[i]); guest != "" {
						all.facts, all.guests = append(all.facts, b.Records[i]), append(all.guests, guest)
					}
				}
				if len(all.guests) >= n {
					return errEnough
				}
				return nil
			})
			if !errors.Is(err, errEnough) {
				all.err = err
				break
			}
		}
		done <- all
	}()
	<-began
	return done
}

// While auditd rotates its log again and again, whoever follows it, stopped and
// started all the time, has each record once; multicast gives the same facts.
func TestFollowRotations(t *testing.T) {
	for name, action := range map[string]string{"rotate": "ROTATE", "keep logs": "KEEP_LOGS"} {
		t.Run(name, func(t *testing.T) { followRotations(t, action) })
	}
}

func followRotations(t *testing.T, action string) {
	log := recordAudit(t, "log_format = ENRICHED", "num_logs = 60", "max_log_file = 8", "max_log_file_action = "+action)
	if log.asConfigured {
		t.Skip("the host's own auditd runs; its log isn't rotated for a test")
	}
	_, daemon, err := auditState()
	if err != nil {
		t.Fatal(err)
	}
	const n = 800
	byFile := following(t, logfollow.Options{Log: log.path, Ways: []string{logfollow.WayFile}, Poll: 50 * time.Millisecond}, n)
	byMulticast := following(t, logfollow.Options{Ways: []string{logfollow.WayMulticast}, Poll: 50 * time.Millisecond}, n)
	sent := sendGuests(t, n, func(i int) {
		if i%40 == 20 {
			rotate(t, daemon, log.path)
		}
	})
	file, multicast := <-byFile, <-byMulticast
	for way, got := range map[string]followed{"file": file, "multicast": multicast} {
		if got.err != nil || !slices.Equal(got.guests, sent) {
			t.Errorf("%s: %v; %d records, %d sent", way, got.err, len(got.guests), len(sent))
		}
	}
	rotations, err := filepath.Glob(log.path + ".*")
	if err != nil || len(rotations) < 10 {
		t.Errorf("%d rotations, %v", len(rotations), err)
	}
	throughOnce(t, file.facts, multicast.facts)
	t.Logf("%d records over %d rotations", n, len(rotations))
}

// rotate has auditd begin another file. Signals that come while it is at one are one.
func rotate(t *testing.T, daemon int, log string) {
	t.Helper()
	before, err := os.Stat(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(daemon, syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "auditd begins another file", func() bool {
		now, err := os.Stat(log)
		return err == nil && !os.SameFile(before, now)
	})
}

// throughOnce holds facts of two ways to be the same.
func throughOnce(t *testing.T, a, b []fact.Fact) {
	t.Helper()
	once := logfollow.NewOnce(10_000)
	for i := range a {
		if !once.New(&a[i]) {
			t.Fatalf("%s came before", a[i].Line())
		}
	}
	for i := range b {
		if once.New(&b[i]) {
			t.Fatalf("%s is new", b[i].Line())
		}
	}
}

// What auditd gives to a plugin is what its log has.
func TestFollowPlugin(t *testing.T) {
	for _, format := range []string{"ENRICHED", "RAW"} {
		t.Run(format, func(t *testing.T) { followPlugin(t, format) })
	}
}

func followPlugin(t *testing.T, format string) {
	dir := t.TempDir()
	pipe, program := filepath.Join(dir, "pipe"), filepath.Join(dir, "plugin")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	writeFile(t, program, "#!/bin/sh\nexec cat >"+pipe+"\n")
	writeFile(t, filepath.Join(dir, "plugins", "virtaudit.conf"), lines(
		"active = yes", "direction = out", "path = "+program, "type = always", "format = string"))
	for _, name := range []string{program, filepath.Join(dir, "plugins")} {
		if err := os.Chmod(name, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	stdin, err := os.OpenFile(pipe, os.O_RDWR, 0) // doesn't wait for the writer
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close() })
	log := recordAudit(t, "log_format = "+format, "plugin_dir = "+filepath.Join(dir, "plugins"))
	if log.asConfigured {
		t.Skip("the host's own auditd runs, without a plugin of the test")
	}
	const n = 100
	byStdin := following(t, logfollow.Options{Stdin: stdin}, n)
	byFile := following(t, logfollow.Options{Log: log.path, Ways: []string{logfollow.WayFile}}, n)
	sent := sendGuests(t, n, func(int) {})
	file, plugin := <-byFile, <-byStdin
	if plugin.err != nil || !slices.Equal(plugin.guests, sent) || file.err != nil || !slices.Equal(file.guests, sent) {
		t.Errorf("plugin: %v, %d records; file: %v, %d records; %d sent",
			plugin.err, len(plugin.guests), file.err, len(file.guests), len(sent))
	}
	throughOnce(t, file.facts, plugin.facts)
	if enriched := strings.Contains(string(log.text(t)), "\x1d"); enriched != (format == "ENRICHED") {
		t.Errorf("the log is enriched: %t", enriched)
	}
}

// A record is given within a tenth of a second of its being sent, by each way:
// at least most are, on a machine that does other things too.
func TestFollowSoon(t *testing.T) {
	log := recordAudit(t)
	for way, o := range map[string]logfollow.Options{
		logfollow.WayFile:      {Log: log.path, Ways: []string{logfollow.WayFile}},
		logfollow.WayMulticast: {Ways: []string{logfollow.WayMulticast}},
	} {
		t.Run(way, func(t *testing.T) { followSoon(t, o) })
	}
}

func followSoon(t *testing.T, o logfollow.Options) {
	const n = 100
	came := make(chan time.Time, n)
	ctx, cancel := context.WithCancel(t.Context())
	ended, began := make(chan error, 1), make(chan bool, 1)
	go func() {
		caughtUp := false
		ended <- logfollow.New(o, nil).Run(ctx, func(b *logfollow.Batch) error {
			if !caughtUp { // what stood in the log before
				if caughtUp = b.CaughtUp; caughtUp {
					began <- true
				}
				return nil
			}
			for i := range b.Records {
				if guestOf(t, &b.Records[i]) != "" {
					came <- time.Now()
				}
			}
			return nil
		})
	}()
	defer func() {
		cancel()
		<-ended
	}()
	<-began
	var took []time.Duration
	for range n {
		sent := time.Now()
		sendGuests(t, 1, func(int) {})
		select {
		case at := <-came:
			took = append(took, at.Sub(sent))
		case <-time.After(patience):
			t.Fatal("a record didn't come")
		}
	}
	slices.Sort(took)
	t.Logf("a record took %v, 99 of 100 at most %v", took[n/2], took[n*99/100])
	if half := took[n/2]; half > 100*time.Millisecond {
		t.Errorf("half of the records took more than %v", half)
	}
}
