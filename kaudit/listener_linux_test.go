package kaudit

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

// realSubscription listens to the real kernel, whatever the buffer.
func realSubscription(t *testing.T, buffer int) *Subscription {
	t.Helper()
	s, err := Subscribe(SubscribeOptions{ReceiveBuffer: buffer})
	if errors.Is(err, ErrUnsupported) || errors.Is(err, ErrNotPermitted) || errors.Is(err, ErrUserNamespace) {
		t.Skip(err)
	}
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

// end goes on to the error that ends a loop.
func end(ctx context.Context, s *Subscription) (last error) {
	for _, err := range s.All(ctx) {
		last = err
	}
	return last
}

// A loop over the real socket ends with its context, and others follow.
func TestListenerContext(t *testing.T) {
	s := realSubscription(t, 1<<20)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
		if err := end(ctx, s); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the context's", err)
		}
		cancel()
	}
}

func TestListenerClose(t *testing.T) {
	s := realSubscription(t, 0)
	ended := make(chan error)
	go func() { ended <- end(context.Background(), s) }()
	time.Sleep(3 * time.Millisecond)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v, want that of a closed subscription", err)
	}
}
