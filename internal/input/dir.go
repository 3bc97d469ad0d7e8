package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// maxListings is how often a directory is listed before it is taken as it is.
const maxListings = 5

// An openedLog is a log of a directory, open or with the reason why not. It
// is only looked at, not opened, if as many files as allowed are open.
type openedLog struct {
	path string
	file *os.File
	info fs.FileInfo
	err  error
}

// dir adds the logs of a directory.
func (x *expander) dir(dir, node string) {
	logs, err := x.listStable(dir)
	if err != nil {
		x.fail(dir, err)
	}
	if len(logs) == 0 && err == nil {
		x.fail(dir, errors.New("no logs in this directory (they are called NAME.log, NAME.log.N, NAME.log-DATE)"))
	}
	for _, l := range logs {
		x.addLog(l, node)
	}
}

// listStable opens the logs of a directory such that each is the file that its
// name stood for at one and the same time: between the last opening and the
// second listing. That holds if every name still means the opened file then,
// as long as that is open and its inode can't be used again.
func (x *expander) listStable(dir string) ([]openedLog, error) {
	for range maxListings - 1 {
		logs, err := x.list(dir)
		if err != nil || x.unchanged(dir, logs) {
			return logs, err
		}
		for _, l := range logs {
			x.unpin(l.file)
		}
	}
	logs, err := x.list(dir)
	if err == nil && !x.unchanged(dir, logs) {
		err = errRotated
	}
	return logs, err
}

// list opens the logs of a directory.
func (x *expander) list(dir string) ([]openedLog, error) {
	logs, err := survey(dir)
	for i, l := range logs {
		if l.err == nil {
			logs[i] = x.openLog(l.path, l.info)
		}
	}
	return logs, err
}

// survey looks, in the order of their names, at the files in a directory that
// are called like logs. Among these only regular files are logs.
func survey(dir string) ([]openedLog, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var logs []openedLog
	for _, e := range entries {
		if _, ok := parseRotation(e.Name()); !ok {
			continue
		}
		l := openedLog{path: filepath.Join(dir, e.Name())}
		l.info, l.err = os.Stat(l.path)
		gone := errors.Is(l.err, fs.ErrNotExist) && e.Type()&fs.ModeSymlink == 0
		if !gone && (l.err != nil || l.info.Mode().IsRegular()) {
			logs = append(logs, l)
		}
	}
	return logs, nil
}

// unchanged tells whether the directory still has the listed logs and no other.
func (x *expander) unchanged(dir string, logs []openedLog) bool {
	if x.listed != nil {
		x.listed()
	}
	now, err := survey(dir)
	return err == nil && slices.EqualFunc(now, logs, func(a, b openedLog) bool {
		if a.path != b.path || a.info == nil || b.info == nil {
			return a.path == b.path && a.info == b.info // nil: a link to nowhere
		}
		return os.SameFile(a.info, b.info)
	})
}

// openLog opens a regular file to hold it. A pipe is left until it is read:
// opening it may wait for its writer.
func (x *expander) openLog(path string, info fs.FileInfo) openedLog {
	l := openedLog{path: path, info: info}
	if x.pinned >= maxPinned || !info.Mode().IsRegular() {
		return l
	}
	l.file, l.err = os.Open(path)
	if l.err != nil {
		return l
	}
	x.pinned++
	l.info, l.err = l.file.Stat()
	return l
}

func (x *expander) unpin(f *os.File) {
	if f != nil {
		f.Close()
		x.pinned--
	}
}
