package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// sockets are those at which a daemon is reached; systemd starts the daemon
// when somebody comes.
var sockets = map[string]string{
	"libvirtd":  "/run/libvirt/libvirt-sock",
	"virtqemud": "/run/libvirt/virtqemud-sock",
	"virtlxcd":  "/run/libvirt/virtlxcd-sock",
}

// libvirt tells whether there is a daemon that sends guests' records.
func (e *examination) libvirt() finding {
	var running, users, inside []string
	for _, p := range e.processes {
		switch at := fmt.Sprintf("%s, process %d", p.name, p.pid); {
		case p.name == "auditd":
		case p.inside():
			inside = append(inside, at)
		case p.uid > 0:
			users = append(users, fmt.Sprintf("%s of user %d", at, p.uid))
		default:
			running = append(running, at)
		}
	}
	switch {
	case len(inside) > 0:
		return finding{
			Wrong, strings.Join(inside, "; ") + ": in a user namespace, from which the kernel takes no records",
			"run libvirt on the host itself, or in a container without a user namespace",
		}
	case len(users) > 0:
		return finding{
			Warning, strings.Join(append(running, users...), "; ") + ": a user's own daemon may send no records",
			"run guests that are to be recorded under qemu:///system instead of qemu:///session",
		}
	case len(running) > 0:
		return ok("running: " + strings.Join(running, "; "))
	}
	return e.idleLibvirt()
}

// idleLibvirt tells what there is where no daemon runs.
func (e *examination) idleLibvirt() finding {
	if onDemand := e.reachable(); len(onDemand) > 0 {
		return ok("not running, but starts on demand: " + strings.Join(onDemand, ", "))
	}
	if !e.host.exists("proc/1/comm") {
		return finding{Unknown, "the processes of others can't be seen", "run this as root"}
	}
	if installed := e.installed(); len(installed) > 0 {
		return finding{
			Warning, "not running, though installed: " + strings.Join(installed, ", "),
			"systemctl enable --now " + installed[0],
		}
	}
	return finding{
		Warning, "no libvirt daemon here: nothing sends guests' records",
		"none is needed where no guests run; other VM managers must send their own",
	}
}

// reachable gives the daemons that wait behind their sockets. That of libvirtd
// belongs to a mere proxy where the others are.
func (e *examination) reachable() []string {
	var found []string
	for _, name := range []string{"virtqemud", "virtlxcd", "libvirtd"} {
		if e.host.exists(sockets[name]) && (name != "libvirtd" || len(found) == 0) {
			found = append(found, name)
		}
	}
	return found
}

func (e *examination) installed() []string {
	var found []string
	for _, name := range libvirtDaemons {
		if e.host.exists("usr/sbin", name) || e.host.exists("usr/bin", name) {
			found = append(found, name)
		}
	}
	return found
}

// present gives the daemons whose configuration matters: those that run, else
// those that would be started, else those that are installed.
func (e *examination) present() []string {
	var running []string
	for _, name := range libvirtDaemons {
		if len(e.named(name)) > 0 {
			running = append(running, name)
		}
	}
	for _, found := range [][]string{running, e.reachable()} {
		if len(found) > 0 {
			return found
		}
	}
	return e.installed()
}

// auditLevel tells whether libvirt's daemons are set to send records. Without
// a setting they do.
func (e *examination) auditLevel() finding {
	daemons := e.present()
	if len(daemons) == 0 {
		return finding{Unknown, "no libvirt daemon here", "see libvirt"}
	}
	var found []string
	for _, name := range daemons {
		path := "/etc/libvirt/" + name + ".conf"
		text, err := e.host.read(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return finding{Unknown, path + ": " + reason(err), "run this as root"}
		}
		conf := parseSettings(text)
		level := strings.TrimSpace(withoutComment(conf["audit_level"]))
		switch level {
		case "0":
			return finding{Wrong, path + ": audit_level = 0: " + name + " sends no records", "set audit_level = 1 there, and restart " + name}
		case "2":
			if f, bad := e.refusesToStart(name, path); bad {
				return f
			}
		case "":
			level = "1, as by default"
		}
		found = append(found, name+": "+level)
	}
	return ok(strings.Join(found, "; "))
}

func withoutComment(value string) string {
	value, _, _ = strings.Cut(value, "#")
	return value
}

// refusesToStart tells whether audit_level = 2 keeps a daemon from starting: it
// does where the kernel has no audit at all.
func (e *examination) refusesToStart(name, path string) (finding, bool) {
	if e.kernelAudit().state != Wrong || e.statusErr == nil {
		return finding{}, false
	}
	return finding{
		Wrong, path + ": audit_level = 2: " + name + " doesn't start while the kernel has no audit",
		"see kernel audit",
	}, true
}
