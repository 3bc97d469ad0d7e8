package kaudit

import (
	"bytes"
	"errors"
	"io"

	"github.com/virtaudit/virtaudit/record"
)

// maxTail is how far back from its end a file is read: a few of the longest
// lines.
const maxTail = 64 << 10

// catchUp learns the last serial number of a file that has grown or shrunk
// since this process wrote to it. In a file without any the numbers begin anew,
// as other processes may have used up more in those that were rotated away than
// this one knows of.
func (f *File) catchUp(size int64) error {
	if size == f.size {
		return nil
	}
	from := max(size-maxTail, 0)
	grown := f.size >= 0 && f.size < size
	if grown {
		from = max(from, f.size)
	}
	tail := make([]byte, size-from)
	if n, err := f.file.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return err
	} else if n < len(tail) {
		return io.ErrUnexpectedEOF
	}
	f.torn = len(tail) > 0 && tail[len(tail)-1] != '\n'
	last := lastSerial(tail)
	f.empty = last == 0 && (f.empty || !grown)
	f.serials.last = max(f.serials.last, last)
	f.size = size
	return nil
}

// lastSerial gives the serial number of the last whole line that has one, or 0.
func lastSerial(tail []byte) uint64 {
	for {
		end := bytes.LastIndexByte(tail, '\n')
		if end < 0 {
			return 0
		}
		tail = tail[:end]
		var r record.Record
		if r.Parse(tail[bytes.LastIndexByte(tail, '\n')+1:]) == nil {
			return r.Stamp.Serial
		}
	}
}
