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

// CheckPatterns tells what is wrong with patterns of sockets.
func CheckPatterns(patterns []string) error {
	for _, pattern := range patterns {
		if _, err := filepath.Match(pattern, ""); err != nil {
			return fmt.Errorf("%q: %w", pattern, err)
		}
	}
	return nil
}

// Unfound tells of the patterns that name no socket why, a text each: somebody may
// have meant another, and a guest that is off has none.
func Unfound(patterns []string) (all []string) {
	for _, pattern := range patterns {
		found, err := sockets([]string{pattern})
		if err != nil || len(found) > 0 {
			continue
		}
		switch info, err := os.Stat(pattern); {
		case err == nil && info.IsDir():
			all = append(all, pattern+" is a folder: name the sockets in it, as in "+filepath.Join(pattern, "*"))
		case err == nil:
			all = append(all, pattern+" is no socket")
		default:
			all = append(all, "there is no socket "+pattern)
		}
	}
	return all
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
