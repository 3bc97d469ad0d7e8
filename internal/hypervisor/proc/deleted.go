package proc

import "strings"

// deletedMark is what the kernel puts after the path of a file that has lost
// its name.
const deletedMark = " (deleted)"

// memfdPrefix is how the kernel names files in memory: /memfd:NAME (deleted).
const memfdPrefix = "/memfd:"

// unlinked takes the mark from a path, if it is one. A name can end so too;
// then the file is there by that name.
func (l *look) unlinked(path string, s status) (string, bool) {
	short, marked := strings.CutSuffix(path, deletedMark)
	if !marked || l.isThere(path, s) {
		return path, false
	}
	return short, true
}

// isThere tells whether a file is at a path: of this process's root, or of that
// of the one that is looked at, if it has other mounts. No server is asked: of
// an open file that has its name the kernel knows it.
func (l *look) isThere(path string, s status) bool {
	var failed error
	for _, open := range []func() (folder, error){
		func() (folder, error) { return openFolder("/") },
		func() (folder, error) { return l.proc.folder("root") },
	} {
		found, err := statusBelow(open, path)
		switch {
		case err == nil && found.same(s):
			return true
		case err != nil && !vanished(err):
			failed = err
		}
	}
	if failed != nil && s.links > 0 {
		l.missing.add("whether files are deleted", failed)
	}
	return false
}

func statusBelow(open func() (folder, error), path string) (status, error) {
	root, err := open()
	if err != nil {
		return status{}, err
	}
	defer root.close()
	return root.cached(path)
}

// isMemory tells a memfd from a deleted file in the root folder that has such a
// name: that would be in the root's file system.
func (l *look) isMemory(s status) bool {
	if l.rootFS == nil {
		root, err := l.proc.folder("root")
		if err != nil {
			return true // of whose root nothing is known, memfds are far likelier
		}
		defer root.close()
		at, err := root.statusHere()
		if err != nil {
			return true
		}
		l.rootFS = &at
	}
	return s.fs != l.rootFS.fs
}
