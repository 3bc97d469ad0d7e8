//go:build linux

package proc

import (
	"fmt"
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// guests is how many there are on a big host, each looked at once a minute.
const guests = 1000

// BenchmarkSweep looks at as many processes as there are guests, each with what
// a QEMU has open: 60 descriptors. percent-of-core is what that takes at a
// sweep a minute.
func BenchmarkSweep(b *testing.B) {
	p := likeQEMU(b)
	benchmarkMinutes(b, func() {
		sweep := Local().Sweep()
		for range guests {
			if _, err := sweep.Look(b.Context(), p); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkMaps reads as many address spaces.
func BenchmarkMaps(b *testing.B) {
	p := self(b)
	benchmarkMinutes(b, func() {
		sweep := Local().Sweep()
		for range guests {
			if _, err := sweep.Maps(b.Context(), p); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkFind finds as many guests, known and not.
func BenchmarkFind(b *testing.B) {
	f := newFake(b)
	for pid := 1; pid <= guests; pid++ {
		f.process(pid, 0, "/usr/bin/qemu-system-x86_64", "qemu", "-name", fmt.Sprint("guest=", pid), "-uuid", uuid)
	}
	h := f.host()
	found := func(known []Process) []Process {
		found, err := h.Find(b.Context(), known)
		if err != nil || len(found.Processes) != guests {
			b.Fatal(len(found.Processes), err)
		}
		return found.Processes
	}
	known := found(nil)
	b.Run("new", func(b *testing.B) { benchmarkMinutes(b, func() { found(nil) }) })
	b.Run("known", func(b *testing.B) { benchmarkMinutes(b, func() { found(known) }) })
}

// benchmarkMinutes measures the time of a processor that f takes, done once a
// minute.
func benchmarkMinutes(b *testing.B, f func()) {
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		f()
	}
	used := processorTime(b) - before
	b.ReportMetric(100*used.Seconds()/float64(b.N)/60, "percent-of-core")
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// likeQEMU opens what a QEMU has open, in this process.
func likeQEMU(b *testing.B) Process {
	b.Helper()
	dir := b.TempDir()
	keep := func(fd int, err error) {
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { unix.Close(fd) })
	}
	for range 35 {
		keep(unix.Eventfd(0, unix.EFD_CLOEXEC))
	}
	for i := range 12 {
		keep(unix.Open(filepath.Join(dir, fmt.Sprint("disk", i)), unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o600))
	}
	for _, name := range []string{"/dev/null", "/dev/urandom", "/dev/zero"} {
		keep(unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0))
	}
	keep(unix.MemfdCreate("memory-backend-memfd", unix.MFD_CLOEXEC))
	for i := range 4 {
		name := filepath.Join(dir, fmt.Sprint("socket", i))
		l, err := net.Listen("unix", name)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { l.Close() })
		c, err := net.Dial("unix", name)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
	}
	return self(b)
}
