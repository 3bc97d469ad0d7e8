package proc

import (
	"path/filepath"
	"slices"
	"strings"
)

// claims is what a command line names of a process's own: the sockets at which
// others are met, and files and sockets that are expected.
type claims struct {
	sockets  []string
	expected []string
}

// qemuFlags are QEMU's options that take no value, by the releases up to 10.
// Whatever follows any other option is its value, though it looks like an
// option: a kernel's command line may say -uuid.
var qemuFlags = []string{
	"h", "help", "version", "audio-help", "S", "s", "snapshot", "nographic", "nodefaults", "nouserconfig",
	"no-user-config", "daemonize", "enable-kvm", "no-kvm", "no-reboot", "no-shutdown", "no-acpi", "no-hpet",
	"no-fd-bootchk", "no-quit", "no-frame", "alt-grab", "ctrl-grab", "win2k-hack", "rtc-td-hack", "tdf",
	"full-screen", "portrait", "sdl", "curses", "usb", "localtime", "singlestep", "one-insn-per-tb", "preconfig",
	"mem-prealloc", "only-migratable", "enable-fips", "enable-sync-profile", "async-teardown", "old-param", "semihosting",
	"xen-attach", "xen-create", "xen-domid-restrict", "no-xen", "perfmap", "jitdump",
}

// readQEMU takes a guest's identity from QEMU's command line. As in QEMU, what
// comes last counts.
func (p *Process) readQEMU(args []string) {
	chardevs := map[string]string{} // socket paths
	var monitors []string
	p.Forks = slices.ContainsFunc(args, func(arg string) bool { return arg == "-daemonize" || arg == "--daemonize" })
	for option, value := range qemuOptions(args) {
		switch option {
		case "name":
			if name, ok := property(value, "guest", true); ok {
				p.Name = name
			}
		case "uuid":
			p.UUID = uuidOf(value)
		case "machine", "M":
			kind, _ := property(value, "type", true)
			p.Probe = kind == "none"
		case "chardev":
			id, _ := property(value, "id", false)
			if path, ok := property(value, "path", false); ok && strings.HasPrefix(value, "socket,") {
				chardevs[id] = path
				p.claims.sockets = append(p.claims.sockets, path)
			}
		case "mon":
			id, _ := property(value, "chardev", true)
			monitors = append(monitors, id)
		case "qmp", "qmp-pretty", "monitor":
			if path, ok := strings.CutPrefix(value, "unix:"); ok {
				p.claims.expect(first(path))
			}
		case "pidfile", "D":
			p.claims.expect(value)
		}
	}
	for _, id := range monitors {
		p.claims.expect(chardevs[id])
	}
}

func (c *claims) expect(path string) {
	if path != "" {
		c.expected = append(c.expected, path)
	}
}

// covers tells whether a path is one that is expected. One that was given from
// the folder in which the process was started is known by its end.
func (c *claims) covers(path string) bool {
	return slices.ContainsFunc(c.expected, func(e string) bool {
		return path == e || !filepath.IsAbs(e) && strings.HasSuffix(path, "/"+strings.TrimPrefix(e, "./"))
	})
}

// qemuOptions gives the options with their values, both dashes alike.
func qemuOptions(args []string) func(yield func(option, value string) bool) {
	return func(yield func(option, value string) bool) {
		for i := 1; i < len(args); i++ {
			option, ok := strings.CutPrefix(args[i], "-")
			option = strings.TrimPrefix(option, "-")
			if !ok || slices.Contains(qemuFlags, option) || i+1 == len(args) {
				continue
			}
			i++
			if !yield(option, args[i]) {
				return
			}
		}
	}
}

// property gives a property of a QEMU option, a=b,c=d; a comma in a value is
// doubled. The first one may go without its key. The last of a key counts.
func property(value, key string, isFirst bool) (found string, ok bool) {
	for i := 0; value != ""; i++ {
		var part string
		part, value = cutPart(value)
		name, text, hasKey := strings.Cut(part, "=")
		switch {
		case hasKey && name == key:
			found, ok = text, true
		case i == 0 && isFirst && !hasKey:
			found, ok = part, true
		}
	}
	return found, ok
}

// first gives what is before the first comma.
func first(value string) string {
	part, _ := cutPart(value)
	return part
}

// cutPart cuts at a comma that isn't doubled, and undoubles.
func cutPart(value string) (part, rest string) {
	if !strings.Contains(value, ",") {
		return value, ""
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == ',' {
			if i+1 == len(value) || value[i+1] != ',' {
				return b.String(), value[i+1:]
			}
			i++
		}
		b.WriteByte(value[i])
	}
	return b.String(), ""
}

// uuidOf gives a uuid as records have it, "" for what is none, as the one of zeros
// that QEMU has without one.
func uuidOf(s string) string {
	const form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	s = strings.ToLower(s)
	if len(s) != len(form) {
		return ""
	}
	for i := range len(form) {
		isDigit := strings.IndexByte("0123456789abcdef", s[i]) >= 0
		if isDigit != (form[i] == 'x') || !isDigit && s[i] != '-' {
			return ""
		}
	}
	if strings.Trim(s, "0-") == "" {
		return ""
	}
	return s
}

// readOthers takes what the other programs are told: --name NAME, --id ID,
// --platform uuid=UUID, and the sockets of helpers.
func (p *Process) readOthers(args []string) {
	for i := 1; i < len(args); i++ {
		option, value, joined := strings.Cut(args[i], "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		p.readOption(option, value)
	}
}

func (p *Process) readOption(option, value string) {
	switch {
	case p.Program == LXC && option == "--name", p.Program == Firecracker && option == "--id":
		p.Name = value
	case p.Program == CloudHypervisor && option == "--platform":
		uuid, _ := property(value, "uuid", false)
		p.UUID = uuidOf(uuid)
	case option == "--api-socket", option == "--api-sock", option == "--pid":
		p.claims.expect(strings.TrimPrefix(value, "path="))
	case option == "--socket-path", option == "--socket":
		p.claims.sockets = append(p.claims.sockets, value)
	case p.Program == SWTPM:
		p.readSWTPM(option, value)
	}
}

// readSWTPM takes the socket of --ctrl type=unixio,path=PATH and --server, and
// files that are its own: --log file=PATH, --pid file=PATH.
func (p *Process) readSWTPM(option, value string) {
	path, _ := property(value, "path", false)
	file, _ := property(value, "file", false)
	switch {
	case (option == "--ctrl" || option == "--server") && path != "":
		p.claims.sockets = append(p.claims.sockets, path)
	case option == "--log" || option == "--pid":
		p.claims.expect(file)
	}
}
