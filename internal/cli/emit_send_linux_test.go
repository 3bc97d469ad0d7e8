package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/record"
)

// A signal ends a command whose standard output nobody reads, and the report
// says what is not known to have been written.
func TestEmitSignal(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	fill(t, w)
	log := filepath.Join(t.TempDir(), "audit.log")
	var said bytes.Buffer
	cmd := exec.Cmd{
		Path: exe, Args: []string{"virtaudit", "emit", "start", "-", "--to", "file:" + log, "--to", "stdout", "--to", "file:" + log + "2"},
		Stdin: strings.NewReader(emitXML("/dev/random")), Stdout: w, Stderr: &said,
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(time.Minute)
	for text := []byte(nil); bytes.Count(text, []byte("\n")) < 5; text, _ = os.ReadFile(log) {
		if time.Now().After(until) {
			t.Fatal("it wrote no log")
		}
		time.Sleep(time.Millisecond) // it listens to signals before it writes
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitUnreadable {
		t.Fatalf("%v, want exit status %d; it said\n%s", err, exitUnreadable, said.Bytes())
	}
	for _, want := range []string{
		"virtaudit: file:" + log + ": 5 of 5 messages sent\n",
		"virtaudit: stdout: 0 of 5 messages sent: ",
		"virtaudit: file:" + log + "2: 0 of 5 messages sent: ",
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("no %q in\n%s", want, said.Bytes())
		}
	}
}

// fill writes into a pipe until it takes no more.
func fill(t *testing.T, w *os.File) {
	t.Helper()
	conn, err := w.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var full error
	err = conn.Control(func(fd uintptr) {
		for full == nil {
			_, full = syscall.Write(int(fd), make([]byte, 4096))
		}
	})
	if err != nil || !errors.Is(full, syscall.EAGAIN) {
		t.Fatal(err, full)
	}
}

// A log whose lock another process keeps is waited for as long as the context
// lasts.
func TestEmitLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	e := emitter{std: Streams{Err: &said}, patience: time.Hour, to: []string{"file:" + path}}
	to, err := e.destinations()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { stop(errors.New("enough")) })
	message := guest.Message{Type: record.VirtControl, Text: []byte("virt=kvm")}
	if err := e.sendAll(ctx, to, []guest.Message{message}); !errors.Is(err, errUnsent) {
		t.Error(err)
	}
	if got := said.String(); !strings.Contains(got, "0 of 1 message sent: ") || !strings.Contains(got, "enough") {
		t.Errorf("it said %q", got)
	}
}
