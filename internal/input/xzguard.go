package input

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

const xzMagic = "\xfd7zXZ\x00"

// The parts of an xz file whose size is fixed (The .xz File Format 1.2, 2.1.1
// and 2.1.2), and its one filter.
const (
	xzHeaderLen = 12
	xzFooterLen = 12
	xzCRCLen    = 4
	lzma2Filter = 0x21
)

var (
	errXzFormat = errors.New("invalid structure")
	errXzFilter = errors.New("uses another filter than LZMA2, which is not supported")
)

// An xzGuard passes an xz file on and refuses dictionaries beyond maxWindow,
// before the decoder sees them and allocates them.
//
// It walks from header to header: stream header, block header, LZMA2 chunks,
// index, footer. It checks no sum, as the decoder does that.
//
// Because the decoder allocates a new dictionary for each block, it also
// refuses files of many tiny blocks with large ones: these would cost far more
// time than their size justifies.
type xzGuard struct {
	br     *bufio.Reader
	left   int64 // bytes that may pass before the next step
	next   func() error
	check  int64  // the length of the sum after each block
	data   int64  // the bytes of the current block's or index's content so far
	fields uint64 // the numbers of the current index that are to come
	passed int64  // all bytes
	spent  int64  // all dictionaries
}

func newXzGuard(r io.Reader) *xzGuard {
	g := &xzGuard{br: bufio.NewReaderSize(r, maxHead)}
	g.next = g.stream
	return g
}

func (g *xzGuard) Read(p []byte) (int, error) {
	for g.left == 0 {
		if err := g.next(); err != nil {
			return 0, err
		}
	}
	n, err := g.br.Read(p[:min(int64(len(p)), g.left)])
	g.left -= int64(n)
	return n, err
}

// pass lets n bytes pass and goes on with next.
func (g *xzGuard) pass(n int64, next func() error) error {
	g.left, g.next = n, next
	g.passed += n
	return nil
}

// peek looks n bytes ahead. If they lack, what is there passes, and the
// decoder will say what it thinks of the end.
func (g *xzGuard) peek(n int) ([]byte, bool, error) {
	b, err := g.br.Peek(n)
	if err == nil {
		return b, true, nil
	}
	if len(b) == 0 {
		return nil, false, err
	}
	return nil, false, g.pass(int64(len(b)), func() error { return err })
}

// stream looks at a stream's header, or the padding before it.
func (g *xzGuard) stream() error {
	b, ok, err := g.peek(4)
	if !ok {
		return err
	}
	if binary.LittleEndian.Uint32(b) == 0 {
		return g.pass(4, g.stream)
	}
	if b, ok, err = g.peek(xzHeaderLen); !ok {
		return err
	}
	if string(b[:len(xzMagic)]) != xzMagic {
		return errXzFormat
	}
	switch id := b[7] & 0xf; id {
	case 0:
		g.check = 0
	default: // three ids in a row share a length: 4, 8, 16, 32, 64
		g.check = 4 << ((id - 1) / 3)
	}
	return g.pass(xzHeaderLen, g.block)
}

// block looks at a block's header.
func (g *xzGuard) block() error {
	b, ok, err := g.peek(1)
	if !ok {
		return err
	}
	if b[0] == 0 {
		g.data = 1
		return g.pass(1, g.indexLen)
	}
	if b, ok, err = g.peek((int(b[0]) + 1) * 4); !ok {
		return err
	}
	dict, err := xzDictionary(b)
	if err != nil {
		return err
	}
	g.spent += dict
	if dict > maxWindow || g.spent > 4*maxWindow+4096*g.passed {
		return errWindow
	}
	g.data = 0
	return g.pass(int64(len(b)), g.chunk)
}

// xzDictionary gives the size of the dictionary from a block's header.
func xzDictionary(header []byte) (int64, error) {
	flags, rest := header[1], header[2:len(header)-xzCRCLen]
	for range int(flags>>6&1) + int(flags>>7) { // the block's sizes, if given
		_, n := binary.Uvarint(rest)
		if n <= 0 {
			return 0, errXzFormat
		}
		rest = rest[n:]
	}
	if len(rest) < 3 {
		return 0, errXzFormat
	}
	if flags&3 != 0 || rest[0] != lzma2Filter || rest[1] != 1 {
		return 0, errXzFilter
	}
	bits := rest[2]
	if bits > 40 {
		return 0, errXzFormat
	}
	return int64(2|bits&1) << (bits/2 + 11), nil
}

// chunk looks at a chunk of LZMA2 data.
func (g *xzGuard) chunk() error {
	b, ok, err := g.peek(1)
	if !ok {
		return err
	}
	control := b[0]
	if control == 0 {
		return g.pass(1+padding(g.data+1)+g.check, g.block)
	}
	if control > 2 && control < 0x80 {
		return errXzFormat
	}
	if b, ok, err = g.peek(5); !ok { // no chunk is shorter, with what follows it
		return err
	}
	n := 3 + int64(binary.BigEndian.Uint16(b[1:])) + 1
	if control >= 0x80 {
		n = 5 + int64(binary.BigEndian.Uint16(b[3:])) + 1
	}
	if control >= 0xc0 {
		n++ // new properties
	}
	g.data += n
	return g.pass(n, g.chunk)
}

// padding gives what fills n bytes up to a multiple of four.
func padding(n int64) int64 { return -n & 3 }

// indexLen looks at the number of the index's records.
func (g *xzGuard) indexLen() error {
	n, size, err := g.uvarint()
	if size == 0 {
		return err
	}
	g.fields = 2 * n
	return g.pass(size, g.index)
}

// index looks at one of the two numbers of each record.
func (g *xzGuard) index() error {
	if g.fields == 0 {
		return g.pass(padding(g.data)+xzCRCLen+xzFooterLen, g.stream)
	}
	_, size, err := g.uvarint()
	if size == 0 {
		return err
	}
	g.fields--
	return g.pass(size, g.index)
}

// uvarint looks at a number; there are always more than its nine bytes to
// come, as the index's sum and the footer follow.
func (g *xzGuard) uvarint() (n uint64, size int64, err error) {
	b, ok, err := g.peek(9)
	if !ok {
		return 0, 0, err
	}
	n, k := binary.Uvarint(b)
	if k <= 0 {
		return 0, 0, errXzFormat
	}
	g.data += int64(k)
	return n, int64(k), nil
}
