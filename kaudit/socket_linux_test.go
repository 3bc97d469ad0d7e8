package kaudit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain fails where descriptors stay open. As a process in a user namespace
// it only tries all there is.
func TestMain(m *testing.M) {
	if os.Getenv(inNamespace) != "" {
		tryAll()
		return
	}
	before := descriptors()
	status := m.Run()
	if after := descriptors(); status == 0 && len(after) > len(before) {
		fmt.Printf("open before the tests: %q\nopen after them: %q\n", before, after)
		status = 1
	}
	os.Exit(status)
}

// tryAll prints true if a user namespace is why nothing can be done.
func tryAll() {
	c, err := Dial()
	if err != nil {
		fmt.Println(false, err)
		return
	}
	_, status := c.Status(context.Background())
	_, rules := c.Rules(context.Background())
	_, subscribe := Subscribe(SubscribeOptions{})
	for _, err := range []error{c.Send(context.Background(), aMessage), status, rules, subscribe} {
		if !errors.Is(err, ErrUserNamespace) || errors.Is(err, ErrUnconfirmed) {
			fmt.Println(false, err)
			return
		}
	}
	fmt.Println(true)
}

const inNamespace = "KAUDIT_TEST_IN_USER_NAMESPACE"

// descriptors gives what this process has open but for what the Go runtime
// keeps for itself.
func descriptors() []string {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		panic(err)
	}
	var open []string
	for _, e := range entries {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && !strings.HasPrefix(to, "anon_inode:") {
			open = append(open, to)
		}
	}
	return open
}

// kernel connects to the real kernel.
func kernel(t *testing.T) *Conn {
	t.Helper()
	c, err := Dial()
	if errors.Is(err, ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return c
}

// The kernel answers whoever may ask, and tells others why not.
func TestKernel(t *testing.T) {
	c := kernel(t)
	for range 3 {
		s, err := c.Status(t.Context())
		_, rulesErr := c.Rules(t.Context())
		switch {
		case err == nil && rulesErr == nil:
			if s.Enabled > Locked || s.Failure > 2 || s.PID < 0 {
				t.Errorf("%+v", s)
			}
		case !refused(err) || !refused(rulesErr):
			t.Errorf("errors %v and %v", err, rulesErr)
		}
	}
}

func refused(err error) bool {
	return errors.Is(err, ErrNotPermitted) && errors.Is(err, unix.EPERM) ||
		errors.Is(err, ErrUserNamespace) && errors.Is(err, unix.ECONNREFUSED)
}

func TestUserNamespace(t *testing.T) {
	kernel(t)
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Skipf("no user namespaces here: %v", err)
	}
	if !strings.HasPrefix(string(out), "true") {
		t.Errorf("%s%v", out, err)
	}
}

// A call that blocks ends with its context, and the connection goes on.
func TestBlockedCall(t *testing.T) {
	c := kernel(t)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		err := ask(ctx, c)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error %v, want the context's", err)
		}
		if _, err := c.Status(t.Context()); err != nil && !refused(err) {
			t.Fatalf("after it: %v", err)
		}
	}
}

// ask sends what the kernel doesn't answer, as it is no whole message.
func ask(ctx context.Context, c *Conn) error {
	if err := c.turns.take(ctx); err != nil {
		return err
	}
	return c.run(ctx, make([]byte, 4), func(message) (bool, error) { return true, nil })
}

func TestCloseBlockedCall(t *testing.T) {
	c := kernel(t)
	var call sync.WaitGroup
	call.Go(func() {
		if err := ask(context.Background(), c); !errors.Is(err, os.ErrClosed) {
			t.Errorf("error %v, want that of a closed connection", err)
		}
	})
	time.Sleep(5 * time.Millisecond)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	call.Wait()
	if _, err := c.Status(t.Context()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after closing: %v", err)
	}
}
