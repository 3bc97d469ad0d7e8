package qmp

import (
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/guest"
)

func TestImageSource(t *testing.T) {
	file := func(path string) guest.DiskSource { return guest.DiskSource{Type: guest.DiskFile, Path: path} }
	remote := func(protocol, host, name string) guest.DiskSource {
		return guest.DiskSource{Type: guest.DiskNetwork, Protocol: protocol, Host: host, Name: name}
	}
	for _, tc := range []struct {
		name string
		want guest.DiskSource
	}{
		{"", guest.DiskSource{}},
		{"/srv/vm/it's a:b.img", file("/srv/vm/it's a:b.img")},
		{"d0.qcow2", file("d0.qcow2")},
		{"file:a:b", file("a:b")},
		{"host_device:/dev/sdb", guest.DiskSource{Type: guest.DiskBlock, Path: "/dev/sdb"}},
		{"fat:rw:/srv/fat", guest.DiskSource{Type: guest.DiskDir, Path: "/srv/fat"}},
		{"nvme://0000:01:00.0/1", guest.DiskSource{Type: guest.DiskNVMe, Path: "0000:01:00.0"}},
		{"nbd://127.0.0.1:10977/exp", remote("nbd", "127.0.0.1:10977", "exp")},
		{"nbd+unix:///a/b?socket=/run/n%20bd.sock", remote("nbd", "/run/n bd.sock", "a/b")},
		{"iscsi://joe%secret@[::1]:3260/iqn.2001-04.com.example/1", remote("iscsi", "", "")},
		{"https://joe:secret@host/a.iso?token=secret", remote("https", "host", "a.iso")},
		{"rbd:pool/image:id=admin:key=secret", remote("rbd", "", "pool/image")},
		{`json:{"driver":"raw","file":{"driver":"file","filename":"/a"}}`, file("/a")},
		{`json:{"driver":"qcow2","file.driver":"host_device","file.filename":"/dev/sdb"}`, guest.DiskSource{Type: guest.DiskBlock, Path: "/dev/sdb"}},
		{
			`json:{"driver":"raw","file":{"driver":"nbd","export":"x","server":{"type":"inet","host":"::1","port":"10809"}}}`,
			remote("nbd", "[::1]:10809", "x"),
		},
		{
			`json:{"driver":"raw","file":{"driver":"throttle","file":{"driver":"nbd","server":{"type":"unix","path":"/run/nbd"}}}}`,
			remote("nbd", "/run/nbd", ""),
		},
		{`json:{"driver":"rbd","pool":"p","image":"i","key-secret":"s"}`, remote("rbd", "", "p/i")},
		{`json:{"driver":"gluster","volume":"v","path":"/i","server":[{"host":"h"}]}`, remote("gluster", "", "v/i")},
		{`json:{"driver":"iscsi","portal":"h:3260","target":"iqn.x","lun":"1"}`, remote("iscsi", "h:3260", "iqn.x")},
		{`json:{"driver":"https","url":"https://joe:secret@h/a.iso"}`, remote("https", "h", "a.iso")},
		{`json:{"driver":"vvfat","dir":"/srv/fat"}`, guest.DiskSource{Type: guest.DiskDir, Path: "/srv/fat"}},
		{`json:{"driver":"nvme","device":"0000:01:00.0","namespace":1}`, guest.DiskSource{Type: guest.DiskNVMe, Path: "0000:01:00.0"}},
		{`json:{"driver":"null-co","size":1}`, remote("null-co", "", "")},
		{"json:{", guest.DiskSource{}},
		{strings.Repeat("x", maxFilename+1), guest.DiskSource{}},
	} {
		if got := imageSource(tc.name); got != tc.want {
			t.Errorf("%.100s:\ngot  %+v\nwant %+v", tc.name, got, tc.want)
		}
	}
}

// FuzzImageSource holds sources to bounds: they are no longer than the name.
func FuzzImageSource(f *testing.F) {
	for _, name := range []string{
		"/a", "nbd+unix:///x?socket=/y", "nvme://0000:01:00.0/1", "rbd:a/b:c=d", "fat:/a", "json:{}",
		`json:{"file":{"file.file":{"driver":"nbd","server":{"host":"a","port":"b"}}}}`,
		`json:{"driver":"http","url":"json:{\"url\":\"x\"}"}`,
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s := imageSource(name)
		if n := len(s.Path) + len(s.Name) + len(s.Host); n > 4*len(name)+16 {
			t.Errorf("%d bytes of %d: %+v", n, len(name), s)
		}
	})
}
