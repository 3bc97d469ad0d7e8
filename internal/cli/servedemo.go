package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/virtaudit/virtaudit/internal/agent"
	"github.com/virtaudit/virtaudit/internal/demo"
	"github.com/virtaudit/virtaudit/web"
)

// demoFlags are those that go together with --demo: where it answers and how it
// logs. All others are about the host, which a demo leaves alone.
var demoFlags = []string{"listen-unix", "listen-group", "listen-tcp", "token-file", "log-level", "log-format"}

// aloneWithDemo refuses flags that don't go together with --demo.
func (f *settingFlags) aloneWithDemo() error {
	names := []string{"config"}
	for i := range agent.Settings {
		names = append(names, agent.Settings[i].Flag())
	}
	for _, name := range names {
		if f.cmd.Flags().Changed(name) && !slices.Contains(demoFlags, name) {
			return fmt.Errorf("--%s doesn't go together with --demo, which looks at nothing of this host", name)
		}
	}
	return nil
}

// loadDemo gives the settings of a demo, from the flags alone. Its store is in a
// new folder.
func (f *settingFlags) loadDemo() (c agent.Config, dir string, err error) {
	if err := f.aloneWithDemo(); err != nil {
		return c, "", err
	}
	if c, err = agent.Load("", false, func(string) (string, bool) { return "", false }); err != nil {
		return c, "", err
	}
	c.Node, c.Window, c.ListenUnix, c.ListenTCP, c.LogLevel = "demo", demo.Window, "", "127.0.0.1:0", slog.LevelWarn
	if err := f.apply(&c); err != nil {
		return c, "", err
	}
	if dir, err = os.MkdirTemp("", "virtaudit-demo-"); err != nil {
		return c, "", err
	}
	c.Store = filepath.Join(dir, "trail.db")
	return c, dir, c.Finish()
}

// serveDemo shows the shipped trail until a signal ends it, and leaves nothing
// behind.
func serveDemo(version string, std Streams, settings *settingFlags) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer stop()
	c, dir, err := settings.loadDemo()
	if err != nil {
		return err
	}
	now, err := demoClock()
	if err == nil {
		err = agent.Run(ctx, c, agent.Host{
			Version: version, Log: logger(std, c), Page: web.Files(), Now: now, Demo: demo.Facts(),
			Ready: func(addresses []string) { announceDemo(std, addresses) },
		})
	}
	return failed(std, errors.Join(err, os.RemoveAll(dir)))
}

// demoClock gives a clock that goes on where the shipped trail ends, so that the
// guests that ran then do so still.
func demoClock() (func() time.Time, error) {
	newest, err := demo.Newest()
	began := time.Now()
	return func() time.Time { return time.UnixMilli(newest).Add(time.Since(began)) }, err
}

// announceDemo prints what is shown, and where. The token of a demo guards
// nothing that is secret, so it may be in a journal.
func announceDemo(std Streams, addresses []string) {
	fmt.Fprintln(std.Out, "A shipped trail of real guests; nothing of this host is looked at. Ctrl-C ends it.")
	for _, a := range addresses {
		if strings.Contains(a, "/#") {
			fmt.Fprintf(std.Out, "open %s\n", a)
		} else {
			fmt.Fprintf(std.Out, "listening on %s\n", a)
		}
	}
}
