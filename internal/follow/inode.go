package follow

import (
	"io/fs"
	"syscall"
)

// inodeOf gives what a file system knows a file by.
func inodeOf(info fs.FileInfo) (dev, inode uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Dev), s.Ino // Dev has 32 bits on some systems
	}
	return 0, 0
}
