package libvirt

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// thousand are guests with definitions as long as real ones.
func thousand() (guests []*fakeGuest) {
	devices := strings.Repeat("<controller type='usb' model='qemu-xhci'><address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/></controller>", 60)
	for i := range 1000 {
		g := newFake(fmt.Sprintf("guest-%d", i))
		g.xml = strings.Replace(g.xml, "<devices>", "<devices>"+devices, 1)
		guests = append(guests, g)
	}
	return guests
}

// BenchmarkSweep reads 1,000 guests that are as they were. Its processor time
// has that of the fake daemon in it. A sweep of 30 s may take 1.5 s of it, 5 %
// of a core.
func BenchmarkSweep(b *testing.B) {
	d := startDaemon(b, thousand()...)
	s := newSession(b, d, Config{})
	sweepAll(b, s)
	if len(s.known) != 1000 {
		b.Fatalf("%d guests are known", len(s.known))
	}
	begun := processorTime(b)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		sweepAll(b, s)
	}
	used := processorTime(b) - begun
	b.ReportMetric(used.Seconds()*1000/float64(b.N), "cpu-ms/sweep")
	b.ReportMetric(used.Seconds()/float64(b.N)/30*100, "%core")
}

func sweepAll(b *testing.B, s *session) {
	b.Helper()
	guests, err := s.client.guests()
	if err != nil {
		b.Fatal(err)
	}
	for _, g := range guests {
		if err := s.read(g); err != nil {
			b.Fatal(err)
		}
	}
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
