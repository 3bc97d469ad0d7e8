package kaudit_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
	"github.com/virtaudit/virtaudit/record"
)

// readLog reads a log as users do. Its serial numbers must rise, by one where
// strictly is set.
func readLog(t *testing.T, log []byte, strictly bool) []*record.Record {
	t.Helper()
	var all []*record.Record
	s := auditlog.NewScanner(bytes.NewReader(log))
	var last uint64
	for r := range s.Records() {
		if n := r.Stamp.Serial; n <= last || strictly && last != 0 && n != last+1 {
			t.Errorf("serial number %d follows %d", n, last)
		}
		if r.Marks != 0 || r.Kind == nil {
			t.Errorf("%s: kind %v, marks %v", r.Append(nil), r.Kind, r.Marks.Names())
		}
		last = r.Stamp.Serial
		all = append(all, r.Clone())
	}
	if stats := s.Stats(); s.Err() != nil || stats.Malformed+stats.Foreign != 0 {
		t.Errorf("%v, %+v", s.Err(), stats)
	}
	return all
}

func TestWriter(t *testing.T) {
	var log bytes.Buffer
	for range 2 { // as two processes after each other
		w := kaudit.NewWriter(&log)
		for _, result := range []record.Result{record.Success, record.Failed} {
			if err := w.Send(t.Context(), rng(result)); err != nil {
				t.Fatal(err)
			}
		}
	}
	all := readLog(t, log.Bytes(), false)
	if len(all) != 4 || all[1].Result != record.Failed || string(all[3].AppendMessage(nil)) != rngText {
		t.Errorf("%s", log.Bytes())
	}
}

// Each line is one write, and what isn't written whole is an error.
func TestWriterErrors(t *testing.T) {
	full := errors.New("full")
	for name, tc := range map[string]struct {
		w    writes
		want error
	}{
		"whole": {func(b []byte) (int, error) { return len(b), nil }, nil},
		"short": {func(b []byte) (int, error) { return len(b) - 1, nil }, io.ErrShortWrite},
		"error": {func([]byte) (int, error) { return 0, full }, full},
	} {
		calls := 0
		w := kaudit.NewWriter(writes(func(b []byte) (int, error) { calls++; return tc.w(b) }))
		if err := w.Send(t.Context(), rng(record.Success)); !errors.Is(err, tc.want) || calls != 1 {
			t.Errorf("%s: %v after %d writes", name, err, calls)
		}
	}
	w := kaudit.NewWriter(io.Discard)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Send(ended, rng(record.Success)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	long := rng(record.Success)
	long.Text = []byte(strings.Repeat("x", 9000))
	if err := w.Send(t.Context(), long); !errors.Is(err, kaudit.ErrTooLong) {
		t.Errorf("error %v, want that of a long text", err)
	}
}

type writes func([]byte) (int, error)

func (w writes) Write(b []byte) (int, error) { return w(b) }

// What is sent nowhere is no success.
func TestTeeOfNone(t *testing.T) {
	if err := kaudit.Tee().Send(t.Context(), rng(record.Success)); err == nil {
		t.Error("no error")
	}
}

// Each of several senders gets a message, whatever the others say.
func TestTee(t *testing.T) {
	k := kaudittest.NewKernel()
	var log bytes.Buffer
	both := kaudit.Tee(dial(t, k), kaudit.NewWriter(&log))
	if err := both.Send(t.Context(), rng(record.Success)); err != nil {
		t.Error(err)
	}
	k.SetStatus(kaudit.Status{Enabled: kaudit.Off})
	if err := both.Send(t.Context(), rng(record.Failed)); !errors.Is(err, kaudit.ErrDisabled) {
		t.Errorf("error %v, want the kernel's", err)
	}
	if kept, written := len(k.Messages()), len(readLog(t, log.Bytes(), true)); kept != 1 || written != 2 {
		t.Errorf("%d kept and %d written, want 1 and 2", kept, written)
	}
}
