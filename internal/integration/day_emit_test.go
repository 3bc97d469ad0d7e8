//go:build linux

package integration

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/virtaudit/virtaudit/record"
)

// The record of an RNG that is attached while its guest runs, which libvirt
// leaves out, is sent once, as libvirt should have: also when the service is
// started anew. The trail has it, and nothing is amiss any more.
func TestDayEmit(t *testing.T) {
	d := &day{host: startDayHost(t), uuids: map[string]string{}}
	d.host.bootable(t, "srv/vm/base.raw")
	d.service = startDayService(t, d.host, "emit: missing")
	d.service.watching(t)
	d.define(t, "vault", `<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>`)
	d.host.virsh(t, "start", "vault")
	d.step(t, "RNG attached", "vault", d.device(t, "attach-device", "vault", dayRNG), holds("rng", "/dev/random", "libvirt, proc"))
	eventually(t, patience, "the trail has the record", func() bool {
		return slices.ContainsFunc(d.service.told(t).events, func(e dayEvent) bool {
			return e.By == "" && e.Op == "attach" && e.Resource.String() == "rng /dev/random"
		})
	})
	sender := d.service.cmd.Process.Pid
	d.onlyRecord(t, sender)

	d.service.stop(t)
	d.service.start(t)
	d.service.watching(t)
	time.Sleep(2 * dayWindow) // for what must not happen
	d.onlyRecord(t, sender)
	if again := d.host.log.virtOf(t, d.service.cmd.Process.Pid); len(again) > 0 {
		t.Errorf("after its restart the service has sent %s", again[0].Append(nil))
	}
	for _, f := range d.service.told(t).findings {
		if f.Kind != "source-unwatched" {
			t.Errorf("%s", f.String())
		}
	}
	d.commands(t)
}

// onlyRecord checks that the service has sent one record, libvirt's own words.
func (d *day) onlyRecord(t *testing.T, sender int) {
	t.Helper()
	sent := d.host.log.virtOf(t, sender)
	if len(sent) != 1 {
		t.Fatalf("%d records were sent, want one", len(sent))
	}
	want := `virt=` + virtType() + ` resrc=rng reason=attach vm="vault" uuid=` + d.uuids["vault"] + ` old-rng="?" new-rng="/dev/random"`
	if got := string(sent[0].AppendMessage(nil)); got != want || sent[0].Type != record.VirtResource || sent[0].Result != record.Success {
		t.Errorf("sent was %s %s, want %s", sent[0].Type, got, want)
	}
	found := run(t, "ausearch", "-if", d.host.log.path, "-m", "VIRT_RESOURCE", "-p", strconv.Itoa(sender), "-i")
	if n := bytes.Count(found, []byte("type=VIRT_RESOURCE")); n != 1 || !bytes.Contains(found, []byte("new-rng=/dev/random")) {
		t.Errorf("ausearch finds %d: %s", n, found)
	}
}

// commands checks that those that take a store answer from it, beside the
// service and without it.
func (d *day) commands(t *testing.T) {
	t.Helper()
	store := d.service.path("trail.db")
	status := string(d.service.program.run(t, nil, "status", "--config", d.service.path("config.yaml")))
	for _, want := range []string{"demo", "libvirt qemu:///system", "proc"} {
		if !strings.Contains(status, want) {
			t.Errorf("status lacks %q:\n%s", want, status)
		}
	}
	beside := d.ask(t, store)
	d.service.stop(t)
	if alone := d.ask(t, store); alone != beside {
		t.Errorf("with the service\n%s\nwithout\n%s", beside, alone)
	}
}

func (d *day) ask(t *testing.T, store string) string {
	t.Helper()
	who := string(d.service.program.run(t, nil, "who", "--store="+store, "/dev/random"))
	if !strings.Contains(who, "vault") {
		t.Errorf("who holds /dev/random: %s", who)
	}
	return who + string(d.service.program.run(t, nil, "sessions", "--store="+store)) +
		string(d.service.program.run(t, nil, "findings", "--store="+store))
}
