package kaudit

import (
	"bytes"
	"context"
	"io"
	"testing"
)

// script is a kernel that sends what it was told to, whatever it is asked.
type script struct{ datagrams [][]byte }

func (s *script) send([]byte) error { return nil }
func (s *script) interrupt() error  { return nil }
func (s *script) resume() error     { return nil }
func (s *script) port() uint32      { return ownPort }
func (s *script) close() error      { return nil }

func (s *script) receive(buf []byte) (int, error) {
	if len(s.datagrams) == 0 {
		return 0, io.EOF
	}
	b := s.datagrams[0]
	s.datagrams = s.datagrams[1:]
	copy(buf, b)
	return len(b), nil
}

// tell makes a connection one to a kernel that sends these, as answers to its
// first call. A fuzz target has one for all of its inputs: what a connection
// needs takes longer to make than to use.
func tell(c *Conn, datagrams ...[]byte) {
	c.kernel, c.seq = &script{datagrams}, 0
}

// Whatever the kernel sends, an answer is an error or within what was sent.
func FuzzAnswers(f *testing.F) {
	first := message{seq: 1}
	f.Add(reply(first, typeGet, status(1, 1, 4711)), []byte{})
	f.Add(acknowledged(first), reply(first, typeDone, nil))
	f.Add(reply(first, typeListRules, rule(FilterExclude, Always, Condition{FieldExe, Equal, 0, "/x"})), reply(first, typeDone, nil))
	c := newConn(nil, true)
	f.Fuzz(func(t *testing.T, a, b []byte) {
		tell(c, a, b)
		if _, err := c.Status(context.Background()); err == nil && len(a)+len(b) < headerSize+leastStatus {
			t.Errorf("a status of %d bytes", len(a)+len(b))
		}
		tell(c, a, b)
		rules, err := c.Rules(context.Background())
		if err != nil {
			return
		}
		size := 0
		for _, r := range rules {
			if len(r.Conditions) > maxFields {
				t.Errorf("%d conditions", len(r.Conditions))
			}
			for _, c := range r.Conditions {
				size += len(c.Text)
			}
			size += ruleSize
			_ = r.String()
		}
		if size > len(a)+len(b) {
			t.Errorf("rules of %d bytes, made of %d", size, len(a)+len(b))
		}
	})
}

// What is written is what is read.
func FuzzMessage(f *testing.F) {
	f.Add(uint16(typeGet), uint16(5), uint32(1), uint32(2), []byte("abc"))
	f.Fuzz(func(t *testing.T, kind, flags uint16, seq, port uint32, data []byte) {
		m := message{kind, flags, seq, port, data}
		got, rest, err := nextMessage(m.append(nil))
		if err != nil || len(rest) != 0 || got.kind != kind || got.flags != flags ||
			got.seq != seq || got.port != port || !bytes.Equal(got.data, data) {
			t.Errorf("%+v, %q, %v; want %+v", got, rest, err, m)
		}
	})
}
