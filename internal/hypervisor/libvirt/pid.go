package libvirt

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// readPID gives the process that libvirt keeps in a guest's file, 0 where there
// is none to be read.
func readPID(folder, guest string) int {
	if folder == "" || strings.ContainsAny(guest, "/\x00") {
		return 0
	}
	file, err := os.Open(filepath.Join(folder, guest+".pid"))
	if err != nil {
		return 0
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 31)
	if err != nil {
		return 0
	}
	return int(pid)
}
