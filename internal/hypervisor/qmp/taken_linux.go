package qmp

import (
	"bufio"
	"os"
	"strings"
)

// noGreeting tells why nobody greets at a socket.
func noGreeting(path string) error {
	table, err := os.Open("/proc/net/unix")
	if err != nil {
		return ErrTaken
	}
	defer table.Close()
	listed, taken := false, false
	for lines := bufio.NewScanner(table); lines.Scan(); {
		if state, name := unixSocket(lines.Text()); name == path {
			listed = true
			taken = taken || state == accepted
		}
	}
	if listed && !taken {
		return ErrStuck
	}
	return ErrTaken
}

// accepted is the state of a connection that its server has taken. It has the
// server's name; the client's end has none.
const accepted = "03"

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
