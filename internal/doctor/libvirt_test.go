package doctor

import (
	"testing"

	"github.com/virtaudit/virtaudit/kaudit"
)

// stopped is a host whose libvirtd doesn't run.
func stopped(f *fake) { f.remove("proc/4712") }

func TestLibvirt(t *testing.T) {
	with := func(changes ...func(*fake)) func(*fake) {
		return func(f *fake) {
			for _, change := range changes {
				change(f)
			}
		}
	}
	file := func(name string) func(*fake) { return func(f *fake) { f.write(name, "") } }
	try(t, "libvirt", map[string]tc{
		"runs": {func(*fake) {}, OK, "running: libvirtd, process 4712", ""},
		"modular": {func(f *fake) {
			f.process("4712", "virtqemud", 0, "0")
			f.process("80", "virtlxcd", 0, "0")
			f.process("81", "virtnetworkd", 0, "0")
		}, OK, "running: virtlxcd, process 80; virtqemud, process 4712", ""},
		"of a user": {
			func(f *fake) { f.process("5000", "virtqemud", 1000, "0") }, Warning,
			"libvirtd, process 4712; virtqemud, process 5000 of user 1000: a user's own daemon", "qemu:///system",
		},
		"in a container":  {func(f *fake) { f.namespace("4712", "user", "user:[4026532001]") }, Wrong, "libvirtd, process 4712: in a user namespace", "on the host"},
		"stopped":         {with(stopped, file("usr/sbin/libvirtd")), Warning, "not running, though installed: libvirtd", "systemctl enable --now libvirtd"},
		"on demand":       {with(stopped, file("run/libvirt/virtqemud-sock"), file("run/libvirt/libvirt-sock")), OK, "starts on demand: virtqemud", ""},
		"on demand, old":  {with(stopped, file("run/libvirt/libvirt-sock")), OK, "starts on demand: libvirtd", ""},
		"none":            {stopped, Warning, "no libvirt daemon here", "other VM managers"},
		"can't be seen":   {with(stopped, func(f *fake) { f.remove("proc/1") }), Unknown, "can't be seen", "root"},
		"namespace hides": {func(f *fake) { f.remove("proc/4712/ns") }, OK, "running", ""},
	})
}

func TestAuditLevel(t *testing.T) {
	const conf = "etc/libvirt/libvirtd.conf"
	set := func(text string) func(*fake) { return func(f *fake) { f.write(conf, text) } }
	try(t, "audit_level", map[string]tc{
		"set":       {func(*fake) {}, OK, "libvirtd: 1", ""},
		"off":       {set("audit_level = 2\naudit_level=0 # not wanted\n"), Wrong, "/etc/libvirt/libvirtd.conf: audit_level = 0", "restart libvirtd"},
		"unset":     {set("#audit_level = 0\n"), OK, "libvirtd: 1, as by default", ""},
		"no conf":   {func(f *fake) { f.remove(conf) }, OK, "as by default", ""},
		"must":      {set("audit_level = 2\n"), OK, "libvirtd: 2", ""},
		"must, off": {func(f *fake) { set("audit_level = 2\n")(f); f.status.Enabled = kaudit.Off }, OK, "libvirtd: 2", ""},
		"can't": {func(f *fake) {
			set("audit_level = 2\n")(f)
			f.statusErr = kaudit.ErrUnsupported
		}, Wrong, "audit_level = 2: libvirtd doesn't start", "see kernel audit"},
		"not asked": {func(f *fake) {
			f.write("etc/libvirt/virtqemud.conf", "audit_level = 0\n")
		}, OK, "libvirtd: 1", ""},
		"on demand": {func(f *fake) {
			stopped(f)
			f.write("run/libvirt/virtqemud-sock", "")
			f.write("etc/libvirt/virtqemud.conf", "audit_level = 0\n")
		}, Wrong, "/etc/libvirt/virtqemud.conf: audit_level = 0", "restart virtqemud"},
		"installed": {func(f *fake) {
			stopped(f)
			f.write("usr/bin/virtlxcd", "")
		}, OK, "virtlxcd: 1, as by default", ""},
		"none":       {stopped, Unknown, "no libvirt daemon", "see libvirt"},
		"not a file": {func(f *fake) { f.remove(conf); f.write(conf+"/x", "") }, Unknown, "not a regular file", "root"},
	})
}
