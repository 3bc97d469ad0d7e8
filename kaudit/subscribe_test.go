package kaudit_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
	"github.com/virtaudit/virtaudit/kaudit/internal/testhook"
	"github.com/virtaudit/virtaudit/kaudit/kaudittest"
	"github.com/virtaudit/virtaudit/record"
)

func subscribe(t *testing.T, k *kaudittest.Kernel) *kaudit.Subscription {
	t.Helper()
	s, err := k.Subscribe(kaudit.SubscribeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return s
}

// Records and losses come in order; a loop that was left goes on in the next.
func TestSubscription(t *testing.T) {
	k := kaudittest.NewKernel()
	c, s := dial(t, k), subscribe(t, k)
	send := func(r record.Result) {
		if err := c.Send(t.Context(), rng(r)); err != nil {
			t.Fatal(err)
		}
	}
	send(record.Success)
	k.Lose()
	send(record.Failed)
	want := []string{"success", "lost", "failed"}
	for len(want) > 0 {
		for d, err := range s.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if got := heard(t, d); got != want[0] {
				t.Errorf("got %s, want %s", got, want[0])
			}
			want = want[1:]
			break
		}
	}
}

func heard(t *testing.T, d kaudit.Delivery) string {
	t.Helper()
	if d.Lost {
		return "lost"
	}
	var r record.Record
	if err := r.ParseKernel(d.Type, d.Text); err != nil || string(r.AppendMessage(nil)) != rngText {
		t.Errorf("%v: %q: %v", d.Type, d.Text, err)
	}
	return r.Result.String()
}

func TestSubscriptionContext(t *testing.T) {
	k := kaudittest.NewKernel()
	s := subscribe(t, k)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	for range 2 { // the second time it has ended already
		for d, err := range s.All(ctx) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%+v, %v", d, err)
			}
		}
	}
	// One that waits for its turn ends with its context, too.
	outer, stop := context.WithCancel(t.Context())
	defer stop()
	k.Lose()
	for _, err := range s.All(outer) {
		if err != nil {
			break
		}
		inner, cancel := context.WithTimeout(outer, time.Millisecond)
		for d, err := range s.All(inner) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%+v, %v", d, err)
			}
		}
		cancel()
		stop()
	}
}

func TestSubscriptionClose(t *testing.T) {
	s := subscribe(t, kaudittest.NewKernel())
	time.AfterFunc(5*time.Millisecond, func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	turns := 0
	for d, err := range s.All(t.Context()) {
		turns++
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%+v, %v", d, err)
		}
	}
	if err := s.Close(); turns != 1 || !errors.Is(err, os.ErrClosed) {
		t.Errorf("%d turns; a second close: %v", turns, err)
	}
}

// A loop that waits behind another, which is busy with a record, ends too.
func TestSubscriptionCloseWaiting(t *testing.T) {
	k := kaudittest.NewKernel()
	s := subscribe(t, k)
	k.Lose()
	for range s.All(t.Context()) {
		behind := make(chan error)
		go func() {
			for _, err := range s.All(context.Background()) {
				behind <- err
			}
		}()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-behind; !errors.Is(err, os.ErrClosed) {
			t.Errorf("error %v, want that of a closed subscription", err)
		}
		break
	}
}

// A datagram that is none is an error, one that is too long a loss.
func TestSubscriptionBadDatagram(t *testing.T) {
	s, deliver := newSubscription()
	defer s.Close()
	deliver(make([]byte, 65<<10))
	deliver([]byte("short"))
	var got []string
	for d, err := range s.All(t.Context()) {
		got = append(got, fmt.Sprint(d.Lost, err))
	}
	if len(got) != 2 || got[0] != "true <nil>" || !strings.Contains(got[1], "kaudit: subscription: netlink message of 5 bytes") {
		t.Errorf("got %q", got)
	}
}

// FuzzDeliveries: whatever the kernel sends, a text is within what was sent.
func FuzzDeliveries(f *testing.F) {
	f.Add([]byte("\x14\x00\x00\x00\xc5\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00abcd"))
	f.Fuzz(func(t *testing.T, datagram []byte) {
		s, deliver := newSubscription()
		defer s.Close()
		deliver(append([]byte{}, datagram...))
		deliver([]byte{1}) // the end
		size := 0
		for d, err := range s.All(t.Context()) {
			if err != nil {
				break
			}
			size += len(d.Text)
		}
		if size > len(datagram) {
			t.Errorf("texts of %d bytes, of %d", size, len(datagram))
		}
	})
}

// newSubscription gives a subscription, and what delivers to it.
func newSubscription() (s *kaudit.Subscription, deliver func(datagram []byte)) {
	made, deliver := testhook.NewSubscription()
	return made.(*kaudit.Subscription), deliver
}
