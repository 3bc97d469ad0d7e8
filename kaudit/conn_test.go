package kaudit

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// ownPort is the fake kernel's name for the one that asks it.
const ownPort = 77

// fakeKernel gives to each request the datagrams that answer makes of it, and
// then nothing: the call blocks until its context ends or it is closed.
type fakeKernel struct {
	answer func(request message) [][]byte
	queue  chan []byte
	gone   chan struct{}
	ended  chan struct{}
}

func newFake(answer func(request message) [][]byte) *fakeKernel {
	return &fakeKernel{answer: answer, queue: make(chan []byte, 100), gone: make(chan struct{}), ended: make(chan struct{}, 1)}
}

func (k *fakeKernel) interrupt() error {
	k.ended <- struct{}{}
	return nil
}

func (k *fakeKernel) resume() error {
	select {
	case <-k.ended:
	default:
	}
	return nil
}

func (k *fakeKernel) send(datagram []byte) error {
	request, rest, err := nextMessage(datagram)
	if err != nil || len(rest) > 0 {
		return errors.Join(err, errors.New("not one message"))
	}
	for _, b := range k.answer(request) {
		k.queue <- b
	}
	return nil
}

func (k *fakeKernel) receive(buf []byte) (int, error) {
	select {
	case b := <-k.queue:
		copy(buf, b)
		return len(b), nil
	case <-k.ended:
		return 0, os.ErrDeadlineExceeded
	case <-k.gone:
		return 0, io.ErrClosedPipe
	}
}

func (k *fakeKernel) port() uint32 { return ownPort }

func (k *fakeKernel) close() error {
	close(k.gone)
	return nil
}

// reply makes a datagram of an answer to a request.
func reply(request message, kind uint16, data []byte) []byte {
	return message{kind: kind, seq: request.seq, data: data}.append(nil)
}

// acknowledged is how the kernel begins to answer.
func acknowledged(request message) []byte {
	return message{kind: typeError, seq: request.seq, port: ownPort, data: make([]byte, 20)}.append(nil)
}

// statusOf asks a kernel that answers so, one that ends the call.
func statusOf(t *testing.T, answer func(request message) [][]byte) (Status, error) {
	t.Helper()
	c := newConn(newFake(answer), true)
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return c.Status(ctx)
}

// What isn't the answer to this call is passed by.
func TestPassedBy(t *testing.T) {
	want := status(1, 1, 4711)
	s, err := statusOf(t, func(r message) [][]byte {
		if r.kind != typeGet || r.flags != flagRequest|flagAck || len(r.data) != 0 {
			t.Errorf("the request is %+v", r)
		}
		earlier, alien := r, r
		earlier.seq--
		alien.port = ownPort + 1
		return [][]byte{
			reply(earlier, typeGet, status(0, 0, 1)),
			message{kind: typeGet, seq: r.seq, port: alien.port, data: status(0, 0, 2)}.append(nil),
			append(acknowledged(r), reply(r, typeGet, want)...), // two messages in one datagram
		}
	})
	if err != nil || s.PID != 4711 || s.Enabled != On {
		t.Errorf("%+v, %v", s, err)
	}
}

// An answer that is none is an error.
func TestBadAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(message) []byte
		want   string
	}{
		"short":           {func(message) []byte { return make([]byte, 15) }, "shorter than its header"},
		"length too long": {func(r message) []byte { return reply(r, typeGet, status(1))[:40] }, "gives its length as 60 of 40 bytes"},
		"length too short": {func(r message) []byte {
			b := reply(r, typeGet, status(1))
			copy(b, numbersOf(15))
			return b
		}, "gives its length as 15"},
		"status too short": {func(r message) []byte { return reply(r, typeGet, status(1)[:31]) }, "audit status of 31 bytes"},
		"error too short":  {func(r message) []byte { return reply(r, typeError, []byte{1}) }, "without a number"},
		"other type":       {func(r message) []byte { return reply(r, 1100, nil) }, "message of type 1100"},
		"end of no list":   {func(r message) []byte { return reply(r, typeDone, nil) }, "ended its answer"},
		"too long":         {func(message) []byte { return make([]byte, maxDatagram+1) }, "over the 65536"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := statusOf(t, func(r message) [][]byte { return [][]byte{tc.answer(r)} })
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "kaudit: status: ") {
				t.Errorf("error %v, want one with %q", err, tc.want)
			}
		})
	}
}

