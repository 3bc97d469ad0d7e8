package kaudit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
	"github.com/virtaudit/virtaudit/record"
)

const rngText = `virt=kvm resrc=rng reason=start vm="qcow-test" uuid=118733ed-b658-3e22-a2cb-4fe5cb3ddf79 old-rng="?" new-rng="/dev/random"`

func rng(result record.Result) kaudit.Message {
	return kaudit.Message{Type: record.VirtResource, Result: result, Text: []byte(rngText)}
}

func dial(t *testing.T, k *kaudittest.Kernel) *kaudit.Conn {
	t.Helper()
	c, err := k.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return c
}

func TestSend(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	want := []kaudit.Message{rng(record.Success), rng(record.Failed)}
	for _, m := range want {
		if err := c.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if err := c.Send(context.Background(), m); err != nil {
			t.Fatal(err)
		}
	}
	want = []kaudit.Message{want[0], want[0], want[1], want[1]}
	if got := k.Messages(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Skip("not on Linux, so without the program's name: ", err)
	}
	for line := range bytes.Lines(k.Log()) {
		var r record.Record
		if err := r.Parse(bytes.TrimSpace(line)); err != nil || r.Exe() != exe || r.Marks != 0 {
			t.Errorf("%s: program %q, marks %v, %v; want %q", line, r.Exe(), r.Marks.Names(), err, exe)
		}
	}
}

// What is refused says why, and leaves no record.
func TestSendRefused(t *testing.T) {
	long := rng(record.Success)
	long.Text = []byte(rngText + strings.Repeat(" ", 9000))
	for name, tc := range map[string]struct {
		spoil func(*kaudittest.Kernel)
		m     kaudit.Message
		want  error
	}{
		"disabled": {func(k *kaudittest.Kernel) { k.SetStatus(kaudit.Status{}) }, rng(record.Success), kaudit.ErrDisabled},
		"no permission": {
			func(k *kaudittest.Kernel) { k.Refuse(kaudit.ErrNotPermitted) }, rng(record.Success), kaudit.ErrNotPermitted,
		},
		"user namespace": {
			func(k *kaudittest.Kernel) { k.Refuse(kaudit.ErrUserNamespace) }, rng(record.Success), kaudit.ErrUserNamespace,
		},
		"something else": {
			func(k *kaudittest.Kernel) { k.Refuse(syscall.ENOSPC) }, rng(record.Success), syscall.ENOSPC,
		},
		"too long":  {nil, long, kaudit.ErrTooLong},
		"no type":   {nil, kaudit.Message{Result: record.Success, Text: []byte("x=1")}, kaudit.ErrInvalid},
		"a command": {nil, kaudit.Message{Type: 1001, Result: record.Success, Text: make([]byte, 40)}, kaudit.ErrInvalid},
		"no result": {nil, rng(record.Unknown), kaudit.ErrInvalid},
		"no text":   {nil, kaudit.Message{Type: record.VirtControl, Result: record.Success}, kaudit.ErrInvalid},
		"two lines": {
			nil, kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: []byte("x=1\ntype=VIRT_CONTROL")}, kaudit.ErrInvalid,
		},
		"a NUL": {nil, kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: []byte("x=\x00")}, kaudit.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			k := kaudittest.NewKernel()
			c := dial(t, k)
			if tc.spoil != nil {
				tc.spoil(k)
			}
			err := c.Send(t.Context(), tc.m)
			if !errors.Is(err, tc.want) || errors.Is(err, kaudit.ErrUnconfirmed) || !strings.HasPrefix(err.Error(), "kaudit: send ") {
				t.Errorf("error %v, want one that wraps %v", err, tc.want)
			}
			if got := k.Messages(); len(got) != 0 {
				t.Errorf("kept %v", got)
			}
		})
	}
}

// Whether audit is enabled is looked at with each message.
func TestSendWhileSwitched(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	for i := range 6 {
		on := kaudit.Enabled(i % 3) // off, on, locked
		k.SetStatus(kaudit.Status{Enabled: on})
		if err := c.Send(t.Context(), rng(record.Success)); errors.Is(err, kaudit.ErrDisabled) != (on == kaudit.Off) {
			t.Errorf("audit is %v: error %v", on, err)
		}
	}
	if n := len(k.Messages()); n != 4 {
		t.Errorf("%d records, want 4", n)
	}
}

