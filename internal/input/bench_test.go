package input

import (
	"io"
	"os"
	"strings"
	"testing"
)

// benchRead writes a file and reads it in blocks of 1 MiB, as a scanner does.
func benchRead(b *testing.B, open func(name string) (io.ReadCloser, error), content []byte, size int64) {
	b.Helper()
	b.Chdir(b.TempDir())
	if err := os.WriteFile("audit.log", content, 0o644); err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 1<<20)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		r, err := open("audit.log")
		if err != nil {
			b.Fatal(err)
		}
		var n int64
		for err == nil {
			var k int
			k, err = r.Read(buf)
			n += int64(k)
		}
		r.Close()
		if n != size {
			b.Fatalf("%d bytes of %d, %v", n, size, err)
		}
	}
}

func expandAndOpen(name string) (io.ReadCloser, error) {
	sources, errs := Expand([]string{name}, Options{})
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return sources[0].Open()
}

func openStdin(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	sources, _ := Expand([]string{"-"}, Options{Stdin: f})
	r, err := sources[0].Open()
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{r, f}, nil
}

func BenchmarkRead(b *testing.B) {
	text := logText(32 << 20)
	size := int64(len(text))
	b.Run("os.File", func(b *testing.B) {
		benchRead(b, func(name string) (io.ReadCloser, error) { return os.Open(name) }, []byte(text), size)
	})
	b.Run("plain", func(b *testing.B) { benchRead(b, expandAndOpen, []byte(text), size) })
	b.Run("stdin", func(b *testing.B) { benchRead(b, openStdin, []byte(text), size) })
	for _, format := range []string{"gzip", "zstd", "xz"} {
		text := text[:strings.LastIndexByte(text[:4<<20], '\n')]
		b.Run(format, func(b *testing.B) {
			benchRead(b, expandAndOpen, pack(b, format, text), int64(len(text)))
		})
	}
}
