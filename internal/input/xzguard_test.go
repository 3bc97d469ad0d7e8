package input

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"
)

// Where the first block's header lies in what pack writes, and its parts.
const (
	xzBlock = xzHeaderLen
	xzProp  = xzBlock + 4 // after its size, its flags, the filter and the length of
)

// patchXz changes a byte of the first block's header, and its sum.
func patchXz(packed []byte, at int, value byte) []byte {
	packed = bytes.Clone(packed)
	packed[at] = value
	header := packed[xzBlock : xzBlock+(int(packed[xzBlock])+1)*4]
	sum := header[len(header)-xzCRCLen:]
	binary.LittleEndian.PutUint32(sum, crc32.ChecksumIEEE(header[:len(header)-xzCRCLen]))
	return packed
}

// dictionary gives the byte that stands for a dictionary of 2 to the power n.
func dictionary(n byte) byte { return 2 * (n - 12) }

func TestXzDictionaryIsBounded(t *testing.T) {
	good := pack(t, "xz", line("1"))
	r, err := source(t, patchXz(good, xzProp, dictionary(26)))
	if err != nil {
		t.Fatalf("64 MiB: %v", err)
	}
	if text, err := io.ReadAll(r); string(text) != line("1") || err != nil {
		t.Errorf("64 MiB: got %q, %v", text, err)
	}
	for _, bits := range []byte{dictionary(26) + 1, dictionary(27), 40} {
		_, err := source(t, patchXz(good, xzProp, bits))
		if !errors.Is(err, errWindow) || err.Error() != "f: xz: needs a window of more than 64 MiB to decompress" {
			t.Errorf("dictionary %d: %v", bits, err)
		}
	}
	r, err = source(t, append(bytes.Clone(good), patchXz(good, xzProp, dictionary(31))...))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); string(text) != line("1") || !errors.Is(err, errWindow) {
		t.Errorf("in the second stream: got %q, %v", text, err)
	}
}

func TestXzManyDictionaries(t *testing.T) {
	many := bytes.Repeat(patchXz(pack(t, "xz", "x"), xzProp, dictionary(25)), 1000)
	n, err := io.Copy(io.Discard, newXzGuard(bytes.NewReader(many)))
	if !errors.Is(err, errWindow) || n == 0 {
		t.Errorf("%d bytes passed, %v", n, err)
	}
	small := bytes.Repeat(patchXz(pack(t, "xz", "x"), xzProp, dictionary(18)), 1000)
	if n, err := io.Copy(io.Discard, newXzGuard(bytes.NewReader(small))); err != nil || n != int64(len(small)) {
		t.Errorf("small ones: %d of %d bytes passed, %v", n, len(small), err)
	}
}

func TestXzOtherFilter(t *testing.T) {
	const filterID = xzBlock + 2
	_, err := source(t, patchXz(pack(t, "xz", line("1")), filterID, 4))
	if err == nil || err.Error() != "f: xz: uses another filter than LZMA2, which is not supported" {
		t.Errorf("got %v", err)
	}
}

// The guard knows where each part of a file ends: it looks at the header of a
// block that follows any other part.
func TestXzGuardFollows(t *testing.T) {
	good := pack(t, "xz", logText(3<<20))
	for name, first := range map[string][]byte{
		"stream":         good,
		"padded stream":  append(bytes.Clone(good), make([]byte, 12)...),
		"empty stream":   pack(t, "xz", ""),
		"no compression": packWith(t, string(good), "xz", "-0c", "-T2", "--block-size=70000"),
	} {
		bad := append(bytes.Clone(first), patchXz(good, xzProp, 40)...)
		n, err := io.Copy(io.Discard, newXzGuard(bytes.NewReader(bad)))
		if want := int64(len(first) + xzHeaderLen); n != want || !errors.Is(err, errWindow) {
			t.Errorf("after a %s: %d bytes passed, want %d, %v", name, n, want, err)
		}
	}
}

func TestXzGuardRefusesNonsense(t *testing.T) {
	good := pack(t, "xz", line("1"))
	size := (int(good[xzBlock]) + 1) * 4
	for name, b := range map[string][]byte{
		"magic":      append([]byte("xz"), good[2:]...),
		"flags":      patchXz(good, xzBlock+1, 3),
		"dictionary": patchXz(good, xzProp, 41),
		"chunk":      append(bytes.Clone(good[:xzBlock+size]), strings.Repeat("\x03", 50)...),
		"index": append(bytes.Clone(pack(t, "xz", "")[:xzHeaderLen]),
			"\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"...),
	} {
		if _, err := io.Copy(io.Discard, newXzGuard(bytes.NewReader(b))); err == nil {
			t.Errorf("%s: passed", name)
		}
	}
}

func FuzzXzGuard(f *testing.F) {
	f.Add(pack(f, "xz", line("1")))
	f.Add(append(pack(f, "xz", ""), make([]byte, 8)...))
	f.Add(patchXz(pack(f, "xz", line("1")), xzProp, 40))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := io.ReadAll(newXzGuard(bytes.NewReader(content)))
		if !bytes.HasPrefix(content, got) {
			t.Error("the guard changed the data")
		}
		if err == nil && len(got) != len(content) {
			t.Errorf("%d bytes of %d passed without an error", len(got), len(content))
		}
	})
}
