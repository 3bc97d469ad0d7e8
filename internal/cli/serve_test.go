package cli

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/internal/agent"
)

// TestAnnounce: the token is for who starts the service, and not for the journal.
func TestAnnounce(t *testing.T) {
	addresses := []string{"/run/a#b.sock", "http://127.0.0.1:80/#token=secret"}
	for _, tc := range []struct {
		journal bool
		want    string
	}{
		{false, "listening on /run/a#b.sock\nopen http://127.0.0.1:80/#token=secret\n"},
		{true, "listening on /run/a#b.sock\nlistening on http://127.0.0.1:80/, with the token in its file\n"},
	} {
		if t.Setenv("JOURNAL_STREAM", "8:1"); !tc.journal {
			if err := os.Unsetenv("JOURNAL_STREAM"); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if announce(Streams{Out: &out}, addresses); out.String() != tc.want {
			t.Errorf("%q, want %q", out.String(), tc.want)
		}
	}
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
