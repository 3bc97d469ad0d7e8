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
// know the probe, until it has given no answer. It gives the requests, too.
func sendTo(t *testing.T, probes bool, answer func(text, question message) [][]byte) (requests []message, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	kernel := newMemory(func(datagram []byte) ([][]byte, error) {
		text, rest, err := nextMessage(datagram)
		question, rest, err2 := nextMessage(rest)
		if len(rest) > 0 {
			t.Errorf("%d bytes behind the second message", len(rest))
		}
		requests = append(requests, text, question)
		answers := answer(text, question)
		if len(answers) == 0 {
			cancel()
		}
		return answers, errors.Join(err, err2)
	})
	c := newConn(kernel, probes)
	defer c.Close()
	err = c.Send(ctx, aMessage)
	return requests, err
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
		"no answer": {func(_, _ message) [][]byte { return nil }, ErrUnconfirmed},
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

// The kernel has the text when it answers what can't be understood, or when the
// answer is lost: there may be a record, so nothing is said of why there is none,
// and nothing sent again.
func TestStrangeAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(text, question message) []byte
		want   string
	}{
		"other type":            {func(_, q message) []byte { return reply(q, typeListRules, nil) }, "message of type 1013"},
		"no number":             {func(_, q message) []byte { return reply(q, typeError, nil) }, "without a number"},
		"no number of the text": {func(text, _ message) []byte { return reply(text, typeError, nil) }, "without a number"},
		"short":                 {func(message, message) []byte { return make([]byte, 15) }, "shorter than its header"},
		"wrong length":          {func(_, q message) []byte { return reply(q, typeGet, status(1))[:40] }, "gives its length as 60"},
		"too long":              {func(message, message) []byte { return make([]byte, maxDatagram+1) }, "over the 65536"},
		"question not permitted": {
			func(_, q message) []byte { return reply(q, typeError, refusedAs(syscall.EPERM)) }, "not permitted",
		},
		"no room for the question": {
			func(_, q message) []byte { return reply(q, typeError, refusedAs(syscall.ENOBUFS)) }, "no buffer space",
		},
		"lost": {func(message, message) []byte { return nil }, "no buffer space"},
	} {
		for _, probes := range []bool{false, true} {
			requests, err := sendTo(t, probes, func(text, q message) [][]byte { return [][]byte{tc.answer(text, q)} })
			if !errors.Is(err, ErrUnconfirmed) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: error %v, want one with %q, unconfirmed", name, err, tc.want)
			}
			if errors.Is(err, ErrNotPermitted) || errors.Is(err, ErrBacklog) {
				t.Errorf("%s: error %v tells that there is no record", name, err)
			}
			if len(requests) != 2 {
				t.Errorf("%s: %d messages were sent, want the text and the question once", name, len(requests))
			}
		}
	}
}

// A status that is too short doesn't tell whether audit is enabled.
func TestStrangeStatus(t *testing.T) {
	_, err := sendTo(t, false, func(_, q message) [][]byte { return [][]byte{reply(q, typeGet, status(1)[:31])} })
	if !errors.Is(err, ErrUnconfirmed) || !strings.Contains(err.Error(), "audit status of 31 bytes") {
		t.Errorf("error %v, want that of a short status, unconfirmed", err)
	}
}

// FuzzDelivery: only the kernel's word makes a message a record.
func FuzzDelivery(f *testing.F) {
	f.Add(reply(message{seq: 2}, typeError, refusedAs(invalid)), true)
	f.Add(reply(message{seq: 2}, typeGet, status(1)), false)
	c := newConn(nil, true)
	f.Fuzz(func(t *testing.T, datagram []byte, probes bool) {
		c.probes = probes
		tell(c, datagram)
		err := c.Send(context.Background(), aMessage)
		if err == nil && len(datagram) < headerSize+4 {
			t.Errorf("%q confirms a record", datagram)
		}
	})
}
