package libvirt

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// runDir is where libvirt's daemons have their sockets.
const runDir = "/run/libvirt"

// An Endpoint is a driver of libvirt, and where its daemon listens.
type Endpoint struct {
	// URI is what the daemon is asked for, such as qemu:///system.
	URI string
	// Sockets are tried in this order at each connect: first that of a modular daemon,
	// as beside one libvirt-sock only belongs to a proxy.
	Sockets []string
	// PIDs is the folder with the guests' pid files, NAME.pid.
	PIDs string
}

// A driverName has the names of a driver and of its modular daemon.
type driverName struct{ name, daemon string }

// drivers are the drivers that write audit records.
var drivers = []driverName{
	{"qemu", "virtqemud"},
	{"lxc", "virtlxcd"},
}

func endpoint(d driverName, dir string, readWrite bool) Endpoint {
	if dir == "" {
		dir = runDir
	}
	suffix := "-sock-ro"
	if readWrite {
		suffix = "-sock"
	}
	return Endpoint{
		URI:     d.name + ":///system",
		Sockets: []string{filepath.Join(dir, d.daemon+suffix), filepath.Join(dir, "libvirt"+suffix)},
		PIDs:    filepath.Join(dir, d.name),
	}
}

// ParseURI gives the endpoint of a URI as virsh takes it: qemu:///system, or
// qemu+unix:///system?socket=/run/libvirt/libvirt-sock-ro for one socket alone. Only the
// system daemons of this host can be named. dir is the folder of their sockets; "" is
// /run/libvirt.
func ParseURI(uri, dir string, readWrite bool) (Endpoint, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return Endpoint{}, fmt.Errorf("libvirt URI: %w", err)
	}
	driver, transport, _ := strings.Cut(u.Scheme, "+")
	i := slices.IndexFunc(drivers, func(d driverName) bool { return d.name == driver })
	unknown := fmt.Errorf("libvirt URI %q: unknown driver %q, there are qemu and lxc", uri, driver)
	if i < 0 && driver != "" {
		return Endpoint{}, unknown
	}
	if u.Host != "" || transport != "" && transport != "unix" {
		return Endpoint{}, fmt.Errorf("libvirt URI %q: only this host can be watched", uri)
	}
	if u.Path != "/system" && (driver != "lxc" || u.Path != "/") {
		return Endpoint{}, fmt.Errorf("libvirt URI %q: path %q, want /system", uri, u.Path)
	}
	if i < 0 {
		return Endpoint{}, unknown
	}
	return withSocket(endpoint(drivers[i], dir, readWrite), u)
}

func withSocket(e Endpoint, u *url.URL) (Endpoint, error) {
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Endpoint{}, fmt.Errorf("libvirt URI %q: %w", u, err)
	}
	for key, values := range options {
		if key != "socket" || !filepath.IsAbs(values[0]) {
			return Endpoint{}, fmt.Errorf("libvirt URI %q: %s=%q; the only option is socket, an absolute path", u, key, values[0])
		}
		e.Sockets = values[:1]
	}
	return e, nil
}
