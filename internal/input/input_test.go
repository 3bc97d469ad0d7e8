package input

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// line is a line that passes for audit text and tells where it comes from.
func line(id string) string {
	return "type=TEST msg=audit(1363099126.643:31): " + id + "\n"
}

// tree writes files into a new directory and goes there: path, content, path,
// content.
func tree(t *testing.T, files ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for i := 0; i < len(files); i += 2 {
		write(t, files[i], files[i+1])
	}
}

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// source opens content as the text of a file.
func source(t testing.TB, content []byte) (io.ReadCloser, error) {
	t.Helper()
	s := &Source{Name: "f", stdin: bytes.NewReader(content)}
	return s.Open()
}

// readAll reads a source and gives what could be read with the error.
func readAll(t testing.TB, s *Source) (string, error) {
	t.Helper()
	r, err := s.Open()
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	if closeErr := r.Close(); closeErr != nil {
		t.Errorf("close %s: %v", s.Name, closeErr)
	}
	return string(b), err
}

// expand gives the names of the sources, with their nodes, and the errors.
func expand(t testing.TB, args ...string) (names, errs []string) {
	t.Helper()
	sources, failed := Expand(args, Options{})
	for _, s := range sources {
		t.Cleanup(func() { s.Close() })
		if s.Node != "" {
			s.Name = s.Node + "=" + s.Name
		}
		names = append(names, s.Name)
	}
	for _, err := range failed {
		errs = append(errs, err.Error())
	}
	return names, errs
}
