package qmp

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// maxSockets is how many sockets a Watcher looks at.
const maxSockets = 4096

// sockets gives the unix sockets that patterns name: as a path, or as a pattern
// of filepath.Match with some in it. A path that exists is no pattern.
func sockets(patterns []string) (map[string]fs.FileInfo, error) {
	found := map[string]fs.FileInfo{}
	for _, pattern := range patterns {
		names, err := match(pattern)
		if err != nil {
			return found, err
		}
		for _, name := range names {
			info, err := os.Stat(name)
			if err != nil || info.Mode().Type() != fs.ModeSocket {
				continue
			}
			if len(found) == maxSockets {
				return found, fmt.Errorf("more than %d sockets: those behind %s are not watched", maxSockets, name)
			}
			found[name] = info
		}
	}
	return found, nil
}

func match(pattern string) ([]string, error) {
	if _, err := os.Lstat(pattern); err == nil {
		return []string{pattern}, nil
	}
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	slices.Sort(names)
	return names, nil
}

// sameSocket tells whether a name stands for the socket that it stood for: a new
// one may get the inode of the old.
func sameSocket(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime())
}
