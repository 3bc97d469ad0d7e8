package input

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// pack compresses text.
func pack(t testing.TB, format, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	var w io.WriteCloser
	var err error
	switch format {
	case "gzip":
		w = gzip.NewWriter(&buf)
	case "zstd":
		w, err = zstd.NewWriter(&buf)
	case "xz":
		w, err = xz.NewWriter(&buf)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err = io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err = w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// packWith compresses text with a program.
func packWith(t testing.TB, text string, command ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skipf("needs %s", command[0])
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(text)
	b, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v", command, err)
	}
	return b
}

// logText is text of about n bytes that compresses about as logs do.
func logText(n int) string {
	var b strings.Builder
	random := rand.New(rand.NewPCG(1, 2))
	for b.Len() < n {
		b.WriteString(line(strconv.FormatUint(random.Uint64(), 16)))
	}
	return b.String()
}

func TestUnpack(t *testing.T) {
	text := logText(1 << 20)
	for _, format := range []string{"gzip", "zstd", "xz"} {
		packed := pack(t, format, text)
		again := pack(t, format, line("again"))
		for name, tt := range map[string]struct {
			packed []byte
			want   string
		}{
			"one":   {packed, text},
			"two":   {append(bytes.Clone(packed), again...), text + line("again")},
			"empty": {append(pack(t, format, ""), again...), line("again")},
		} {
			r, err := source(t, tt.packed)
			if err != nil {
				t.Errorf("%s, %s: %v", format, name, err)
				continue
			}
			if got, err := io.ReadAll(r); string(got) != tt.want || err != nil {
				t.Errorf("%s, %s: got %d bytes of %d, %v", format, name, len(got), len(tt.want), err)
			}
		}
	}
}

// What the programs write with any of their levels is read.
func TestUnpackFromPrograms(t *testing.T) {
	text := logText(500 << 10)
	for _, command := range []string{
		"gzip -1", "gzip -9",
		"zstd -1", "zstd -19", "zstd --ultra -21", "zstd -T2 -3", "zstd --no-check",
		"xz -0", "xz -6", "xz -9e", "xz -T2 --block-size=100000", "xz -0 --check=none", "xz -0 --check=sha256", "xz -0 --check=crc32",
		"xz --lzma2=preset=0,dict=64MiB",
	} {
		t.Run(command, func(t *testing.T) {
			packed := packWith(t, text, append(strings.Fields(command), "-c")...)
			twice := append(bytes.Clone(packed), packed...)
			if strings.HasPrefix(command, "xz") {
				twice = append(bytes.Clone(packed), append(make([]byte, 8), packed...)...) // stream padding
			}
			r, err := source(t, twice)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); string(got) != text+text || err != nil {
				t.Errorf("got %d bytes of %d, %v", len(got), 2*len(text), err)
			}
		})
	}
}

// Only the chunk that is cut is lost: of xz, up to 64 KiB of compressed data.
func TestUnpackCutOff(t *testing.T) {
	text := logText(2 << 20)
	for _, format := range []string{"gzip", "zstd", "xz"} {
		packed := pack(t, format, text)
		for _, keep := range []int{len(packed) / 2, len(packed) - 1} {
			r, err := source(t, packed[:keep])
			if err != nil {
				t.Errorf("%s: %v", format, err)
				continue
			}
			got, err := io.ReadAll(r)
			if err == nil || err.Error() != "f: "+format+" data is cut off: unexpected EOF" {
				t.Errorf("%s: got %v", format, err)
			}
			if !strings.HasPrefix(text, string(got)) || len(got) < len(text)*keep/len(packed)*7/10 {
				t.Errorf("%s: only %d of %d bytes from %d of %d", format, len(got), len(text), keep, len(packed))
			}
		}
	}
}

func TestUnpackDamaged(t *testing.T) {
	text := logText(1 << 20)
	for _, format := range []string{"gzip", "zstd", "xz"} {
		packed := pack(t, format, text)
		packed[len(packed)*2/3] ^= 0x55
		r, err := source(t, packed)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		got, err := io.ReadAll(r)
		if err == nil || !strings.HasPrefix(err.Error(), "f: "+format+" data is ") {
			t.Errorf("%s: got %v", format, err)
		}
		if len(got) == 0 {
			t.Errorf("%s: nothing of what came before the damage", format)
		}
	}
	r, err := source(t, append(pack(t, "gzip", line("1")), "trailing garbage"...))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != line("1") || err == nil {
		t.Errorf("garbage after gzip: %q, %v", got, err)
	}
}

func TestUnpackSkippableFrameFirst(t *testing.T) {
	packed := append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"), pack(t, "zstd", line("1"))...)
	r, err := source(t, packed)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != line("1") || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

// wideZstd is a frame that asks for a window of 2 to the given power, of raw
// blocks.
func wideZstd(log int, text string) []byte {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, byte(log-10) << 3}
	b = append(b, byte(len(text)<<3|1), byte(len(text)>>5), byte(len(text)>>13))
	return append(b, text...)
}

func TestUnpackWindowIsBounded(t *testing.T) {
	single := append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0}, binary.LittleEndian.AppendUint64(nil, 1<<33)...)
	single = append(single, 1, 0, 0)
	for name, packed := range map[string][]byte{
		"zstd": wideZstd(27, line("1")), "zstd, 1 TiB": wideZstd(40, line("1")), "zstd, single": single,
	} {
		_, err := source(t, packed)
		if !errors.Is(err, errWindow) || err.Error() != "f: zstd: needs a window of more than 64 MiB to decompress" {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := source(t, wideZstd(26, line("1")))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != line("1") || err != nil {
		t.Errorf("64 MiB: %q, %v", got, err)
	}
}

// A decompression bomb costs time, but no memory.
func TestUnpackBomb(t *testing.T) {
	for _, format := range []string{"gzip", "zstd", "xz"} {
		packed := pack(t, format, strings.Repeat("\n", 64<<20))
		r, err := source(t, packed)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		n, err := io.Copy(io.Discard, r)
		runtime.ReadMemStats(&after)
		if n != 64<<20 || err != nil {
			t.Errorf("%s: %d bytes, %v", format, n, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 40<<20 {
			t.Errorf("%s: %d KiB of memory for %d bytes", format, used>>10, len(packed))
		}
	}
}

// Whatever the beginning says, reading ends and delivers no more than a
// multiple of what is there.
func FuzzOpen(f *testing.F) {
	for _, format := range []string{"gzip", "zstd", "xz"} {
		f.Add(pack(f, format, line("1")))
	}
	f.Add(wideZstd(26, "x"))
	f.Add([]byte(line("1")))
	f.Add([]byte("__CURSOR=a\n_TRANSPORT=audit\n\n"))
	f.Add([]byte(strings.Repeat("\x00", 300)))
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := source(t, content)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f: ") || strings.Count(err.Error(), "\n") > 0 {
				t.Errorf("the error is no line that names the source: %q", err)
			}
			return
		}
		n, err := io.Copy(io.Discard, io.LimitReader(r, 256<<20))
		if err != nil && !strings.HasPrefix(err.Error(), "f: ") {
			t.Errorf("the error does not name the source: %q", err)
		}
		if packingOf(content) == nil && !isExport(content) && n != int64(len(content)) {
			t.Errorf("%d bytes of %d", n, len(content))
		}
	})
}
