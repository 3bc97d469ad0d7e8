package cli

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/auditlog"
	"github.com/virtaudit/virtaudit/record"
)

// scanned gives the lines and the counts of a scanning function.
func scanned(t *testing.T, scan func(use) (auditlog.Stats, error)) ([]string, auditlog.Stats) {
	t.Helper()
	var lines []string
	stats, err := scan(func(line []byte, r *record.Record) {
		lines = append(lines, string(line))
		if want := new(record.Record); (want.Parse(line) == nil) != (r != nil) || r != nil && string(r.Append(nil)) != string(line) {
			t.Errorf("a line doesn't come with its record: %.80s", line)
		}
		if r != nil { // it may be changed
			*r = record.Record{}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines, stats
}

// A file that is read in chunks gives what it gives as a stream, wherever the
// chunks' borders fall.
func TestScanFileIsScanStream(t *testing.T) {
	long := "type=VIRT_CONTROL msg=audit(1.000:7): " + strings.Repeat("x", 300<<10)
	tooLong := "type=VIRT_CONTROL msg=audit(1.000:8): " + strings.Repeat("y", auditlog.MaxLine+chunkSize)
	for seed := range uint64(12) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		var log bytes.Buffer
		for n := 0; log.Len() < int(seed)*chunkSize; n++ {
			switch rnd.IntN(400) {
			case 0:
				log.WriteString(strings.Repeat("\n", rnd.IntN(9)))
			case 1:
				log.WriteString(long + "\n")
			case 2:
				if seed%3 == 0 {
					log.WriteString(tooLong + "\n")
				}
			default:
				typ := [...]string{"VIRT_CONTROL", "SYSCALL"}[rnd.IntN(2)]
				fmt.Fprintf(&log, "type=%s msg=audit(1.000:%d): %s\n", typ, n, strings.Repeat("z", rnd.IntN(2000)))
			}
		}
		if seed%2 == 0 {
			log.WriteString("type=VIRT_CONTROL msg=audit(1.000:9): unfinished")
		}
		text := log.Bytes()
		want, wantStats := scanned(t, func(use use) (auditlog.Stats, error) {
			return scanStream(bytes.NewReader(text), use)
		})
		got, gotStats := scanned(t, func(use use) (auditlog.Stats, error) {
			return scanFile(bytes.NewReader(text), int64(len(text)), use)
		})
		if !slices.Equal(got, want) || gotStats != wantStats {
			t.Fatalf("seed %d: %d lines, %+v, want %d, %+v", seed, len(got), gotStats, len(want), wantStats)
		}
	}
}

// What is appended while a file is read is read too, and a line that was not
// finished when its size was taken comes whole.
func TestScanFileThatGrows(t *testing.T) {
	text := strings.Repeat("type=VIRT_CONTROL msg=audit(1.000:1): a\n", 3*chunkSize/40)
	for _, cut := range []int{len(text), len(text) - 7, len(text) - chunkSize - 7, chunkSize, chunkSize + 1, 1} {
		lines, stats := scanned(t, func(use use) (auditlog.Stats, error) {
			return scanFile(strings.NewReader(text), int64(cut), use)
		})
		if len(lines) != strings.Count(text, "\n") || stats.Bytes != int64(len(text)) {
			t.Errorf("size %d of %d: %d lines, %+v", cut, len(text), len(lines), stats)
		}
	}
}

// A file that is cut short while it is read ends there.
func TestScanFileThatShrinks(t *testing.T) {
	text := strings.Repeat("type=VIRT_CONTROL msg=audit(1.000:1): a\n", 3*chunkSize/40)
	lines, _ := scanned(t, func(use use) (auditlog.Stats, error) {
		return scanFile(strings.NewReader(text[:chunkSize+chunkSize/2]), int64(len(text)), use)
	})
	if len(lines) == 0 || len(lines) > strings.Count(text, "\n")/2+1 {
		t.Errorf("%d lines", len(lines))
	}
}

type failingAt struct {
	io.ReaderAt
	from int64
}

func (f failingAt) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.from {
		return 0, os.ErrDeadlineExceeded
	}
	return f.ReaderAt.ReadAt(b, at)
}

func TestScanFileThatBreaks(t *testing.T) {
	text := strings.Repeat("type=VIRT_CONTROL msg=audit(1.000:1): a\n", 5*chunkSize/40)
	n := 0
	_, err := scanFile(failingAt{strings.NewReader(text), 2 * chunkSize}, int64(len(text)), func([]byte, *record.Record) { n++ })
	if err == nil || n == 0 {
		t.Errorf("%d lines, error %v", n, err)
	}
}

func BenchmarkScanFile(b *testing.B) {
	name := filepath.Join(b.TempDir(), "audit.log")
	line := "type=SYSCALL msg=audit(1363099126.643:1): " + strings.Repeat("a=b ", 50) + "\n"
	if err := os.WriteFile(name, []byte(strings.Repeat(line, 64<<20/len(line))), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	b.SetBytes(64 << 20)
	for b.Loop() {
		if _, err := scanFile(f, 64<<20, func([]byte, *record.Record) {}); err != nil {
			b.Fatal(err)
		}
	}
}
