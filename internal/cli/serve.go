package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/agent"
	"github.com/virtaudit/virtaudit/web"
)

func newServe(version string, std Streams) *cobra.Command {
	var settings settingFlags
	var demo bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Keep the trail of this host's guests, as a service",
		Long: `Watch this host's guests and keep what is seen: what the audit log says, what
libvirt and QEMU define, and what the guests' processes have open. Where these
disagree there is a finding, and what libvirt leaves out of the log is in the
trail all the same, with who saw it and when.

The trail is kept in a file. It is asked over HTTP on a unix socket, by virtaudit
status, and by the commands that take --store: report, sessions, who, events,
findings and summary. With --listen-tcp a browser shows it: the address that is
printed has the token that it takes, behind its #.

Each setting is a key of the file, NAME: VALUE with _ for the - of the flag; is
in the environment as VIRTAUDIT_NAME; and is a flag. Flags win over the
environment, and that over the file. A DURATION is such as 30s, 10m or 90d.

With --demo a trail of real guests that comes with the program is shown, by TCP on
a free port. Nothing of this host is looked at, and nothing is left behind.

The service runs until it gets SIGTERM or SIGINT, and has all stored then. It
needs no root, but to read the log, or CAP_AUDIT_READ; to send records
CAP_AUDIT_WRITE; to look into processes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.
What it lacks, virtaudit status says. The exit status is 1 where it can't go on.`,
		Example: `  virtaudit serve --config /etc/virtaudit/config.yaml
  virtaudit serve --store ./trail.db --listen-unix ./api.sock --listen-tcp 127.0.0.1:8471
  virtaudit serve --demo
  virtaudit serve --libvirt qemu:///system --qmp '/run/vm/*.qmp' --retention 90d`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			if demo {
				return serveDemo(version, std, &settings)
			}
			c, err := settings.load()
			if err != nil {
				return err
			}
			return serve(version, std, c)
		},
	}
	settings.add(cmd)
	cmd.Flags().BoolVar(&demo, "demo", false, "show a shipped trail of real guests instead, without settings and without a look at this host")
	return cmd
}

// serve runs the service until a signal ends it.
func serve(version string, std Streams, c agent.Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	// auditd sends it to its plugins, to read their settings anew.
	signal.Ignore(syscall.SIGHUP)
	h := agent.Host{Version: version, Log: logger(std, c), Stdin: std.In, Page: web.Files(), Ready: func(addresses []string) {
		announce(std, addresses)
	}}
	err := errors.Join(c.CheckStore(), h.UnderSystemd())
	if err == nil {
		err = agent.Run(ctx, c, h)
	}
	return failed(std, err)
}

// logger logs to standard error, as the settings say.
func logger(std Streams, c agent.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == agent.LogJSON {
		return slog.New(slog.NewJSONHandler(std.Err, o))
	}
	return slog.New(slog.NewTextHandler(std.Err, o))
}

// announce prints where the service answers. A token in the journal could be
// read by all who may read that.
func announce(std Streams, addresses []string) {
	journal := inJournal(std.Out)
	for _, a := range addresses {
		page, token, ok := strings.Cut(a, "/#")
		switch {
		case !ok:
			fmt.Fprintf(std.Out, "listening on %s\n", a)
		case journal:
			fmt.Fprintf(std.Out, "listening on %s/, with the token in its file\n", page)
		default:
			fmt.Fprintf(std.Out, "open %s/#%s\n", page, token)
		}
	}
}

// inJournal tells whether what is printed goes to systemd's journal. The variable
// alone doesn't say that: those who are started by a service inherit it.
func inJournal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	at, ok := info.Sys().(*syscall.Stat_t)
	return ok && os.Getenv("JOURNAL_STREAM") == fmt.Sprintf("%d:%d", at.Dev, at.Ino)
}

// failed tells of an error that is no matter of the command line.
func failed(std Streams, err error) error {
	var out errOutput
	if err == nil || errors.As(err, &out) {
		return err
	}
	fmt.Fprintf(std.Err, "virtaudit: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
	return errUnreadable
}
