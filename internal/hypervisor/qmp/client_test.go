package qmp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestExecute(t *testing.T) {
	f := newFake(t)
	c := f.dial()
	if v := c.version; v.String() != "7.2.22" || v.Package != "Debian" {
		t.Errorf("version %+v", v)
	}
	if c.PID() != os.Getpid() {
		t.Errorf("process %d listens, want this one, %d", c.PID(), os.Getpid())
	}
	var name struct{ Name string }
	if err := c.Execute(t.Context(), "query-name", nil, &name); err != nil || name.Name != "it's" {
		t.Errorf("the guest's name: %+v, %v", name, err)
	}
	var file string
	if err := c.Execute(t.Context(), "qom-get", propertyArg{"/objects/r0", "filename"}, &file); err != nil || file != "/dev/urandom" {
		t.Errorf("the rng's file: %q, %v", file, err)
	}
	err := c.Execute(t.Context(), "no-such-command", nil, nil)
	refusal := new(Error)
	if !errors.As(err, &refusal) || refusal.Class != "CommandNotFound" {
		t.Errorf("a command that QEMU refuses: %v", err)
	}
	if want := "qmp: " + f.path + ": no-such-command: CommandNotFound: The command no-such-command has not been found"; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if err := c.Execute(t.Context(), "query-name", nil, new(int)); err == nil {
		t.Error("an object is read as a number")
	}
}

// Events come whether or not somebody takes them, and hold up no answer.
func TestEvents(t *testing.T) {
	f := newFake(t)
	c := f.dial()
	for i := range 3 * maxEvents {
		f.send(fmt.Sprintf(`{"timestamp": {"seconds": 1795383198, "microseconds": %d}, "event": "STOP"}`, i))
	}
	if err := c.Execute(t.Context(), "query-uuid", nil, nil); err != nil {
		t.Fatal(err)
	}
	<-c.Wake()
	events := c.TakeEvents()
	if len(events) != maxEvents+1 || events[maxEvents].Lost != 2*maxEvents {
		t.Fatalf("%d events, the last %+v; want %d, and %[3]d lost twice over", len(events), events[len(events)-1], maxEvents)
	}
	if first := events[0]; first.Name != "STOP" || !first.At.Equal(time.Unix(1795383198, 0)) {
		t.Errorf("the first event: %+v", first)
	}
	f.send(`{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "RESUME", "data": {"a": 1}}`)
	<-c.Wake()
	if e := c.TakeEvents(); len(e) != 1 || e[0].Name != "RESUME" || !e[0].At.IsZero() || string(e[0].Data) != `{"a": 1}` {
		t.Errorf("an event without a time: %+v", e)
	}
}

// An answer that comes when nobody waits for it any more spoils nothing.
func TestLateAnswer(t *testing.T) {
	f := newFake(t)
	f.mute("query-block")
	c := f.dial()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := c.Execute(ctx, "query-block", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if err := c.Execute(ctx, "query-block", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("after its end: %v", err)
	}
	f.send(`{"return": [], "id": 2}`)
	if err := c.Execute(t.Context(), "query-uuid", nil, nil); err != nil {
		t.Fatal(err)
	}
	if n := f.times("query-block"); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

func TestUnanswered(t *testing.T) {
	f := newFake(t)
	f.mute("query-block")
	c := f.dial()
	for i := range maxWaiting + 1 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		err := c.Execute(ctx, "query-block", nil, nil)
		cancel()
		if tooMany := i == maxWaiting; errors.Is(err, ErrUnanswered) != tooMany || err == nil {
			t.Fatalf("command %d: %v", i, err)
		}
	}
	f.send(`{"return": [], "id": 2}`)
	eventually(t, "there is room again", func() bool {
		return c.Execute(t.Context(), "query-uuid", nil, nil) == nil
	})
}

func TestClose(t *testing.T) {
	f := newFake(t)
	f.mute("query-block")
	c := f.dial()
	result := make(chan error)
	go func() { result <- c.Execute(t.Context(), "query-block", nil, nil) }()
	eventually(t, "the command is there", func() bool { return f.times("query-block") == 1 })
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, os.ErrClosed) {
		t.Errorf("the command that waited: %v", err)
	}
	if err := c.Execute(t.Context(), "query-uuid", nil, nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a later one: %v", err)
	}
	if err := c.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
	f.dial() // the monitor is free again
}

