package doctor

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// maxConfig is how much of a small file is read: configuration, or one of /proc.
const maxConfig = 1 << 20

// path gives the place of a host's file.
func (h Host) path(elem ...string) string {
	return filepath.Join(append([]string{h.Root}, elem...)...)
}

// read gives the content of a small file of the host.
func (h Host) read(elem ...string) (string, error) {
	f, err := openRegular(h.path(elem...))
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxConfig))
	return string(b), err
}

// exists tells whether the host has a file, of whatever type.
func (h Host) exists(elem ...string) bool {
	_, err := os.Stat(h.path(elem...))
	return err == nil
}

// openRegular opens a file, unless that could block or have an effect.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	return os.Open(path)
}

// reason gives an error without the path, which the text around it names.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return err.Error()
}

// time shows a time of the host.
func (h Host) time(t time.Time) string {
	loc := h.Location
	if loc == nil {
		loc = time.UTC
	}
	return t.In(loc).Format("2006-01-02 15:04:05 MST")
}

// settings are lines KEY = VALUE of a configuration: the last one counts. Keys
// are in lower case.
type settings map[string]string

func parseSettings(text string) settings {
	s := settings{}
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if !ok || strings.HasPrefix(key, "#") {
			continue
		}
		s[key] = strings.TrimSpace(value)
	}
	return s
}

// word gives a setting in lower case.
func (s settings) word(key string) string { return strings.ToLower(s[key]) }

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// size shows a number of bytes.
func size(n uint64) string {
	switch {
	case n >= 10*gib:
		return fmt.Sprintf("%d GiB", n/gib)
	case n >= 10*mib:
		return fmt.Sprintf("%d MiB", n/mib)
	case n >= 10*kib:
		return fmt.Sprintf("%d KiB", n/kib)
	}
	return fmt.Sprintf("%d bytes", n)
}

// count gives a number of things in words: 1 rule, 2 rules.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
