package qmp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const greeting = `{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}, "capabilities": ["oob"]}}`

// fake is a monitor that answers from a table, for what a real one doesn't do
// on demand. Like QEMU it serves one client at a time.
type fake struct {
	t    *testing.T
	path string

	mu      sync.Mutex
	answers map[string]string // by command and arguments: the answer without its id; "" is none
	conn    net.Conn
	asked   []string
}

// canonical writes arguments so that they can be compared.
func canonical(text []byte) string {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		panic(err)
	}
	sorted, _ := json.Marshal(v)
	return string(sorted)
}

// socketPath gives a path that is short enough for a socket.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "qmp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "qmp.sock")
}

// newFake answers as the QEMU did that the testdata was recorded of. Of the
// lists of devices' properties most were left out of that.
func newFake(t *testing.T) *fake {
	t.Helper()
	noLeaks(t)
	f := &fake{t: t, path: socketPath(t), answers: recorded(t)}
	f.listen()
	return f
}

func (f *fake) listen() {
	f.t.Helper()
	l, err := net.Listen("unix", f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.serve(conn)
		}
	}()
}

func recorded(t testing.TB) map[string]string {
	t.Helper()
	text, err := os.ReadFile("testdata/qemu-7.2.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	for line := range bytes.Lines(text) {
		var r struct {
			Q struct {
				Execute   string
				Arguments json.RawMessage
			}
			A json.RawMessage
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		key := r.Q.Execute
		if r.Q.Arguments != nil {
			key += " " + canonical(r.Q.Arguments)
		}
		answers[key] = string(r.A)
	}
	return answers
}

func (f *fake) serve(conn net.Conn) {
	f.mu.Lock()
	f.conn = conn
	f.mu.Unlock()
	defer conn.Close()
	fmt.Fprintln(conn, greeting)
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		var q struct {
			Execute   string
			Arguments json.RawMessage
			ID        uint64
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			f.t.Errorf("%s: %v", lines.Bytes(), err)
			return
		}
		f.answer(conn, q.Execute, q.Arguments, q.ID)
	}
}

func (f *fake) answer(conn net.Conn, command string, args json.RawMessage, id uint64) {
	key := command
	if args != nil {
		key += " " + canonical(args)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, key)
	text, known := f.answers[key]
	if !known {
		text = `{"error": {"class": "CommandNotFound", "desc": "The command ` + command + ` has not been found"}}`
	}
	if text != "" {
		fmt.Fprintf(conn, `%s, "id": %d}`+"\r\n", strings.TrimSuffix(strings.TrimSpace(text), "}"), id)
	}
}

// set changes an answer: to a result.
func (f *fake) set(key, result string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[key] = `{"return": ` + string(oneLine([]byte(result))) + `}`
}

// mute makes it never answer a question.
func (f *fake) mute(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[key] = ""
}

// lack makes it refuse a command.
func (f *fake) lack(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.answers, key)
}

func (f *fake) send(line string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fmt.Fprintln(f.conn, line)
}

func (f *fake) hangUp() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conn.Close()
}

func (f *fake) times(key string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, asked := range f.asked {
		if asked == key {
			n++
		}
	}
	return n
}

func (f *fake) dial() *Client {
	f.t.Helper()
	c, err := Dial(f.t.Context(), f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = c.Close() }) // some tests have closed it
	return c
}

// noLeaks fails a test that leaves goroutines behind.
func noLeaks(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				stacks := make([]byte, 1<<20)
				t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
			}
		}
	})
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
