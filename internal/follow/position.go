package follow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// edge is how many bytes head and tail are of. A line of the log is shorter as a rule, so
// they contain a time and a serial, which no other place has.
const edge = 1024

// A position is how far a log was read: see the package comment.
type position struct {
	Version int    `json:"v"`
	Dev     uint64 `json:"dev"`
	Inode   uint64 `json:"ino"`
	At      int64  `json:"at"`
	Head    string `json:"head"`
	Tail    string `json:"tail"`
	Last    int64  `json:"last,omitempty"`
	Again   bool   `json:"again,omitempty"`
}

func (p position) encode() []byte {
	text, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("follow: position: %v", err)) // no field of it can fail
	}
	return text
}

// decodePosition reads a stored position. If it can't be used the error says why.
func decodePosition(text []byte) (position, error) {
	var p position
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return position{}, fmt.Errorf("position %.200q: %w", text, err)
	}
	switch _, err := d.Token(); {
	case !errors.Is(err, io.EOF):
		return position{}, fmt.Errorf("position %.200q: more than one", text)
	case p.Version != 1:
		return position{}, fmt.Errorf("position of version %d, of which only 1 is known", p.Version)
	case p.At <= 0 || len(p.Head) != 2*hashSize || len(p.Tail) != 2*hashSize:
		return position{}, fmt.Errorf("position %.200q: incomplete", text)
	}
	return p, nil
}

func (p position) last() time.Time {
	if p.Last == 0 {
		return time.Time{}
	}
	return time.UnixMilli(p.Last).UTC()
}

// hashSize is how many bytes of SHA-256 are kept.
const hashSize = 16

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:hashSize])
}

// edges are the first and the last bytes that were read of a file.
type edges struct {
	at         int64
	head, tail []byte
}

// add notes what was read next.
func (e *edges) add(text []byte) {
	e.at += int64(len(text))
	if room := edge - len(e.head); room > 0 {
		e.head = append(e.head, text[:min(room, len(text))]...)
	}
	if len(text) >= edge {
		e.tail = append(e.tail[:0], text[len(text)-edge:]...)
		return
	}
	e.tail = append(e.tail, text...)
	e.tail = append(e.tail[:0], e.tail[max(0, len(e.tail)-edge):]...)
}

// match reads a file from its beginning up to p.At, and tells whether it is the one of
// the position.
func (p position) match(r io.Reader) (edges, bool, error) {
	size := min(p.At, edge)
	e := edges{at: p.At, head: make([]byte, size), tail: make([]byte, size)}
	if whole, err := fill(r, e.head); !whole || hashOf(e.head) != p.Head {
		return edges{}, false, err
	}
	if p.At <= edge {
		copy(e.tail, e.head)
	} else if whole, err := e.readTail(r, p.At); !whole {
		return edges{}, false, err
	}
	return e, hashOf(e.tail) == p.Tail, nil
}

// readTail reads the bytes before at of a file whose head was read.
func (e *edges) readTail(r io.Reader, at int64) (whole bool, err error) {
	from := at - edge
	if from < edge { // they overlap
		n := copy(e.tail, e.head[from:])
		return fill(r, e.tail[n:])
	}
	if s, ok := r.(io.Seeker); ok {
		_, err = s.Seek(from, io.SeekStart)
	} else {
		_, err = io.CopyN(io.Discard, r, from-edge)
	}
	if err != nil {
		return false, notEnd(err)
	}
	return fill(r, e.tail)
}

// fill reads until into is full, and tells whether there was enough to read.
func fill(r io.Reader, into []byte) (whole bool, err error) {
	_, err = io.ReadFull(r, into)
	return err == nil, notEnd(err)
}

func notEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
