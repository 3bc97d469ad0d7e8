//go:build linux

package integration

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// What became of real guests is what virtaudit tells of them.
func TestGuests(t *testing.T) {
	log := recordAudit(t, "log_format = ENRICHED")
	host := startLibvirtd(t)

	web := host.define(t, "it's web 1")
	data := host.image(t, "data vm-pid=1' res=failed é.img")
	web.start(t)
	web.attach(t, data)
	web.detach(t, data)
	web.destroy(t)

	broken := host.define(t, "broken", "-no-such-option")
	broken.failToStart(t)

	crashed := host.define(t, "crashed")
	crashed.start(t)
	crashed.crash(t)

	running := host.define(t, "läuft")
	running.start(t)

	log.waitFor(t, host.pid, "the last start", func(r *record.Record) bool {
		return r.Type == record.VirtControl && isOf(r, running.UUID)
	})
	file, text := log.save(t, host.pid)
	virtaudit := build(t)
	sessions := virtaudit.sessions(t, file)

	t.Run("sessions", func(t *testing.T) {
		sameStories(t, sessions,
			web.story("closed", "booted to destroyed", held(web, "stop"), "disk "+data+", attach to detach", quantities),
			broken.story("failed", "booted to start failed", tried(broken)),
			crashed.story("closed", "booted to failed", held(crashed, "stop"), quantities),
			running.story("running", "booted to -", held(running, "-"), quantities),
		)
	})
	t.Run("proofs", func(t *testing.T) {
		log := readEvents(t, text)
		for _, s := range sessions {
			log.proveSession(t, &s)
			log.compareCited(t, &s)
		}
	})
	t.Run("summary", func(t *testing.T) {
		compareSummary(t, virtaudit.summary(t, file), text)
	})
	t.Run("ausearch", func(t *testing.T) {
		sessionsThroughAusearch(t, virtaudit, file)
		namesAsAusearch(t, sessions, file)
	})
	t.Run("auvirt", func(t *testing.T) {
		startsAndStopsAsAuvirt(t, virtaudit, file)
	})
}

// story tells a machine's session in the words of session.story.
func (m *machine) story(state, fromTo string, parts ...string) string {
	return strings.Join(append([]string{
		fmt.Sprintf("%s %s, process %d, %s", state, m.Name, m.pid, fromTo),
		"label of dac",
	}, parts...), "\n")
}

// quantities are those of every machine.
const quantities = "mem 65536\nvcpu 1"

// held tells what every machine holds from its start on.
func held(m *machine, to string) string {
	return fmt.Sprintf("disk %s, start to %[2]s\nnet %[3]s, start to %[2]s\nrng /dev/urandom, start to %[2]s", m.Disk, to, m.MAC)
}

// tried tells what every machine would have held.
func tried(m *machine) string {
	return fmt.Sprintf("start of disk %s failed\nstart of net %s failed\nstart of rng /dev/urandom failed\nstart of mem 65536 failed\nstart of vcpu 1 failed", m.Disk, m.MAC)
}

func sameStories(t *testing.T, sessions []session, want ...string) {
	t.Helper()
	var got []string
	for _, s := range sessions {
		got = append(got, s.story())
	}
	if !slices.Equal(got, want) {
		t.Errorf("the sessions are\n\n%s\n\nwant\n\n%s", strings.Join(got, "\n\n"), strings.Join(want, "\n\n"))
	}
}

// compareSummary holds a summary to what was done in TestGuests, and its counts
// to the lines of the log.
func compareSummary(t *testing.T, s summary, log []byte) {
	t.Helper()
	if s.Starts != 3 || s.FailedStarts != 1 || s.Stops != 2 || s.StopsWithoutStart != 0 || s.FailedOperations != 1 || s.GuestAnomalies != 1 {
		t.Errorf("%+v; want 3 starts, 1 failed, 2 stops, none without start, 1 failed operation, 1 anomaly", s)
	}
	if want := map[string]int{"closed": 2, "failed": 1, "running": 1, "lost": 0}; !maps.Equal(s.Sessions, want) {
		t.Errorf("sessions %v, want %v", s.Sessions, want)
	}
	maps.DeleteFunc(s.Records, func(name string, _ int) bool { return !strings.HasPrefix(name, "VIRT_") })
	if want := countMatches(log, `(?m)^(?:node=\S+ )?type=(VIRT_\w+) `); !maps.Equal(s.Records, want) {
		t.Errorf("records %v, want %v", s.Records, want)
	}
	if want := countMatches(log, `type=VIRT_RESOURCE .* resrc=(\S+) `); !maps.Equal(s.Resources, want) {
		t.Errorf("resources %v, want %v", s.Resources, want)
	}
}