// The longest text is kept whole; the next is refused with its length.
func TestSendLongest(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	m := rng(record.Failed)
	m.Text = []byte(rngText + " x=" + strings.Repeat("y", 9000))
	long := new(kaudit.TooLongError)
	if err := c.Send(t.Context(), m); !errors.As(err, &long) || long.Size != len(m.Text) {
		t.Fatalf("error %v, want one with %d bytes", err, len(m.Text))
	}
	m.Text = m.Text[:long.Limit]
	if err := c.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if log := string(k.Log()); !strings.HasSuffix(log, " res=failed'\n") {
		t.Errorf("the record ends in %q", log[len(log)-60:])
	}
	_, text, _ := strings.Cut(string(k.Log()), "msg='")
	if n := len(text) - len("'\n"); n != 8560 {
		t.Errorf("the longest text has %d bytes with what is appended, want 8560", n)
	}
}

// Only what goes by is tried again.
func TestSendAgain(t *testing.T) {
	for _, passing := range []syscall.Errno{syscall.ENOBUFS, syscall.EAGAIN, syscall.EINTR} {
		k := kaudittest.NewKernel()
		c := dial(t, k)
		k.Refuse(passing)
		time.AfterFunc(3*time.Millisecond, func() { k.Refuse(nil) })
		if err := c.Send(t.Context(), rng(record.Success)); err != nil || len(k.Messages()) != 1 {
			t.Errorf("%v: %v, %d records", passing, err, len(k.Messages()))
		}
	}
	k := kaudittest.NewKernel()
	c := dial(t, k)
	k.Busy(4)
	if err := c.Send(t.Context(), rng(record.Success)); err != nil || len(k.Messages()) != 1 {
		t.Errorf("%v, %d records", err, len(k.Messages()))
	}
	k.Busy(1 << 30)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := c.Send(ctx, rng(record.Success))
	if !errors.Is(err, kaudit.ErrBacklog) || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, kaudit.ErrUnconfirmed) {
		t.Errorf("no room until the end: %v", err)
	}
}

// A sender that the kernel holds is free when its context ends, and so is one
// that waits behind it.
func TestSendHeld(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	release := k.Hold()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		awaitRecord(k)
		cancel()
	}()
	err := c.Send(ctx, rng(record.Success))
	if !errors.Is(err, kaudit.ErrBacklog) || !errors.Is(err, kaudit.ErrUnconfirmed) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want those of a full backlog", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := c.Status(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the next call: %v", err)
	}
	release()
	if err := c.Send(t.Context(), rng(record.Failed)); err != nil || len(k.Messages()) != 2 {
		t.Errorf("afterwards: %v, %d records", err, len(k.Messages()))
	}
}

// awaitRecord waits until a kernel has a record, though it may hold who sent it.
func awaitRecord(k *kaudittest.Kernel) {
	for len(k.Messages()) == 0 {
		time.Sleep(time.Millisecond)
	}
}

// Close doesn't wait for what the kernel holds, and whoever is held is told.
func TestCloseHeld(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	release := k.Hold()
	defer release()
	result := make(chan error)
	go func() { result <- c.Send(context.Background(), rng(record.Success)) }()
	awaitRecord(k)
	behind := make(chan error)
	go func() { behind <- c.Send(context.Background(), rng(record.Success)) }()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-behind; !errors.Is(err, os.ErrClosed) || errors.Is(err, kaudit.ErrUnconfirmed) {
		t.Errorf("the next: error %v, want that of a closed connection", err)
	}
	release()
	if err := <-result; !errors.Is(err, os.ErrClosed) || !errors.Is(err, kaudit.ErrUnconfirmed) {
		t.Errorf("error %v, want that of a closed connection, unconfirmed", err)
	}
}

// Many senders at once each have their record.
func TestSendConcurrently(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	const senders, each = 8, 50
	var all sync.WaitGroup
	for s := range senders {
		all.Go(func() {
			for i := range each {
				m := kaudit.Message{Type: record.VirtControl, Result: record.Success, Text: fmt.Appendf(nil, "virt=kvm op=stop vm-pid=%d", s*each+i)}
				if err := c.Send(t.Context(), m); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, m := range k.Messages() {
		seen[string(m.Text)] = true
	}
	if len(seen) != senders*each {
		t.Errorf("%d different records, want %d", len(seen), senders*each)
	}
}

func TestSendClosed(t *testing.T) {
	k := kaudittest.NewKernel()
	c := dial(t, k)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Send(t.Context(), rng(record.Success)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v, want that of a closed connection", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := dial(t, k).Send(ended, rng(record.Success)); !errors.Is(err, context.Canceled) || errors.Is(err, kaudit.ErrUnconfirmed) {
		t.Errorf("error %v, want the context's", err)
	}
	if n := len(k.Messages()); n != 0 {
		t.Errorf("%d records", n)
	}
}
