package libvirt

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// RunDir is where libvirt's daemons have their sockets.
const RunDir = "/run/libvirt"

// An Endpoint is a driver of libvirt, and where its daemon listens.
type Endpoint struct {
	// URI is what the daemon is asked for: qemu:///system.
	URI string
	// Sockets are tried in this order, anew at each connect: a modular daemon's
	// first, as beside it libvirt-sock is only that of a proxy to it.
	Sockets []string
	// PIDs is the folder of the guests' files NAME.pid.
	PIDs string
}

// A driverName is that of a driver, and of its modular daemon.
type driverName struct{ name, daemon string }

// drivers are those that write audit records.
var drivers = []driverName{
	{"qemu", "virtqemud"},
	{"lxc", "virtlxcd"},
}

// Find gives the endpoints of this host that have a socket in runDir (RunDir,
// where it is empty). Whether libvirtd has a driver shows when it is asked for
// it: see ErrNoDriver.
func Find(runDir string, readWrite bool) []Endpoint {
	var found []Endpoint
	for _, d := range drivers {
		e := endpoint(d.name, d.daemon, runDir, readWrite)
		for _, socket := range e.Sockets {
			if _, err := os.Stat(socket); err == nil {
				found = append(found, e)
				break
			}
		}
	}
	return found
}

func endpoint(driver, daemon, runDir string, readWrite bool) Endpoint {
	if runDir == "" {
		runDir = RunDir
	}
	suffix := "-sock-ro"
	if readWrite {
		suffix = "-sock"
	}
	return Endpoint{
		URI:     driver + ":///system",
		Sockets: []string{filepath.Join(runDir, daemon+suffix), filepath.Join(runDir, "libvirt"+suffix)},
		PIDs:    filepath.Join(runDir, driver),
	}
}

// ParseURI gives the endpoint of a URI as virsh takes it: qemu:///system, or
// qemu+unix:///system?socket=/run/libvirt/libvirt-sock-ro, which alone is tried
// then. Only the system's daemons of this host are known.
func ParseURI(uri, runDir string, readWrite bool) (Endpoint, error) {
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
	return withSocket(endpoint(driver, drivers[i].daemon, runDir, readWrite), u)
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
