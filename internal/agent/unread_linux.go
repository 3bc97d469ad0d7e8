package agent

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// unread gives how many bytes of audit records wait in the socket of a process,
// which the kernel counts as delivered: those that an auditd that hangs has not
// written. It is 0 where that isn't known.
func unread(pid int) int {
	return unreadOf(func(owner int) bool { return owner == pid })
}

// unreadByAuditd is the same of auditd, for who may not ask the kernel which process
// that is.
func unreadByAuditd() int { return unreadOf(isAuditd) }

// isAuditd goes by a process's name, which any could have, and its user.
func isAuditd(pid int) bool {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	name, err := os.ReadFile(filepath.Join(dir, "comm"))
	if err != nil || string(name) != "auditd\n" {
		return false
	}
	info, err := os.Stat(dir)
	if err != nil {
		return false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Uid == 0
}

func unreadOf(is func(pid int) bool) int {
	table, err := os.ReadFile("/proc/net/netlink")
	if err != nil {
		return 0
	}
	return unreadIn(table, is)
}

// unreadIn reads a table of "sk Eth Pid Groups Rmem ...". The first netlink socket
// of a process, which auditd's is, has its process's number.
func unreadIn(table []byte, is func(pid int) bool) int {
	protocol := strconv.Itoa(unix.NETLINK_AUDIT)
	for line := range bytes.Lines(table) {
		f := bytes.Fields(line)
		if len(f) < 5 || string(f[1]) != protocol {
			continue
		}
		// Others are of the kernel, or beyond the first of their process.
		if pid, err := strconv.ParseInt(string(f[2]), 10, 32); err != nil || pid <= 0 || !is(int(pid)) {
			continue
		}
		if n, err := strconv.Atoi(string(f[4])); err == nil {
			return n
		}
	}
	return 0
}
