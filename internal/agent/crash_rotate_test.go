package agent

import (
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
)

// rotate moves the logs on as auditd does, or logrotate with compression, or who
// copies the log and removes it.
func (h *host) rotate() {
	h.t.Helper()
	h.moveOn()
	first := h.log + ".1"
	switch rand.IntN(3) {
	case 0:
		h.rename(h.log, first)
	case 1:
		h.rename(h.log, first)
		h.compress(first)
	case 2:
		h.copy(h.log, first)
		h.remove(h.log)
	}
}

// moveOn makes room for another rotated log.
func (h *host) moveOn() {
	h.t.Helper()
	for n := h.rotated; n > 0; n-- {
		for _, ending := range []string{"", ".gz"} {
			from := fmt.Sprintf("%s.%d%s", h.log, n, ending)
			if _, err := os.Stat(from); err == nil {
				h.rename(from, fmt.Sprintf("%s.%d%s", h.log, n+1, ending))
			}
		}
	}
	h.rotated++
}

// copyTruncate copies the log and cuts it, as logrotate does with copytruncate. Who
// reads the log knows that by what was read of it, so something must have been.
func (h *host) copyTruncate() {
	h.t.Helper()
	if info, err := os.Stat(h.log); err != nil || info.Size() == 0 {
		return
	}
	h.moveOn()
	h.copy(h.log, h.log+".1")
	if err := os.Truncate(h.log, 0); err != nil {
		h.t.Fatal(err)
	}
}

// copy copies a file in two steps.
func (h *host) copy(from, to string) {
	h.t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		h.t.Fatal(err)
	}
	h.pour(to, text, func(f *os.File) io.WriteCloser { return f })
}

// compress compresses a file and removes it.
func (h *host) compress(path string) {
	h.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		h.t.Fatal(err)
	}
	h.pour(path+".gz", text, func(f *os.File) io.WriteCloser { return gzip.NewWriter(f) })
	h.remove(path)
}

func (h *host) pour(to string, text []byte, through func(*os.File) io.WriteCloser) {
	h.t.Helper()
	f, err := os.Create(to)
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	w := through(f)
	for _, part := range [][]byte{text[:len(text)/2], text[len(text)/2:]} {
		if _, err := w.Write(part); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) remove(path string) {
	h.t.Helper()
	if err := os.Remove(path); err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) rename(from, to string) {
	h.t.Helper()
	if err := os.Rename(from, to); err != nil {
		h.t.Fatal(err)
	}
}
