package agent

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// smallDisk gives a folder on a file system of its own that has 8 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount a small file system")
	}
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=8m,mode=0700"); err != nil {
		t.Skipf("needs a small file system: mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestFullDisk: without room the service says so and takes nothing, answers, and
// ends when it is asked to; with room again it has all.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t)
	p := newProcess(t)
	p.store = filepath.Join(dir, "trail.db")
	p.set("STORE=" + p.store)
	p.append("")
	p.start()
	p.ready()
	p.arrives(newRecordedGuest(0))

	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	history := newHistory(t, 6)
	for _, text := range history.stretches {
		p.append(text)
	}
	p.eventually("it says that the disk is full", func() bool { return p.status().Store.Full })
	code, body, err := p.ask("/readyz")
	if err != nil || code != http.StatusServiceUnavailable || !strings.Contains(string(body), "nothing can be stored since") {
		t.Errorf("/readyz: %d %s %v", code, body, err)
	}
	if code, body, err = p.ask("/healthz"); err != nil || code != http.StatusOK {
		t.Errorf("/healthz: %d %s %v", code, body, err)
	}
	var ready struct{ Ready bool }
	if s := p.status(); s.Ready || json.Unmarshal(body, &ready) != nil || ready.Ready {
		t.Errorf("the status says %+v", s)
	}
	if !p.running(newRecordedGuest(0).uuid) {
		t.Error("what is stored isn't shown")
	}

	began := time.Now()
	p.term()
	if took := time.Since(began); took > 12*time.Second {
		t.Errorf("it took %v to end", took)
	}
	p.start() // there is no room yet
	p.eventually("it waits for room", func() bool { return strings.Contains(p.said.String(), "no room") })
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	p.ready()
	want := int64(len(history.records) + 3)
	r := p.read()
	p.eventually("all records are there", func() bool {
		c, err := r.Counts(t.Context())
		return err == nil && c.Facts[fact.Record] >= want
	})
	var got []string
	for f, err := range r.Facts(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Kind == fact.Record {
			got = append(got, string(f.Text))
		}
	}
	sameLines(t, "records", got[3:], history.records)
	p.bounded()
	p.term()
}

// fill takes all the room that there is.
func fill(t *testing.T, ballast string) {
	t.Helper()
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for chunk := make([]byte, 4<<10); ; {
		if _, err := f.Write(chunk); err != nil {
			return
		}
	}
}