// What is no QMP ends the connection, and what waits on it.
func TestPeerFaults(t *testing.T) {
	for _, tc := range []struct {
		name, sends string
		want        error
		text        string
	}{
		{"garbage", "\x00\xff{]\n", ErrProtocol, `\x00\xff{]`},
		{"a number", "17\n", ErrProtocol, "17"},
		{"nothing known", `{"a": 1}` + "\n", ErrProtocol, "no greeting, event or answer"},
		{"no id", `{"error": {"class": "GenericError", "desc": "JSON parse error"}}` + "\n", ErrProtocol, "without the id"},
		{"an id of its own", `{"return": {}, "id": "x"}` + "\n", ErrProtocol, "without the id"},
		{"an answer to nothing", `{"return": {}, "id": 77}` + "\n", ErrProtocol, "command 77, which was not sent"},
		{"greets twice", greeting + "\n", ErrProtocol, "a second greeting"},
		{"no end", strings.Repeat("x", maxLine+maxKept), ErrProtocol, "a line of more than 8388608 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFake(t)
			f.mute("query-block")
			c := f.dial()
			result := make(chan error)
			go func() { result <- c.Execute(t.Context(), "query-block", nil, nil) }()
			eventually(t, "the command is there", func() bool { return f.times("query-block") == 1 })
			go fmt.Fprint(c.peerOf(f), tc.sends)
			if err := <-result; !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("%v, want %v with %q", err, tc.want, tc.text)
			}
			<-c.Ended()
		})
	}
}

// peerOf gives the fake's end of the connection.
func (*Client) peerOf(f *fake) net.Conn {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.conn
}

func TestHangUp(t *testing.T) {
	f := newFake(t)
	c := f.dial()
	f.send(`{"event": "SHUTDOWN"}`)
	f.hangUp()
	<-c.Ended()
	if !errors.Is(c.Err(), io.EOF) {
		t.Errorf("why the connection ended: %v", c.Err())
	}
	if e := c.TakeEvents(); len(e) != 1 || e[0].Name != "SHUTDOWN" {
		t.Errorf("the last events are %+v", e)
	}
}

// A goneConn is a connection whose other end is closed. What that said before is
// read when it may be.
type goneConn struct {
	net.Conn
	said        io.Reader
	may, closed chan struct{}
}

func (c *goneConn) Read(b []byte) (int, error) {
	select {
	case <-c.may:
		return c.said.Read(b)
	case <-c.closed:
		return 0, net.ErrClosed
	}
}

func (c *goneConn) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func (c *goneConn) SetWriteDeadline(time.Time) error { return nil }

func (c *goneConn) Close() error {
	close(c.closed)
	return nil
}

// A command that comes too late doesn't cut off what QEMU said last; but it doesn't
// wait for that without end.
func TestLastWords(t *testing.T) {
	late := func(t *testing.T, conn *goneConn, told func()) (*Client, error) {
		t.Helper()
		c := &Client{conn: conn, events: newQueue(), ended: make(chan struct{}), waiting: map[uint64]chan answer{}}
		c.pace = newPace(conn)
		go c.read(newLineReader(c.pace, maxLine))
		result := make(chan error, 1)
		go func() { result <- c.Execute(t.Context(), "query-uuid", nil, nil) }()
		synctest.Wait()
		told()
		return c, <-result
	}
	synctest.Test(t, func(t *testing.T) {
		conn := &goneConn{said: strings.NewReader(`{"event": "SHUTDOWN"}` + "\n"), may: make(chan struct{}), closed: make(chan struct{})}
		c, err := late(t, conn, func() { close(conn.may) })
		if e := c.TakeEvents(); len(e) != 1 || e[0].Name != "SHUTDOWN" || !errors.Is(err, io.EOF) {
			t.Errorf("%v; the last events are %+v", err, e)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		conn := &goneConn{may: make(chan struct{}), closed: make(chan struct{})}
		if _, err := late(t, conn, func() {}); !errors.Is(err, syscall.EPIPE) {
			t.Error(err)
		}
	})
}

// greeter listens, accepts if it is to, and says something.
func greeter(t *testing.T, accepts bool, says string) string {
	t.Helper()
	noLeaks(t)
	path := socketPath(t)
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if !accepts {
		return path
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			fmt.Fprint(conn, says)
		}
	}()
	return path
}

func TestGreeting(t *testing.T) {
	const soon = 500 * time.Millisecond
	for _, tc := range []struct {
		name, says string
		text       string
	}{
		{"garbage", "SSH-2.0\n", `not QMP: invalid character 'S' looking for beginning of value: "SSH-2.0"`},
		{"an event", `{"event": "STOP"}` + "\n", `no greeting but "{\"event\": \"STOP\"}"`},
		{"half of one", `{"QMP": `, "a greeting without end"},
		{"only that", greeting + "\n", "qmp_capabilities: no answer within 500ms"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := dial(t.Context(), greeter(t, true, tc.says), soon)
			if err == nil || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("%v, want %s", err, tc.text)
			}
		})
	}
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		defer cancel()
		if _, err := Dial(ctx, greeter(t, false, "")); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		path := socketPath(t)
		_, err := Dial(t.Context(), path)
		if !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "qmp: dial "+path+": ") {
			t.Error(err)
		}
	})
}