// A kernel that doesn't answer is waited for as long as the context says, and
// the next call isn't taken in by its late answer.
func TestContext(t *testing.T) {
	kernel := newFake(nil)
	c := newConn(kernel, true)
	defer c.Close()
	var late message
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	kernel.answer = func(r message) [][]byte {
		late = r
		cancel()
		return [][]byte{acknowledged(r)}
	}
	if _, err := c.Status(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}

	kernel.answer = func(r message) [][]byte {
		return [][]byte{reply(late, typeGet, status(0, 0, 1)), acknowledged(r), reply(r, typeGet, status(1, 0, 2))}
	}
	if s, err := c.Status(t.Context()); err != nil || s.PID != 2 {
		t.Errorf("%+v, %v; want the second answer", s, err)
	}

	reason := errors.New("no more time")
	ended, end := context.WithCancelCause(t.Context())
	end(reason)
	if _, err := c.Rules(ended); !errors.Is(err, reason) {
		t.Errorf("error %v, want the context's reason", err)
	}
}

// A call whose turn hasn't come ends with its context too.
func TestTurn(t *testing.T) {
	asked := make(chan struct{})
	c := newConn(newFake(func(message) [][]byte { close(asked); return nil }), true)
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var first sync.WaitGroup
	first.Go(func() {
		if _, err := c.Status(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("first: %v", err)
		}
	})
	<-asked
	soon, cancelSoon := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancelSoon()
	if _, err := c.Status(soon); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("second: %v", err)
	}
	cancel()
	first.Wait()
}

// Calls at once each get their own answer.
func TestConcurrent(t *testing.T) {
	c := newConn(newFake(func(r message) [][]byte {
		if r.kind == typeGet {
			return [][]byte{acknowledged(r), reply(r, typeGet, status(1, 0, r.seq))}
		}
		return [][]byte{acknowledged(r), reply(r, typeListRules, rule(FilterUser, Never)), reply(r, typeDone, nil)}
	}), true)
	defer c.Close()
	pids := make(chan int, 100)
	var calls sync.WaitGroup
	for range cap(pids) {
		calls.Go(func() {
			s, err := c.Status(t.Context())
			if err != nil {
				t.Error(err)
			}
			pids <- s.PID
		})
		calls.Go(func() {
			if rules, err := c.Rules(t.Context()); len(rules) != 1 || err != nil {
				t.Errorf("rules %v, %v", rules, err)
			}
		})
	}
	calls.Wait()
	close(pids)
	seen := map[int]bool{}
	for pid := range pids {
		if seen[pid] || pid == 0 {
			t.Errorf("two calls got the answer with sequence number %d", pid)
		}
		seen[pid] = true
	}
}

// Close ends the call that waits for an answer, and those behind it.
func TestClose(t *testing.T) {
	asked := make(chan struct{})
	c := newConn(newFake(func(message) [][]byte { close(asked); return nil }), true)
	var call sync.WaitGroup
	call.Go(func() {
		if _, err := c.Status(t.Context()); !errors.Is(err, os.ErrClosed) {
			t.Errorf("the call that waits: %v", err)
		}
	})
	<-asked
	call.Go(func() {
		if err := c.Send(t.Context(), aMessage); !errors.Is(err, os.ErrClosed) || errors.Is(err, ErrUnconfirmed) {
			t.Errorf("the call behind it: %v", err)
		}
	})
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	call.Wait()
	if err := c.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a second close: %v", err)
	}
}
