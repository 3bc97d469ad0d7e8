package trail

// word gives the constant string of a value that nearly every record has, or
// "". The pool would do the same at several times the cost.
func word(b []byte) string {
	switch string(b) {
	case "start":
		return "start"
	case "attach":
		return "attach"
	case "detach":
		return "detach"
	case "update":
		return "update"
	case "open":
		return "open"
	case "allow":
		return "allow"
	case "deny":
		return "deny"
	case "booted":
		return "booted"
	case "shutdown":
		return "shutdown"
	case "destroyed":
		return "destroyed"
	case "failed":
		return "failed"
	case "all":
		return "all"
	case "path":
		return "path"
	case "major":
		return "major"
	case "rw":
		return "rw"
	case "rwm":
		return "rwm"
	case "kvm":
		return "kvm"
	case "qemu":
		return "qemu"
	case "lxc":
		return "lxc"
	case "dac":
		return "dac"
	case "selinux":
		return "selinux"
	case "apparmor":
		return "apparmor"
	}
	return ""
}
