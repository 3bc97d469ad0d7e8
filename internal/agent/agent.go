package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/web"
	"github.com/virtaudit/virtaudit/kaudit"
)

// A Host is what the service gets from its process.
type Host struct {
	Version string
	Log     *slog.Logger
	Stdin   io.Reader
	// Page is served at /; nil is for no page.
	Page fs.FS
	// Listeners were opened for the service by the system. If there are any, those of
	// the settings are not used.
	Listeners []net.Listener
	// Ready is called once, when the API answers, with the addresses to open. That of
	// TCP has the token in the fragment, which a browser sends to nobody.
	Ready func(addresses []string)
	// Notify tells the system how the service is doing (READY=1); it may be nil.
	Notify func(state string)
	// Watchdog is how often the system wants a sign of life; 0 is never.
	Watchdog time.Duration
	// Dial connects to the kernel's audit; nil is kaudit.Dial.
	Dial func() (kaudit.Sender, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Demo has facts of another host, to be shown instead of watching this one.
	Demo iter.Seq2[fact.Fact, error]
	// watchers are further sources, for tests.
	watchers []watcher
}

func (h Host) withDefaults() Host {
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	if h.Notify == nil {
		h.Notify = func(string) {}
	}
	if h.Ready == nil {
		h.Ready = func([]string) {}
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Dial == nil {
		h.Dial = func() (kaudit.Sender, error) {
			c, err := kaudit.Dial()
			if err != nil {
				return nil, err
			}
			return c, nil
		}
	}
	return h
}

// An agent is a running service.
type agent struct {
	config  Config
	host    Host
	log     *slog.Logger
	store   *store.Store
	feed    *feed
	health  *health
	writer  *writer
	sources *sources
	server  *web.Server
	started time.Time
}

// Run serves until the context ends, and then stops all that it began. It returns nil
// if everything is stored then; any other end is an error.
func Run(ctx context.Context, c Config, h Host) (err error) {
	h = h.withDefaults()
	a := &agent{config: c, host: h, log: h.Log, feed: newFeed(), health: newHealth(h.Now), started: h.Now()}
	err = a.whenRoom(ctx, func() error {
		a.store, err = store.Open(c.Store, store.Options{MachineID: machineID()})
		return err
	})
	if err != nil {
		return ended(ctx, err)
	}
	defer func() { err = errors.Join(err, a.store.Close()) }()
	return a.run(ctx)
}

// whenRoom tries something again and again while it fails for lack of room on the disk,
// until the context ends.
func (a *agent) whenRoom(ctx context.Context, try func() error) error {
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := try()
		if !errors.Is(err, store.ErrFull) {
			return err
		}
		a.log.Error("no room; it is tried again", "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// ended gives an error, or nil if the context has ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// machineID identifies this host among all others. It is part of the identity of facts.
func machineID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		if id, err := os.ReadFile(path); err == nil {
			return strings.TrimSpace(string(id))
		}
	}
	return ""
}

func (a *agent) run(ctx context.Context) error {
	checkpoint, err := a.store.Checkpoint(ctx)
	if err != nil {
		return err
	}
	a.writer = &writer{
		log: a.log, store: a.store, feed: a.feed, health: a.health, now: a.host.Now, node: a.config.Node,
		offers: make(chan *offer, 64), rederivings: make(chan rederiving), window: a.config.Window.Milliseconds(),
	}
	a.writer.cutoff.Store(checkpoint.Cutoff)
	last, err := a.store.LastSeen(ctx)
	if err != nil {
		return err
	}
	a.health.remember(last, a.config.Node)
	if a.sources, err = newSources(a); err != nil {
		return err
	}
	addresses, failed, stop, err := a.listen()
	if err != nil {
		return err
	}
	defer stop()
	a.writer.removed = a.server.Removed
	a.host.Ready(addresses)
	if err := a.patiently(ctx, a.derive); err != nil {
		return ended(ctx, fmt.Errorf("the trail can't be derived from the stored facts: %w", err))
	}
	if a.host.Demo != nil && a.writer.next == 1 {
		if err := a.fill(ctx, a.host.Demo); err != nil {
			return fmt.Errorf("the shipped trail: %w", err)
		}
	}
	a.health.ready()
	a.host.Notify("READY=1")
	a.log.Info("watching", "store", a.store.Path(), "facts", a.writer.next-1)
	return a.work(ctx, failed)
}

// dial gives how to reach the kernel; nil if nothing is to be sent.
func (a *agent) dial() func() (kaudit.Sender, error) {
	if a.config.Emit != EmitMissing || a.host.Demo != nil {
		return nil
	}
	return a.host.Dial
}

// work runs the writer and the sources until the context ends.
func (a *agent) work(ctx context.Context, failed <-chan error) error {
	watching, stopSources := context.WithCancel(ctx)
	defer stopSources()
	writing, stopWriter := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWriter()
	a.writer.life = writing
	var writer, sources sync.WaitGroup
	writer.Go(func() { a.writer.run(writing) })
	sources.Go(func() { a.sources.run(watching) })
	sources.Go(func() { a.writer.retain(watching, a.config.Retention) })
	sources.Go(func() { a.watchdog(watching) })

	var err error
	select {
	case <-ctx.Done():
		a.log.Info("stopping", "cause", context.Cause(ctx))
	case err = <-failed:
	case <-a.sources.over:
		a.log.Info("standard input has ended")
	}
	a.host.Notify("STOPPING=1")
	stopSources()
	// Without room on the disk the writer takes nothing from the sources.
	impatient := time.AfterFunc(stopTime, stopWriter)
	defer impatient.Stop()
	sources.Wait()
	stopWriter()
	writer.Wait()
	a.feed.end()
	return err
}

// stopTime is how long the sources may take to hand over what they have when
// the service ends.
const stopTime = 5 * time.Second

// watchdog tells the system that the service is alive, as long as the writer is.
func (a *agent) watchdog(ctx context.Context) {
	if a.host.Watchdog <= 0 {
		return
	}
	tick := time.NewTicker(a.host.Watchdog / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if a.health.alive() {
				a.host.Notify("WATCHDOG=1")
			}
		}
	}
}
