package kaudit

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

var aMessage = Message{Type: record.VirtControl, Result: record.Success, Text: []byte("virt=kvm op=stop")}

// refusedAs is the data of an answer that refuses.
func refusedAs(number syscall.Errno) []byte { return numbersOf(-uint32(number)) }

// sendTo sends to a kernel that answers so, one before Linux 5.6 if it doesn't
// know the probe. It gives the requests, too.
func sendTo(t *testing.T, probes bool, answer func(text, question message) [][]byte) (requests []message, err error) {
	t.Helper()
	kernel := newMemory(func(datagram []byte) ([][]byte, error) {
		text, rest, err := nextMessage(datagram)
		question, rest, err2 := nextMessage(rest)
		if len(rest) > 0 {
			t.Errorf("%d bytes behind the second message", len(rest))
		}
		requests = append(requests, text, question)
		return answer(text, question), errors.Join(err, err2)
	})
	c := newConn(kernel, probes)
	defer c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	return requests, c.Send(ctx, aMessage)
}

// A kernel that doesn't know the probe is asked for the status.
func TestOlderKernel(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(text, question message) [][]byte
		want   error
	}{
		"enabled":  {func(_, q message) [][]byte { return [][]byte{reply(q, typeGet, status(1))} }, nil},
		"disabled": {func(_, q message) [][]byte { return [][]byte{reply(q, typeGet, status(0))} }, ErrDisabled},
		"status refused": {func(_, q message) [][]byte {
			return [][]byte{reply(q, typeError, refusedAs(syscall.EPERM))}
		}, ErrUnconfirmed},
		"text refused": {func(text, q message) [][]byte {
			return [][]byte{reply(text, typeError, refusedAs(syscall.EPERM)), reply(q, typeGet, status(1))}
		}, ErrNotPermitted},
		"no answer":               {func(_, _ message) [][]byte { return nil }, ErrUnconfirmed},
		"lost answers":            {func(_, _ message) [][]byte { return [][]byte{nil} }, ErrBacklog},
		"lost and so unconfirmed": {func(_, _ message) [][]byte { return [][]byte{nil} }, ErrUnconfirmed},
	} {
		t.Run(name, func(t *testing.T) {
			requests, err := sendTo(t, false, tc.answer)
			if !errors.Is(err, tc.want) || tc.want == nil && err != nil {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			if q := requests[1]; q.kind != typeGet || len(q.data) != 0 {
				t.Errorf("the second message is %+v", q)
			}
		})
	}
}

// What is sent ends in a NUL, and the probe is a message of the same type with
// a text of no bytes.
func TestProbe(t *testing.T) {
	requests, err := sendTo(t, true, func(_, q message) [][]byte {
		return [][]byte{reply(q, typeError, refusedAs(invalid))}
	})
	if err != nil {
		t.Fatal(err)
	}
	text, probe := requests[0], requests[1]
	if s := string(text.data); !strings.HasPrefix(s, "virt=kvm op=stop exe=") || !strings.HasSuffix(s, " res=success\x00") {
		t.Errorf("the text is %q", s)
	}
	if probe.kind != text.kind || string(probe.data) != "\x00" || probe.flags != flagRequest|flagAck {
		t.Errorf("the probe is %+v", probe)
	}
}

// What is no answer to a record is an error, not a record.
func TestStrangeAnswer(t *testing.T) {
	for _, probes := range []bool{false, true} {
		_, err := sendTo(t, probes, func(_, q message) [][]byte { return [][]byte{reply(q, typeListRules, nil)} })
		if err == nil || !strings.Contains(err.Error(), "message of type 1013") {
			t.Errorf("error %v", err)
		}
		_, err = sendTo(t, probes, func(_, q message) [][]byte { return [][]byte{reply(q, typeError, nil)} })
		if err == nil || !strings.Contains(err.Error(), "without a number") {
			t.Errorf("error %v", err)
		}
	}
}

// FuzzDelivery: only the kernel's word makes a message a record.
func FuzzDelivery(f *testing.F) {
	f.Add(reply(message{seq: 2}, typeError, refusedAs(invalid)), true)
	f.Add(reply(message{seq: 2}, typeGet, status(1)), false)
	f.Fuzz(func(t *testing.T, datagram []byte, probes bool) {
		err := newConn(&script{[][]byte{datagram}}, probes).Send(context.Background(), aMessage)
		if err == nil && len(datagram) < headerSize+4 {
			t.Errorf("%q confirms a record", datagram)
		}
	})
}
