//go:build linux

package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

// unitUser makes the unit's user as the package does, unless it is there.
func unitUser(t *testing.T) {
	t.Helper()
	need(t, "systemd-sysusers", "userdel")
	if _, err := user.Lookup("virtaudit"); err == nil {
		return
	}
	file, err := filepath.Abs(filepath.Join(unitDir, "virtaudit.sysusers"))
	if err != nil {
		t.Fatal(err)
	}
	run(t, "systemd-sysusers", file)
	t.Cleanup(func() { run(t, "userdel", "virtaudit") })
}

// open lets every user go through the folders above a file of the test's.
func open(t *testing.T, path string) {
	t.Helper()
	for dir := filepath.Dir(path); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, info.Mode()|0o011); err != nil {
			t.Fatal(err)
		}
	}
}

// get asks the service's API.
func (k kept) get(path string, query url.Values, into any) bool {
	client := http.Client{Timeout: patience, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", k.socket)
		},
	}}
	r, err := client.Get("http://service/api/v1/" + path + "?" + query.Encode())
	if err != nil {
		return false
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	return err == nil && r.StatusCode == http.StatusOK && json.Unmarshal(text, into) == nil
}

// status tells each source's state and problem, and the warnings.
func (k kept) status() string {
	var s struct {
		Warnings []string
		Sources  []struct{ Name, State, Problem string }
	}
	k.get("status", nil, &s)
	var all []string
	for _, source := range s.Sources {
		all = append(all, strings.TrimSpace(source.Name+" "+source.State+" "+source.Problem))
	}
	return lines(append(all, s.Warnings...)...)
}

// tells waits until the status has these words.
func (k kept) tells(t *testing.T, words ...string) {
	t.Helper()
	var last string
	defer func() {
		if t.Failed() {
			t.Logf("the status: %s", last)
		}
	}()
	for _, word := range words {
		eventually(t, patience, "the status tells "+word, func() bool {
			last = k.status()
			return strings.Contains(last, word)
		})
	}
}

// A held thing is what the API says of a holding.
type heldThing struct {
	Name, By string
	Also     []string
	To       *struct{ MS int64 }
}

// holds waits until a guest holds something, as the witnesses say.
func (k kept) holds(t *testing.T, resource string, so func(heldThing) bool) {
	t.Helper()
	var last []heldThing
	defer func() {
		if t.Failed() {
			t.Logf("holdings of %s: %+v", resource, last)
		}
	}()
	eventually(t, patience, resource+" is held", func() bool {
		var list struct{ Items []heldThing }
		k.get("holdings", url.Values{"resource": {resource}}, &list)
		last = list.Items
		return slices.ContainsFunc(last, so)
	})
}

// finds tells whether there is a finding of a kind with these words.
func (k kept) finds(kind, words string) bool {
	var list struct{ Items []struct{ Text string } }
	return k.get("findings", url.Values{"kind": {kind}}, &list) &&
		slices.ContainsFunc(list.Items, func(f struct{ Text string }) bool { return strings.Contains(f.Text, words) })
}

// TestUnitWithGuest: as exactly the unit's user, with its capabilities and those
// of its drop-ins, the service knows of a real guest what its documentation says,
// and says what it lacks for the rest.
func TestUnitWithGuest(t *testing.T) {
	needRoot(t)
	unitUser(t)
	log := recordAudit(t, "log_group = adm")
	host := startLibvirtd(t)
	open(t, log.path)
	open(t, filepath.Join(host.dir, "run/libvirt/x"))
	m := host.startWitnessed(t, shortPath(t, "unused.sock"))
	log.waitFor(t, host.pid, "the start", func(r *record.Record) bool { return strings.Contains(string(r.Append(nil)), "op=start") })
	settings := []string{
		"--log", log.path, "--sweep", "1s", "--window", "2s",
		"--libvirt", "qemu+unix:///system?socket=" + filepath.Join(host.dir, "run/libvirt/libvirt-sock-ro"),
	}
	ours := func(h heldThing) bool { return h.Name == m.Name && h.To == nil }

	t.Run("unit", func(t *testing.T) {
		k := serveAs(t, readUnit(t), settings...)
		k.tells(t, "log file up", "libvirt qemu:///system up", "proc missing",
			"the witness proc is missing: it needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH")
		k.holds(t, "/dev/urandom", func(h heldThing) bool {
			return ours(h) && h.By == "" && strings.Contains(fmt.Sprint(h.Also), "libvirt")
		})
		m.attachRNG(t, "/dev/random")
		k.holds(t, "/dev/random", func(h heldThing) bool { return ours(h) && h.By == "libvirt" })
		eventually(t, patience, "it is found", func() bool { return k.finds("unrecorded", "/dev/random") })
	})
	t.Run("proc", func(t *testing.T) {
		k := serveAs(t, readUnit(t, "proc.conf"), settings...)
		k.tells(t, "log file up", "libvirt qemu:///system up", "proc up")
		k.holds(t, "/dev/urandom", func(h heldThing) bool { return ours(h) && strings.Contains(fmt.Sprint(h.Also), "proc") })
		k.holds(t, filepath.Join(host.dir, "images/top.qcow2"), func(h heldThing) bool { return ours(h) && strings.Contains(fmt.Sprint(h.Also), "proc") })
	})
	t.Run("emission without its drop-in", func(t *testing.T) {
		k := serveAs(t, readUnit(t), append(settings, "--emit", "missing")...)
		k.tells(t, "log file up", "libvirt qemu:///system up")
		m.attachRNG(t, "/dev/zero")
		eventually(t, patience, "it is found", func() bool { return k.finds("unrecorded", "/dev/zero") })
		k.tells(t, "CAP_AUDIT_WRITE")
	})
	t.Run("emission", func(t *testing.T) {
		u := readUnit(t, "emit.conf")
		_, emit, _ := strings.Cut(strings.Join(u["Environment"], " "), "VIRTAUDIT_EMIT=")
		k := serveAs(t, u, append(settings, "--emit", emit)...)
		k.tells(t, "log file up", "libvirt qemu:///system up")
		k.holds(t, "/dev/urandom", ours)
		m.attachRNG(t, "/dev/hwrng")
		const record = `new-rng="/dev/hwrng"`
		eventually(t, patience, "the kernel's log has what libvirt left out", func() bool {
			return strings.Contains(string(log.text(t)), record)
		})
		k.holds(t, "/dev/hwrng", ours)
		eventually(t, patience, "the finding is taken back", func() bool { return !k.finds("unrecorded", "/dev/hwrng") })
		time.Sleep(4 * time.Second) // twice the window
		if n := strings.Count(string(log.text(t)), record); n != 1 {
			t.Errorf("the record is %d times in the log", n)
		}
	})
}

func (m *machine) attachRNG(t *testing.T, source string) {
	t.Helper()
	m.host.virsh(t, "attach-device", m.UUID, "--live", xmlFile(t, `<rng model='virtio'><backend model='random'>`+source+`</backend></rng>`))
}
