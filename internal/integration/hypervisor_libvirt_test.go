//go:build linux

package integration

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/hypervisor/libvirt"
)

// What is done to a real guest is seen through libvirt's read-only socket, what
// has an event and what has none, and over a restart of libvirtd.
func TestWatchLibvirt(t *testing.T) {
	needRoot(t)
	recordAudit(t, "log_format = ENRICHED")
	host := startLibvirtd(t)
	w := watchHost(t, host, libvirt.Seed{})
	until(t, w, "the connection", func(libvirt.Connected) bool { return true })
	until(t, w, "a sweep", func(s libvirt.Swept) bool { return s.Guests == 0 })

	m := host.startEverything(t)
	seen := until(t, w, "the start", func(s libvirt.Seen) bool { return s.UUID == m.UUID })
	if seen.Name != m.Name || seen.PID != m.pid || seen.State != "running" || seen.From.IsZero() || len(seen.Spec.RNGs) != 5 {
		t.Errorf("seen %+v\n%+v", seen, seen.Spec)
	}
	if !slices.ContainsFunc(seen.Told, func(e libvirt.Event) bool { return e.Kind == "lifecycle" }) {
		t.Errorf("the start was told by %v", seen.Told)
	}
	until(t, w, "a sweep", func(libvirt.Swept) bool { return true })
	changesSeen(t, w, m)
	restartSeen(t, w, m)
	endSeen(t, w, m)
}

// changesSeen changes the guest, with and without events.
func changesSeen(t *testing.T, w *watched, m *machine) {
	t.Helper()
	virsh := func(args ...string) {
		t.Helper()
		m.host.virsh(t, append([]string{args[0], m.UUID}, args[1:]...)...)
	}
	rng := xmlFile(t, `<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>`)
	iso := m.host.image(t, "it's an.iso")
	media := xmlFile(t, `<disk type='file' device='cdrom'><driver type='raw'/><source file="`+iso+`"/><target dev='hdc' bus='ide'/><readonly/></disk>`)

	virsh("attach-device", rng, "--live")
	w.changed(t, "attach", guest.RNG{Backend: guest.RNGRandom, Path: "/dev/urandom"}, "device-added")
	virsh("update-device", media, "--live")
	w.changed(t, "update", guest.Disk{
		Target: "hdc", Bus: "ide", Device: "cdrom", Source: guest.DiskSource{Type: guest.DiskFile, Path: iso},
	}, "")
	virsh("setvcpus", "2", "--live")
	w.changed(t, "update", guest.VCPUs(2), "")
	virsh("iothreadadd", "3", "--live")
	w.changed(t, "update", guest.IOThreads(3), "")
	for _, c := range []struct{ command, event, state, reason string }{
		{"suspend", "suspended", "paused", "user"}, {"resume", "resumed", "running", "unpaused"},
	} {
		virsh(c.command)
		changed := until(t, w, c.command, func(g libvirt.Changed) bool { return g.State == c.state })
		if changed.Reason != c.reason || len(changed.Changes) != 0 {
			t.Errorf("%s: %+v", c.command, changed)
		}
		w.told(t, changed.Told, c.command, func(e libvirt.Event) bool { return e.Get("event") == c.event })
	}
}

// restartSeen restarts libvirtd while the guest runs: nothing of it changes.
func restartSeen(t *testing.T, w *watched, m *machine) {
	t.Helper()
	restartLibvirtd(t, m.host)
	lost := until(t, w, "the end of libvirtd", func(libvirt.Lost) bool { return true })
	if lost.Err == nil {
		t.Errorf("lost %+v", lost)
	}
	until(t, w, "the connection", func(libvirt.Connected) bool { return true })
	for swept := false; !swept; {
		switch item := w.next(t, "a sweep").(type) {
		case libvirt.Swept:
			swept = true
		case libvirt.Seen, libvirt.Gone, libvirt.Failed:
			t.Errorf("after the restart of libvirtd: %+v", item)
		case libvirt.Changed: // a definition may be written differently then
			if len(item.Changes) != 0 || item.State != "running" {
				t.Errorf("after the restart of libvirtd: %+v", item)
			}
		}
	}
}

// endSeen ends the guest while it is watched, and a watcher that knew it from
// before sees that too.
func endSeen(t *testing.T, w *watched, m *machine) {
	t.Helper()
	m.destroy(t)
	gone := until(t, w, "the end", func(libvirt.Gone) bool { return true })
	if gone.UUID != m.UUID || gone.PID != m.pid || gone.Spec.VCPUs != 2 || !toldBy(gone.Told, "stopped") {
		t.Errorf("gone %+v", gone)
	}
	later := watchHost(t, m.host, libvirt.Seed{Listed: gone.From, Guests: []libvirt.Known{{Guest: gone.Guest, Read: gone.From}}})
	again := until(t, later, "the end", func(libvirt.Gone) bool { return true })
	if again.UUID != m.UUID || !again.From.Equal(gone.From) || len(again.Told) != 0 {
		t.Errorf("from the seed: gone %+v", again)
	}
}

