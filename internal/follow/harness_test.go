package follow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// A following is a log that is followed in a test, and all that came of it.
type following struct {
	t       *testing.T
	o       Options
	batches chan *Batch
	stop    func()

	records  []fact.Fact
	problems []Problem
	last     *Batch
	again    bool
}

// newFollowing follows the log audit.log of a new folder.
func newFollowing(t *testing.T) *following {
	t.Helper()
	return &following{t: t, o: quick(filepath.Join(t.TempDir(), "audit.log"))}
}

// start begins to follow, or goes on from the last batch that came.
func (f *following) start() {
	f.t.Helper()
	f.run(newFile(f.o, &monitor{}))
}

func (f *following) run(follower *file) {
	f.t.Helper()
	ctx, cancel := context.WithCancel(f.t.Context())
	f.batches = make(chan *Batch)
	ended := make(chan error, 1)
	go func() {
		ended <- follower.run(ctx, func(b *Batch) error {
			select {
			case f.batches <- b:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	f.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			f.t.Errorf("ended with %v", err)
		}
		f.stop = func() {}
	}
	f.t.Cleanup(func() { f.stop() })
}

// until takes batches until something is so.
func (f *following) until(what string, so func() bool) {
	f.t.Helper()
	timeout := time.After(20 * time.Second)
	for f.last = nil; f.last == nil || !so(); {
		select {
		case f.last = <-f.batches:
			f.records = append(f.records, f.last.Records...)
			f.problems = append(f.problems, f.last.Problems...)
			f.again = f.again || f.last.Again
			f.o.Position = f.last.Position
		case <-timeout:
			f.t.Fatalf("waited until %s; there came %s, problems %v", what, f.said(), f.problems)
		}
	}
}

// expect takes batches until the log is read and these records came, by what
// their guests are called.
func (f *following) expect(guests ...string) {
	f.t.Helper()
	f.until(fmt.Sprint(guests, " came"), func() bool { return f.last.CaughtUp && len(f.records) >= len(guests) })
	if said := f.said(); !slices.Equal(said, guests) {
		f.t.Fatalf("got %v, want %v; problems %v", said, guests, f.problems)
	}
}

// expectProblem takes batches until there was one problem of that kind, and no
// other, and forgets it.
func (f *following) expectProblem(kind ProblemKind) Problem {
	f.t.Helper()
	f.until(fmt.Sprint(kind, " was told"), func() bool { return len(f.problems) > 0 })
	p := f.problems[0]
	if len(f.problems) > 1 || p.Kind != kind || p.Text == "" || p.Where == "" {
		f.t.Fatalf("problems %v, want one: %s", f.problems, kind)
	}
	f.problems = nil
	return p
}

// calm is for the end of a test: nothing else was told.
func (f *following) calm() {
	f.t.Helper()
	if len(f.problems) > 0 {
		f.t.Errorf("problems %v", f.problems)
	}
}

// said gives the guests' names of the records that came.
func (f *following) said() (names []string) {
	for _, r := range f.records {
		_, name, _ := strings.Cut(string(r.Text), ` vm="`)
		name, _, _ = strings.Cut(name, `"`)
		names = append(names, name)
	}
	return names
}

// path gives a rotation's path: "" for the live log, ".1", ...
func (f *following) path(suffix string) string { return f.o.Log + suffix }

// write appends to a rotation, or makes it.
func (f *following) write(suffix string, text ...string) {
	f.t.Helper()
	file, err := os.OpenFile(f.path(suffix), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.WriteString(strings.Join(text, ""))
		err = errors.Join(err, file.Close())
	}
	f.must(err)
}

func (f *following) rename(from, to string) {
	f.t.Helper()
	f.must(os.Rename(f.path(from), f.path(to)))
}

func (f *following) remove(suffix string) {
	f.t.Helper()
	f.must(os.Remove(f.path(suffix)))
}

func (f *following) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// line is a record of the guest, the nth of its host.
func line(n int, guest string) string {
	return fmt.Sprintf("type=VIRT_CONTROL msg=audit(%d.123:%d): pid=1 uid=0 auid=4294967295 ses=4294967295 "+
		"msg='virt=kvm op=start reason=booted vm=%q uuid=5a1b7e9d-2b58-4d2c-b2a1-6a6f6b6b3c11 vm-pid=7 "+
		`exe="/usr/sbin/libvirtd" hostname=? addr=? terminal=? res=success'`+"\n", 1700000000+n, n, guest)
}

// at is the time of the record that line makes.
func at(n int) time.Time { return time.UnixMilli(int64(1700000000+n)*1000 + 123).UTC() }

// other is a record that doesn't matter.
func other(n int) string {
	return fmt.Sprintf("type=CWD msg=audit(%d.123:%d): cwd=\"/\"\n", 1700000000+n, n)
}
