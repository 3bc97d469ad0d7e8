package cli

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/virtaudit/virtaudit/internal/agent"
)

// TestAnnounce: the token is for who starts the service, and not for the journal.
func TestAnnounce(t *testing.T) {
	addresses := []string{"/run/a#b.sock", "http://127.0.0.1:80/#token=secret"}
	for _, tc := range []struct {
		journal, want string
	}{
		{"", "listening on /run/a#b.sock\nopen http://127.0.0.1:80/#token=secret\n"},
		{"8:1", "listening on /run/a#b.sock\nopen http://127.0.0.1:80/#token=secret\n"}, // another's
		{"out", "listening on /run/a#b.sock\nlistening on http://127.0.0.1:80/, with the token in its file\n"},
	} {
		out, err := os.Create(filepath.Join(t.TempDir(), "out"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { out.Close() })
		if t.Setenv("JOURNAL_STREAM", tc.journal); tc.journal == "out" {
			t.Setenv("JOURNAL_STREAM", deviceAndInode(t, out))
		}
		announce(Streams{Out: out}, addresses)
		if said, err := os.ReadFile(out.Name()); err != nil || string(said) != tc.want {
			t.Errorf("%v, %q, want %q", err, said, tc.want)
		}
	}
}

func deviceAndInode(t *testing.T, f *os.File) string {
	t.Helper()
	var at syscall.Stat_t
	if err := syscall.Fstat(int(f.Fd()), &at); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d:%d", at.Dev, at.Ino)
}

func TestFailed(t *testing.T) {
	var said bytes.Buffer
	err := failed(Streams{Err: &said}, errors.Join(errors.New("one"), errors.New("two")))
	if !errors.Is(err, errUnreadable) || said.String() != "virtaudit: one; two\n" {
		t.Errorf("%v, %q", err, said.String())
	}
	out := errOutput{errors.New("full")}
	if err := failed(Streams{}, out); !errors.Is(err, out) || failed(Streams{}, nil) != nil {
		t.Error(err)
	}
}

func TestLogger(t *testing.T) {
	var said bytes.Buffer
	log := logger(Streams{Err: &said}, agent.Config{LogFormat: agent.LogJSON, LogLevel: slog.LevelWarn})
	log.Info("quiet")
	log.Warn("loud", "n", 1)
	if text := said.String(); !strings.HasPrefix(text, "{") || !strings.Contains(text, `"msg":"loud","n":1`) || strings.Contains(text, "quiet") {
		t.Error(text)
	}
}
