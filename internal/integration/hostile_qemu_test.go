//go:build linux

package integration

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A named is a guest by whose name, or by those of its files, somebody means
// harm.
type named struct {
	name, uuid string
	disk       string // its file
	handed     string // a file that it is handed open, of which no monitor tells
	monitor    string // its socket
	known      string // its name in the trail; "" is name
}

// hostileGuests have names that QEMU takes.
var hostileGuests = []named{
	{name: "two\nlines op=stop res=failed"},
	{name: `a"b'c\d <img src=x onerror=alert(1)>`},
	{name: "\x1b]0;title\a\x1b[31mred\u202egnp\u2028\u009b"},
	// QEMU tells what isn't UTF-8 as this.
	{name: "\xff\xfe\x80", known: "\ufffd\ufffd\ufffd"},
	{name: "=1+1,|'/../%s%n"},
	{name: strings.Repeat("n", 4096)},
}

// startNamed starts a QEMU of a hostile name, with a disk and a monitor of that
// name, and an id as long as the name.
func startNamed(t *testing.T, dir string, n int, g named) named {
	t.Helper()
	g.uuid = newUUID()
	inFile := strings.ReplaceAll(g.name, "/", "_")
	g.disk = filepath.Join(dir, fmt.Sprintf("%d %s.img", n, inFile[:min(len(inFile), 200)]))
	g.handed = filepath.Join(dir, fmt.Sprintf("%d %s.key", n, inFile[:min(len(inFile), 200)]))
	g.monitor = filepath.Join(dir, fmt.Sprintf("%d %s.qmp", n, inFile[:min(len(inFile), 40)]))
	if err := os.WriteFile(g.disk, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	handed, err := os.Create(g.handed)
	if err != nil {
		t.Fatal(err)
	}
	defer handed.Close()
	escaped := func(s string) string { return strings.ReplaceAll(s, ",", ",,") }
	cmd := exec.Command("qemu-system-x86_64", "-name", "guest="+escaped(g.name), "-uuid", g.uuid,
		"-machine", "pc", "-accel", "tcg", "-m", "16", "-nodefaults", "-display", "none", "-S",
		"-chardev", "socket,id=m,server=on,wait=off,path="+escaped(g.monitor), "-mon", "mode=control,chardev=m",
		"-drive", "if=none,format=raw,id=d"+strings.Repeat("0", len(g.name))+",file="+escaped(g.disk),
		"-object", "rng-random,id=r"+strings.Repeat("0", len(g.name))+",filename=/dev/urandom",
	)
	cmd.ExtraFiles = []*os.File{handed}
	background(t, "QEMU", cmd, func() bool {
		_, err := os.Lstat(g.monitor)
		return err == nil
	})
	if g.known == "" {
		g.known = g.name
	}
	return g
}

// TestHostileQEMU: whatever real guests, their files and their monitors are
// called, the trail has them by these names, and nothing that is printed of them
// does harm.
func TestHostileQEMU(t *testing.T) {
	needRoot(t)
	need(t, "qemu-system-x86_64")
	s := newService(t, "--proc", "on", "--sweep", "1s", "--window", "1s")
	s.args = append(s.args, "--qmp", s.path("*.qmp"))
	writeFile(t, s.path("audit.log"), "")
	var guests []named
	for n, g := range hostileGuests {
		guests = append(guests, startNamed(t, s.dir, n, g))
	}
	s.start(t)
	for _, g := range guests {
		s.knows(t, g, "qmp")
	}
	eventually(t, patience, "what no monitor tells is found", func() bool {
		var list struct{ Items []struct{} }
		return s.get("findings", url.Values{"kind": {"undeclared"}}, &list) && len(list.Items) >= len(guests)
	})
	s.harmless(t, guests)
	if peak := s.peak(t); peak > 200 {
		t.Errorf("the service took %d MiB", peak)
	}
}

// TestHostileLibvirt is the same for what libvirt takes as a name. XML has no
// control bytes, and libvirt makes files of the name.
func TestHostileLibvirt(t *testing.T) {
	log := recordAudit(t)
	host := startLibvirtd(t)
	m := host.define(t, `a"b'c\d <img src=x onerror=alert(1)> =1+1,|%s%n`+"\u202egnp\u2028\u009b",
		"-object", "rng-random,id=unknown,filename=/dev/random")
	m.start(t)
	s := newService(t, "--proc", "on", "--sweep", "1s", "--window", "1s",
		"--libvirt", "qemu+unix:///system?socket="+filepath.Join(host.dir, "run/libvirt/libvirt-sock-ro"), "--log", log.path)
	s.start(t)
	g := named{name: m.Name, known: m.Name, uuid: m.UUID, disk: m.Disk}
	s.knows(t, g, "libvirt")
	refusedByLibvirt(t, host)
	eventually(t, patience, "what libvirt doesn't know is found", func() bool { return s.finds("undeclared", "/dev/random") })
	s.harmless(t, []named{g})
}

// refusedByLibvirt holds libvirt to what is said above.
func refusedByLibvirt(t *testing.T, h *hypervisor) {
	t.Helper()
	for _, name := range []string{"two&#10;lines", "\x1b[31mred", "\xff\xfe", "a/b"} {
		definition := fmt.Sprintf(`<domain type='qemu'><name>%s</name><memory>65536</memory><os><type>hvm</type></os></domain>`, name)
		if out, err := h.try("define", xmlFile(t, definition)); err == nil {
			t.Errorf("libvirt takes the name %q: %s", name, out)
		}
	}
}
