package agent

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkAnswer is how long it takes from when a record is written to the log
// until the API's answer has it: on a host where nothing else happens, and on one
// with 500 other records a second.
func BenchmarkAnswer(b *testing.B) {
	for _, other := range []int{0, 500} {
		b.Run(fmt.Sprintf("beside-%d-records-a-second", other), func(b *testing.B) {
			p := newProcess(b)
			log := openLog(b, p.log)
			log.write(guestStarts("10")...)
			p.start()
			p.ready()
			stop := log.busy(other)
			var took []time.Duration
			for b.Loop() {
				disk := fmt.Sprintf("/srv/disk-%d", len(took))
				begun := time.Now()
				log.attach(disk)
				p.eventually("the API knows "+disk, func() bool { return p.holds(disk) })
				took = append(took, time.Since(begun))
			}
			stop()
			slices.Sort(took)
			b.ReportMetric(quantile(took, 0.50), "p50-ms")
			b.ReportMetric(quantile(took, 0.99), "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// quantile gives one of times in order, in milliseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	return sorted[int(q*float64(len(sorted)-1)+0.5)].Seconds() * 1000
}

// get asks the API, and tells whether there was an answer.
func (p *process) get(path string, out any) bool {
	code, body, err := p.ask(path)
	return err == nil && code == http.StatusOK && (out == nil || json.Unmarshal(body, out) == nil)
}

// holds asks whether somebody has held a disk.
func (p *process) holds(disk string) bool {
	var answer struct{ Items []json.RawMessage }
	return p.get("/api/v1/holdings?resource="+url.QueryEscape("disk:"+disk), &answer) && len(answer.Items) == 1
}

// writtenLog is a log that records are written to as they happen.
type writtenLog struct {
	tb   testing.TB
	file *os.File
	next chan int // serials
}

func openLog(tb testing.TB, path string) *writtenLog {
	tb.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	l := &writtenLog{tb: tb, file: f, next: make(chan int, 1)}
	l.next <- 1000
	tb.Cleanup(func() { f.Close() })
	return l
}

func (l *writtenLog) write(lines ...string) {
	if _, err := l.file.WriteString(strings.Join(lines, "\n") + "\n"); err != nil {
		l.tb.Error(err)
	}
}

func (l *writtenLog) attach(disk string) {
	serial := <-l.next
	now := time.Now().UnixMilli()
	fields := strings.Replace(guestFields, "%s", "resrc=disk reason=attach", 1) + `old-disk="?" new-disk="` + disk + `"`
	l.write(line("VIRT_RESOURCE", fmt.Sprintf("%d.%03d:%d", now/1000, now%1000, serial), fields))
	l.next <- serial + 1
}

// busy writes that many other records a second until it is stopped.
func (l *writtenLog) busy(perSecond int) (stop func()) {
	if perSecond == 0 {
		return func() {}
	}
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-over:
				return
			case <-tick.C:
				l.attach(fmt.Sprintf("/srv/other-%d", n))
			}
		}
	}()
	return func() { close(over); <-done }
}

// changesPerSecond is how often a guest of BenchmarkGuests changes.
const changesPerSecond = 10

// BenchmarkGuests is what the service takes of a processor and of memory while it
// watches 1,000 guests of libvirt with 20 devices each, with its default settings:
// in a sweep in which nothing has changed, and while disks come and go.
func BenchmarkGuests(b *testing.B) {
	for b.Loop() {
		p := newProcess(b)
		socket := filepath.Join(p.dir, "libvirt-sock")
		d := startLibvirt(b, socket, simulatedGuests())
		p.set("LIBVIRT=qemu:///system?socket=" + socket)
		p.start()
		begun := time.Now()
		p.waitFor(d, benchGuests)
		b.ReportMetric(time.Since(begun).Seconds(), "first-sweep-s")
		p.waitFor(d, 1) // the first sweep is at once, those after are spread
		idle := p.usage()
		p.waitFor(d, benchGuests)
		rest := p.usage()
		rest.since(idle).report(b, "idle")
		p.change(d, 15*time.Second)
		p.usage().since(rest).report(b, "changing")
		b.ReportMetric(0, "ns/op")
		p.term()
	}
}

// simulatedGuests are 1,000 guests.
func simulatedGuests() []*fakeGuest {
	guests := make([]*fakeGuest, benchGuests)
	for n := range guests {
		g := &fakeGuest{id: uint32(n + 1), name: fmt.Sprintf("guest-%d", n), xml: definition(n, benchDisks)}
		raw, _ := hex.DecodeString(strings.ReplaceAll(guestUUID(n), "-", ""))
		copy(g.uuid[:], raw)
		guests[n] = g
	}
	return guests
}

// waitFor waits until so many definitions more were asked for: a sweep takes half
// a minute, and there may be as much between two.
func (p *process) waitFor(d *fakeLibvirt, reads int) {
	p.t.Helper()
	end := time.Now().Add(2 * time.Minute)
	for until := d.asked() + reads; d.asked() < until; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("%d definitions were asked for, want %d; it said: %s", d.asked(), until, p.said.String())
		}
	}
}

// change attaches disks and detaches them again.
func (p *process) change(d *fakeLibvirt, long time.Duration) {
	tick := time.NewTicker(time.Second / changesPerSecond)
	defer tick.Stop()
	changes := int(long.Seconds() * changesPerSecond)
	for i := range changes {
		<-tick.C
		n := i * 37 % benchGuests
		d.redefine(n, definition(n, benchDisks-1), "virtio-disk11")
	}
}

// usage is what a process has used of a processor by some time, and has of
// memory.
type usage struct {
	at        time.Time
	cpu       time.Duration
	rss, peak float64 // MiB
}

// usage reads it from /proc.
func (p *process) usage() usage {
	p.t.Helper()
	dir := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		p.t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+2:]))
	var ticks int
	for _, field := range fields[11:13] { // utime and stime, in hundredths of a second
		n, err := strconv.Atoi(field)
		if err != nil {
			p.t.Fatal(err)
		}
		ticks += n
	}
	u := usage{at: time.Now(), cpu: time.Duration(ticks) * 10 * time.Millisecond}
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		p.t.Fatal(err)
	}
	for text := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(text, ":")
		kib, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
		switch name {
		case "VmRSS":
			u.rss = kib / 1024
		case "VmHWM":
			u.peak = kib / 1024
		}
	}
	return u
}

// usedSince is what was used of a core between two times, and the memory at the
// later.
type usedSince struct {
	usage
	core float64 // percent
}

func (u usage) since(before usage) usedSince {
	return usedSince{u, 100 * (u.cpu - before.cpu).Seconds() / u.at.Sub(before.at).Seconds()}
}

func (u usedSince) report(b *testing.B, when string) {
	b.ReportMetric(u.core, when+"-%core")
	b.ReportMetric(u.rss, when+"-MiB")
	b.ReportMetric(u.peak, "peak-MiB")
}
