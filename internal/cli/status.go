package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
)

// servicePatience is how long the service may take to answer, and maxStatus how
// much it may say.
const (
	servicePatience = 10 * time.Second
	maxStatus       = 16 << 20
)

func newStatus(std Streams) *cobra.Command {
	var format string
	var text textFlags
	var settings settingFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Tell how the service is: its sources, its store, what it lacks",
		Long: `Ask the service, virtaudit serve, over its socket how it is: what it watches and
since when, how far it has read, what it keeps, and what it lacks. Those may ask
who may use the socket: the service's group, and root.

--format json is what the API says at /api/v1/status. The exit status is 1 where
no service answers, or where it is not ready.`,
		Example: `  virtaudit status
  virtaudit status --format json | jq -r '.sources[] | select(.state != "up") | .name + ": " + .problem'`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("format %q: there are text and json", format)
			}
			c, err := settings.load()
			if err != nil {
				return err
			}
			return showStatus(std, c.ListenUnix, format, text.options(std.Out))
		},
	}
	formatFlag(cmd, &format, "text", "json")
	text.add(cmd)
	settings.add(cmd, "listen_unix")
	return cmd
}

func showStatus(std Streams, socket, format string, o report.Options) error {
	if socket == "" {
		return errors.New("no socket to ask at: listen_unix is empty")
	}
	body, err := askService(socket, "/api/v1/status")
	if err != nil {
		return failed(std, err)
	}
	var s report.Status
	if err := json.Unmarshal(body, &s); err != nil {
		return failed(std, fmt.Errorf("the service at %s: its answer is no status: %w", socket, err))
	}
	err = output(std.Out, func(w *bufio.Writer) error {
		if format == "json" {
			_, err := w.Write(append(body, '\n'))
			return err
		}
		return report.StatusText(w, &s, o)
	})
	if err == nil && !s.Ready {
		return errNotReady
	}
	return err
}

// errNotReady tells that the service is not ready; why has been written.
var errNotReady = fmt.Errorf("the service is not ready: %w", errUnreadable)

// askService gets a path of the service's API.
func askService(socket, path string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), servicePatience)
	defer cancel()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}
	client := http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, noAnswer(socket, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxStatus))
	switch {
	case err != nil:
		return nil, noAnswer(socket, err)
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the service at %s: %s", socket, answer.Status)
	}
	return body, nil
}

// noAnswer says why no service answered, and what to do where that is known.
func noAnswer(socket string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("no service answers at %s: start it with systemctl start virtaudit, or name its socket with --listen-unix", socket)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the service at %s: permission denied: it is root's and its group's to ask", socket)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the service at %s doesn't answer", socket)
	}
	return fmt.Errorf("the service at %s: %w", socket, err)
}
