package agent

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// unread gives how many bytes of audit records wait in the socket of a process,
// which the kernel counts as delivered: those that an auditd that hangs has not
// written. It is 0 where that isn't known.
func unread(pid int) int {
	table, err := os.ReadFile("/proc/net/netlink")
	if err != nil {
		return 0
	}
	return unreadIn(table, pid)
}

// unreadIn reads a table of "sk Eth Pid Groups Rmem ...". The first netlink socket
// of a process, which auditd's is, has its process's number.
func unreadIn(table []byte, pid int) int {
	protocol, owner := strconv.Itoa(unix.NETLINK_AUDIT), strconv.Itoa(pid)
	for line := range bytes.Lines(table) {
		f := bytes.Fields(line)
		if len(f) < 5 || string(f[1]) != protocol || string(f[2]) != owner {
			continue
		}
		if n, err := strconv.Atoi(string(f[4])); err == nil {
			return n
		}
	}
	return 0
}
