package loggen

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// Split cuts a log of that many bytes at ends of lines into that many files of
// about the same size, named as auditd's rotation leaves them: audit.log.N,
// the oldest, comes first, and audit.log last. create makes each of them, for
// example with os.Create in some folder.
func Split(log io.Reader, size int64, files int, create func(name string) (io.WriteCloser, error)) error {
	r := bufio.NewReaderSize(log, 1<<20)
	for i := files - 1; i >= 0; i-- {
		share := size / int64(files)
		if i == 0 {
			share = size
		}
		if err := writePart(rotatedName(i), r, share, create); err != nil {
			return err
		}
	}
	return nil
}

func rotatedName(i int) string {
	if i == 0 {
		return "audit.log"
	}
	return fmt.Sprintf("audit.log.%d", i)
}

func writePart(name string, r *bufio.Reader, size int64, create func(string) (io.WriteCloser, error)) error {
	w, err := create(name)
	if err != nil {
		return fmt.Errorf("split: %w", err)
	}
	if err := errors.Join(copyLines(w, r, size), w.Close()); err != nil {
		return fmt.Errorf("split: %s: %w", name, err)
	}
	return nil
}

// copyLines copies size bytes, and then to the end of the line.
func copyLines(w io.Writer, r *bufio.Reader, size int64) error {
	if _, err := io.CopyN(w, r, size); err != nil {
		return ignoreEOF(err)
	}
	for {
		line, err := r.ReadSlice('\n')
		if _, werr := w.Write(line); werr != nil {
			return werr
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return ignoreEOF(err)
		}
	}
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
