package agent

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
)

// TestNobodyListens: a service that nobody can ask says so.
func TestNobodyListens(t *testing.T) {
	s := newService(t)
	s.config.ListenUnix = ""
	ctx, cancel := context.WithCancel(t.Context())
	var said bytes.Buffer
	err := Run(ctx, s.config, Host{
		Log:   slog.New(slog.NewTextHandler(&said, nil)),
		Ready: func([]string) { cancel() },
	})
	if err != nil || !strings.Contains(said.String(), "nobody can ask: neither listen_unix nor listen_tcp is set") {
		t.Errorf("without a listener: %v, %s", err, said.String())
	}
}
