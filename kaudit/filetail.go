package kaudit

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/virtaudit/virtaudit/record"
)

// maxTail is how far back from its end a file is read: a few of the longest
// lines.
const maxTail = 64 << 10

// catchUp learns the last serial number of a file that has grown or shrunk
// since this process wrote to it. Where it has none, other processes may have
// used up more, in a file that was rotated away, than this one knows of.
func (f *File) catchUp(ctx context.Context, size int64) error {
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
	if f.empty {
		last = f.rotatedSerial(ctx)
	}
	f.serials.last = max(f.serials.last, last)
	f.size = size
	return nil
}

// rotatedSerial gives the last serial number of the file that was rotated away
// before this one, if it is where auditd and logrotate move it. It may as well
// not be there, be compressed, or not be ours to read: then it is 0.
func (f *File) rotatedSerial(ctx context.Context) uint32 {
	name := f.path + ".1"
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() { // opening a pipe would wait
		return 0
	}
	file, err := os.Open(name)
	if err != nil {
		return 0
	}
	defer file.Close()
	waitForLast(ctx, file)
	info, err := file.Stat()
	if err != nil {
		return 0
	}
	from := max(info.Size()-maxTail, 0)
	tail := make([]byte, info.Size()-from)
	n, _ := file.ReadAt(tail, from)
	return lastSerial(tail[:n])
}

// waitForLast waits until another process has written the line that it was at
// when the file was rotated away. It doesn't wait long: somebody else may have
// another reason to lock that file.
func waitForLast(ctx context.Context, rotated *os.File) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	_ = lock(ctx, rotated) // until it is closed
}

// lastSerial gives the serial number of the last whole line that has one of the
// kernel's kind, or 0. That of a DAEMON record is auditd's own, which counts
// from another start.
func lastSerial(tail []byte) uint32 {
	for {
		end := bytes.LastIndexByte(tail, '\n')
		if end < 0 {
			return 0
		}
		tail = tail[:end]
		var r record.Record
		if r.Parse(tail[bytes.LastIndexByte(tail, '\n')+1:]) != nil || r.Type.Daemon() {
			continue
		}
		if n := r.Stamp.Serial; n > 0 && n <= maxSerial {
			return uint32(n)
		}
	}
}
