package libvirt

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// escapeName writes a guest's name as libvirt does in the names of these files:
// by the function with which it writes XML.
var escapeName = strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", `"`, "&quot;", "'", "&apos;")

// readPID gives the process that libvirt keeps in a guest's file, 0 where there
// is none to be read.
func readPID(folder, guest string) int {
	if folder == "" || strings.ContainsAny(guest, "/\x00") {
		return 0
	}
	file, err := os.Open(filepath.Join(folder, escapeName.Replace(guest)+".pid"))
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
