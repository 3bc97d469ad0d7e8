package qmp

import (
	"bufio"
	"os"
	"strings"
)

// noGreeting tells why nobody greets at a socket, to a client that is connected or
// waits to be: QEMU takes one connection at a time, so where none waits the
// client's own was taken.
func noGreeting(path string) error {
	table, err := os.Open("/proc/net/unix")
	if err != nil {
		return ErrTaken
	}
	defer table.Close()
	listed, taken, waits := false, false, false
	for lines := bufio.NewScanner(table); lines.Scan(); {
		if state, name := unixSocket(lines.Text()); name == path {
			listed = true
			taken = taken || state == accepted
			waits = waits || state == waiting
		}
	}
	switch {
	case listed && !taken:
		return ErrStuck
	case taken && !waits:
		return errMute
	}
	return ErrTaken
}

// The states of a connection that its server has taken, and has not. It has the
// server's name; the client's end has none.
const (
	waiting  = "02"
	accepted = "03"
)

// unixSocket reads a line of /proc/net/unix: address, references, protocol,
// flags, type, state, inode, name.
func unixSocket(line string) (state, name string) {
	var fields [7]string
	for i := range fields {
		line = strings.TrimLeft(line, " ")
		fields[i], line, _ = strings.Cut(line, " ")
	}
	return fields[5], line
}
