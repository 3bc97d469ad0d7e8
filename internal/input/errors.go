package input

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

var (
	// ErrEmpty means that a source holds not a single byte of text.
	ErrEmpty = errors.New("empty")
	// ErrForeign means that a source is something else than an audit log.
	ErrForeign = errors.New("not an audit log")
	// ErrDuplicate means that something was given more than once. It is a
	// warning: it is read once, and nothing is missing.
	ErrDuplicate = errors.New("given more than once, read once")
)

var (
	errReplaced = errors.New("replaced by another file since it was listed (logs rotated?)")
	errRotated  = fmt.Errorf("its logs were rotated each of the %d times they were listed, so records may lack", maxListings)
	errWindow   = fmt.Errorf("needs a window of more than %d MiB to decompress", maxWindow>>20)
)

// A sourceError is the one line that the user gets about a source.
type sourceError struct {
	name string
	err  error
}

func (e *sourceError) Error() string { return printable(e.name) + ": " + e.err.Error() }

// printable gives a name that can be shown on a terminal: quoted where it holds
// what isn't to be seen, or nothing.
func printable(name string) string {
	hidden := func(r rune) bool { return !strconv.IsPrint(r) }
	if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, hidden) {
		return strconv.Quote(name)
	}
	return name
}

func (e *sourceError) Unwrap() error { return e.err }

// explain makes err the one line about a source, unless it is one already:
// readers are stacked, and each of them may see the error of the one below.
func explain(name string, err error) error {
	var known *sourceError
	if errors.As(err, &known) {
		return known
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err // the line names the path already
	}
	if errors.Is(err, fs.ErrPermission) {
		err = fmt.Errorf("%w (run as root or as a member of the log's group)", err)
	}
	return &sourceError{name, err}
}

// explainPacked is explain for what a decompressor says.
func explainPacked(name, packing string, err error) error {
	switch {
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = fmt.Errorf("%s: %w", packing, errWindow)
	case errors.Is(err, errWindow), errors.Is(err, errXzFilter):
		err = fmt.Errorf("%s: %w", packing, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("%s data is cut off: %w", packing, err)
	default:
		var known *sourceError
		if !errors.As(err, &known) {
			err = fmt.Errorf("%s data is damaged: %w", packing, err)
		}
	}
	return explain(name, err)
}
