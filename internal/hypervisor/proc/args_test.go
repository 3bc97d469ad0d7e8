package proc

import (
	"slices"
	"strings"
	"testing"
)

const uuid = "11111111-2222-3333-4444-55555555aaaa"

func TestReadQEMU(t *testing.T) {
	for _, tc := range []struct {
		name, args, guest, uuid string
		probe                   bool
	}{
		{"as libvirt", "-name|guest=web,debug-threads=on|-S|-machine|pc,usb=off|-uuid|" + uuid, "web", uuid, false},
		{"short", "-name|web|-uuid|" + uuid, "web", uuid, false},
		{"two dashes", "--name|web|--uuid|" + uuid, "web", uuid, false},
		{"commas", "-name|guest=a,,b,,,,c,process=x", "a,b,,c", "", false},
		{"equals sign", "-name|guest=a=b", "a=b", "", false},
		{"newline", "-name|guest=a\nb", "a\nb", "", false},
		{"the last counts", "-name|a|-name|guest=b,guest=c|-uuid|" + uuid + "|-uuid|" + strings.Replace(uuid, "1", "2", 1), "c", strings.Replace(uuid, "1", "2", 1), false},
		{"other key", "-name|process=x", "", "", false},
		{"upper case", "-uuid|" + strings.ToUpper(uuid), "", uuid, false},
		{"no uuid", "-uuid|" + strings.Replace(uuid, "a", "x", 1), "", "", false},
		{"zeros", "-uuid|00000000-0000-0000-0000-000000000000", "", "", false},
		{"flags take nothing", "-S|-nodefaults|-name|a|-daemonize|-uuid|" + uuid, "a", uuid, false},
		{"values look like options", "-append|-uuid|-kernel|-name|-initrd|x|-uuid|" + uuid, "", uuid, false},
		{"image without option", "disk.img|-name|a", "a", "", false},
		{"cut", "-name|a|-uuid", "a", "", false},
		{"probe", "-S|-no-user-config|-machine|none,accel=kvm:tcg", "", "", true},
		{"probe, other words", "-M|type=none", "", "", true},
		{"no probe", "-machine|q35,x=none", "", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var p Process
			p.readQEMU(strings.Split("qemu|"+tc.args, "|"))
			if p.Name != tc.guest || p.UUID != tc.uuid || p.Probe != tc.probe {
				t.Errorf("name %q, uuid %q, probe %v; want %q, %q, %v", p.Name, p.UUID, p.Probe, tc.guest, tc.uuid, tc.probe)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	p := Process{Program: QEMU}
	p.readQEMU(strings.Split("qemu|"+
		"-chardev|socket,id=mon0,path=/run/a,,b.sock,server=on|-mon|chardev=mon0,mode=control|"+
		"-chardev|socket,id=tpm,path=/run/tpm.sock|-chardev|file,id=mon1,path=/srv/file|-mon|mon1|"+
		"-qmp|unix:/run/qmp.sock,server=on|-monitor|tcp:127.0.0.1:4444|-pidfile|pid|-D|./log/q.log", "|"))
	if want := []string{"/run/a,b.sock", "/run/tpm.sock"}; !slices.Equal(p.claims.sockets, want) {
		t.Errorf("sockets %q, want %q", p.claims.sockets, want)
	}
	for path, want := range map[string]bool{
		"/run/a,b.sock": true, "/run/qmp.sock": true, "/srv/pid": true, "/srv/log/q.log": true,
		"/run/tpm.sock": false, "/srv/file": false, "/srv/xpid": false, "/srv/disk": false, "": false,
	} {
		if p.claims.covers(path) != want {
			t.Errorf("%q is expected: %v", path, !want)
		}
	}
}

func TestReadOthers(t *testing.T) {
	for _, tc := range []struct {
		program          Program
		args, name, uuid string
		sockets          string
	}{
		{LXC, "--name|web|--console|25", "web", "", ""},
		{Firecracker, "--id=web|--api-sock|/run/fc.sock", "web", "", ""},
		{CloudHypervisor, "--api-socket|path=/run/ch.sock|--platform|serial_number=x,uuid=" + uuid, "", uuid, ""},
		{Virtiofsd, "--socket-path=/run/fs.sock|-o|source=/srv", "", "", "/run/fs.sock"},
		{Virtiofsd, "--socket-path|/run/fs.sock", "", "", "/run/fs.sock"},
		{Virtiofsd, "--name|x|--id", "", "", ""},
		{SWTPM, "socket|--tpm2|--ctrl|type=unixio,path=/run/tpm.sock,mode=0600|--log|file=/var/log/swtpm.log", "", "", "/run/tpm.sock"},
	} {
		p := Process{Program: tc.program}
		p.readOthers(strings.Split(string(tc.program)+"|"+tc.args, "|"))
		if sockets := strings.Join(p.claims.sockets, " "); p.Name != tc.name || p.UUID != tc.uuid || sockets != tc.sockets {
			t.Errorf("%s: name %q, uuid %q, sockets %q; want %q, %q, %q", tc.args, p.Name, p.UUID, sockets, tc.name, tc.uuid, tc.sockets)
		}
	}
}

// Whatever a command line says, reading it ends, and a name is a part of it.
func FuzzReadQEMU(f *testing.F) {
	f.Add("-name\x00guest=a,,b\x00-uuid\x00" + uuid)
	f.Add("-name\x00,\x00-chardev\x00socket,path=,,,id=\x00-mon")
	f.Fuzz(func(t *testing.T, line string) {
		p := Process{Program: QEMU}
		p.readArguments(strings.Split("qemu\x00"+line, "\x00"))
		if len(p.Name) > len(line) || len(p.UUID) != 0 && len(p.UUID) != len(uuid) {
			t.Errorf("%q: name %q, uuid %q", line, p.Name, p.UUID)
		}
	})
}
