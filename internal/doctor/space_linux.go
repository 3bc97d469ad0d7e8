package doctor

import (
	"io/fs"
	"syscall"
)

// space asks a file system for what auditd goes by: the bytes that are free to
// users, and all.
func space(path string) (free, total uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, 0, &fs.PathError{Op: "statfs", Path: path, Err: err}
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize), nil
}