// watched is a Watcher that runs.
type watched struct{ items chan libvirt.Item }

// A libvirtd that is asked for LXC has no containers, or says that it doesn't
// have the driver.
func TestWatchLibvirtLXC(t *testing.T) {
	needRoot(t)
	recordAudit(t, "log_format = ENRICHED")
	host := startLibvirtd(t)
	endpoint, err := libvirt.ParseURI("lxc:///system", filepath.Join(host.dir, "run/libvirt"), false)
	if err != nil {
		t.Fatal(err)
	}
	w := watchEndpoint(t, endpoint, libvirt.Seed{})
	switch item := w.next(t, "an answer").(type) {
	case libvirt.Lost:
		if !errors.Is(item.Err, libvirt.ErrNoDriver) {
			t.Errorf("lost: %v", item.Err)
		}
	case libvirt.Connected:
		if swept, ok := w.next(t, "a sweep").(libvirt.Swept); !ok || swept.Guests != 0 {
			t.Errorf("after the connection: %+v", swept)
		}
	default:
		t.Errorf("%+v", item)
	}
}

// watchHost watches a host's guests of QEMU until the test ends.
func watchHost(t *testing.T, host *hypervisor, seed libvirt.Seed) *watched {
	t.Helper()
	endpoint, err := libvirt.ParseURI("qemu:///system", filepath.Join(host.dir, "run/libvirt"), false)
	if err != nil {
		t.Fatal(err)
	}
	return watchEndpoint(t, endpoint, seed)
}

func watchEndpoint(t *testing.T, endpoint libvirt.Endpoint, seed libvirt.Seed) *watched {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &watched{items: make(chan libvirt.Item, 10000)}
	watcher := libvirt.New(libvirt.Config{Endpoint: endpoint, Seed: seed, Period: 500 * time.Millisecond, MaxRetry: time.Second})
	ended := make(chan error, 1)
	go func() { ended <- watcher.Run(ctx, func(i libvirt.Item) { w.items <- i }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the watcher ended: %v", err)
		}
	})
	return w
}

func (w *watched) next(t *testing.T, what string) libvirt.Item {
	t.Helper()
	select {
	case item := <-w.items:
		return item
	case <-time.After(patience):
		t.Fatalf("waited %v for %s", patience, what)
		return nil
	}
}

// until gives the next item of a type that is so.
func until[T libvirt.Item](t *testing.T, w *watched, what string, so func(T) bool) T {
	t.Helper()
	for {
		if item, ok := w.next(t, what).(T); ok && so(item) {
			return item
		}
	}
}

// changed waits for a change to a resource, and compares it and the event that
// told of it: "" is for what has none.
func (w *watched) changed(t *testing.T, op guest.Op, to guest.Resource, event string) {
	t.Helper()
	what := fmt.Sprintf("%s %+v", op, to)
	changed := until(t, w, what, func(c libvirt.Changed) bool { return len(c.Changes) > 0 })
	if len(changed.Changes) != 1 || changed.Changes[0].Op != op || changed.Changes[0].New != to || !changed.From.Before(changed.To) {
		t.Errorf("%s is seen as %+v", what, changed.Changes)
	}
	if event != "" {
		w.told(t, changed.Told, what, func(e libvirt.Event) bool { return e.Kind == event })
	}
	t.Logf("%s: within %v, told by %s", what, changed.To.Sub(changed.From), kinds(changed.Told))
}

// told holds a change to an event that is so. libvirt may answer a moment before it
// tells: then the event comes behind the change.
func (w *watched) told(t *testing.T, by []libvirt.Event, what string, so func(libvirt.Event) bool) {
	t.Helper()
	if !slices.ContainsFunc(by, so) {
		until(t, w, "the event of "+what, so)
	}
}

func kinds(events []libvirt.Event) string {
	var all []string
	for _, e := range events {
		all = append(all, e.String())
	}
	return "[" + strings.Join(all, "; ") + "]"
}

// toldBy tells whether one of the events is that of a lifecycle.
func toldBy(events []libvirt.Event, lifecycle string) bool {
	return slices.ContainsFunc(events, func(e libvirt.Event) bool { return e.Get("event") == lifecycle })
}

// restartLibvirtd ends libvirtd and starts it again in its folders.
func restartLibvirtd(t *testing.T, h *hypervisor) {
	t.Helper()
	if err := syscall.Kill(h.pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, "libvirtd ends", func() bool {
		return errors.Is(syscall.Kill(h.pid, 0), syscall.ESRCH)
	})
	cmd := exec.Command("sh", "-ec", ownFolders, h.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	background(t, "libvirtd", cmd, func() bool {
		_, err := h.try("list")
		return err == nil
	})
	h.pid = cmd.Process.Pid
}
