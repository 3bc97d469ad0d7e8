package follow

import (
	"bytes"
	"fmt"
	"time"
)

// consume takes the whole lines of a text, and tells whether there were any.
func (f *file) consume(text []byte, now time.Time) bool {
	whole := f.whole(text)
	if len(whole) == 0 {
		return false
	}
	f.found(text)
	switch {
	case f.passing:
		f.passing = whole[len(whole)-1] != '\n'
		f.batch.Bytes += int64(len(whole))
	case len(whole) == maxLine && bytes.IndexByte(whole, '\n') < 0 && bytes.IndexByte(whole, 0) < 0:
		f.passing = true
		f.batch.Bytes += int64(len(whole))
		f.problem(Problem{
			Kind: LongLine, Where: f.cur.path,
			Text: fmt.Sprintf("the line at byte %d is longer than %d bytes and passed over", f.cur.at, maxLine),
		})
	default:
		f.lines(bytes.TrimLeft(whole, "\x00"), now)
	}
	f.cur.took(whole)
	return true
}

// whole gives the part of a text that can be taken: whole lines, and no more than a batch
// may have. A line that is too long for the buffer is taken in parts. NULs, which a file
// system leaves after a power failure, end a line as well, so that they don't hide the
// lines after them.
func (f *file) whole(text []byte) []byte {
	if f.passing {
		if n := bytes.IndexByte(text, '\n'); n >= 0 {
			return text[:n+1]
		}
		return text[:min(len(text), maxLine)]
	}
	end, room := 0, max(1, maxRecords-len(f.batch.Records))
	for ; room > 0; room-- {
		n := bytes.IndexByte(text[end:], '\n')
		if n < 0 {
			break
		}
		end += n + 1
	}
	if end > 0 || len(text) < maxLine {
		return text[:end]
	}
	text = text[:maxLine]
	if n := bytes.LastIndexByte(text, 0); n >= 0 {
		return text[:n+1]
	}
	return text
}

// found reports a gap at the first line after it, which tells up to when it reaches.
func (f *file) found(text []byte) {
	if f.gap == nil {
		return
	}
	if at, ok := firstStamp(text); ok {
		f.gap.To = at.Time()
	}
	f.problem(*f.gap)
	f.gap = nil
}

// finish takes what the file that is left has after its last newline.
func (f *file) finish(now time.Time) {
	passing := f.passing
	f.passing = false // the line ends with its file
	text, err := f.cur.next(f.buf)
	if err != nil || len(text) == 0 || len(text) >= maxLine {
		return
	}
	if !passing {
		f.lines(bytes.TrimLeft(text, "\x00"), now)
	}
	f.cur.took(text)
}
