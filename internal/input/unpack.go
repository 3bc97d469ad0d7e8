package input

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// maxWindow is the most memory that a compressed file can ask for.
const maxWindow = 64 << 20

// A packing is a way to compress a file.
type packing struct {
	name  string
	magic string // the first bytes; a dot stands for any byte
	open  func(io.Reader) (io.Reader, error)
}

var packings = []packing{
	{"gzip", "\x1f\x8b\x08", openGzip},
	{"zstd", "\x28\xb5\x2f\xfd", openZstd},
	{"zstd", ".\x2a\x4d\x18", openZstd}, // a skippable frame, as pzstd writes first
	{"xz", xzMagic, openXz},
}

func packingOf(head []byte) *packing {
	for i, p := range packings {
		if hasMagic(head, p.magic) {
			return &packings[i]
		}
	}
	return nil
}

func hasMagic(head []byte, magic string) bool {
	if len(head) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '.' && head[i] != magic[i] {
			return false
		}
	}
	return true
}

func openGzip(r io.Reader) (io.Reader, error) {
	return gzip.NewReader(bufio.NewReaderSize(r, maxHead))
}

// openZstd decodes in the reader's own goroutine, so there is nothing to close.
func openZstd(r io.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
}

// openXz guards the decoder: its DictCap is the least that it allocates, and
// what the file asks for has no limit.
func openXz(r io.Reader) (io.Reader, error) {
	return xz.ReaderConfig{DictCap: lzma.MinDictCap}.NewReader(newXzGuard(r))
}
