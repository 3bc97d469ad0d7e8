package loggen

import (
	"bufio"
	"io"
)

// output counts what it writes and keeps the first error.
type output struct {
	w            *bufio.Writer
	bytes, lines int64
	err          error
}

func newOutput(w io.Writer) *output {
	return &output{w: bufio.NewWriterSize(w, 1<<20)}
}

// write takes whole lines.
func (o *output) write(b []byte, lines int) {
	if o.err != nil {
		return
	}
	_, o.err = o.w.Write(b)
	o.bytes += int64(len(b))
	o.lines += int64(lines)
}

func (o *output) close() error {
	if o.err != nil {
		return o.err
	}
	return o.w.Flush()
}
