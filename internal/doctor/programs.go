package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/kaudit"
)

// senders gives the programs of libvirt's daemons: of those that run the files
// that they run, else those that are installed. Where none is known it gives "",
// for any.
func (e *examination) senders() []string {
	var paths []string
	for _, p := range e.processes {
		if exe := e.host.exe(p.pid); p.name != "auditd" && exe != "" {
			paths = append(paths, exe)
		}
	}
	if len(paths) == 0 {
		paths = e.host.programs(e.present())
	}
	if len(paths) == 0 {
		return []string{""}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// programs gives the files of programs that are installed.
func (h Host) programs(names []string) []string {
	var paths []string
	for _, name := range names {
		for _, dir := range []string{"/usr/sbin/", "/usr/bin/"} {
			if h.exists(dir + name) {
				paths = append(paths, h.resolve(dir+name))
			}
		}
	}
	return paths
}

// exe gives the path of a process's program, "" if it isn't known. Of one that was
// replaced since the process began, it is the path of what is there now.
func (h Host) exe(pid int) string {
	path, err := os.Readlink(h.path("proc", strconv.Itoa(pid), "exe"))
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(path, " (deleted)")
}

// resolved gives rules with the programs that they name by their own paths: the
// kernel compares files, and the way to one may lead over links.
func (h Host) resolved(rules []kaudit.Rule) []kaudit.Rule {
	same := slices.Clone(rules)
	for i := range same {
		same[i].Conditions = slices.Clone(same[i].Conditions)
		for j := range same[i].Conditions {
			if c := &same[i].Conditions[j]; c.Field == kaudit.FieldExe {
				c.Text = h.resolve(c.Text)
			}
		}
	}
	return same
}

// resolve gives the path of a file without links, or the same where there is no
// such file.
func (h Host) resolve(path string) string {
	root, err := filepath.EvalSymlinks(h.Root)
	if err != nil {
		return path
	}
	found, err := filepath.EvalSymlinks(h.path(path))
	if err != nil {
		return path
	}
	inside, err := filepath.Rel(root, found)
	if err != nil || !filepath.IsLocal(inside) {
		return path
	}
	return "/" + inside
}
