package qmp

import (
	"cmp"
	"encoding/json"
	"net"
	"net/url"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// maxFilename is the longest name of an image that is taken apart.
const maxFilename = 64 << 10

// imageSource reads QEMU's name of an image: a path, PROTOCOL:REST, a URL, or
// json:{...} where QEMU has no shorter one. Options are left out: users,
// passwords and keys are among them.
func imageSource(name string) guest.DiskSource {
	if name == "" || len(name) > maxFilename {
		return guest.DiskSource{}
	}
	if text, ok := strings.CutPrefix(name, "json:"); ok {
		return jsonSource(text)
	}
	protocol, rest, ok := cutProtocol(name)
	switch {
	case !ok:
		return guest.DiskSource{Type: guest.DiskFile, Path: name}
	case protocol == "file":
		return guest.DiskSource{Type: guest.DiskFile, Path: rest}
	case protocol == "host_device", protocol == "host_cdrom":
		return guest.DiskSource{Type: guest.DiskBlock, Path: rest}
	case protocol == "fat":
		return guest.DiskSource{Type: guest.DiskDir, Path: rest[strings.LastIndexByte(rest, ':')+1:]}
	case strings.HasPrefix(rest, "//"):
		return urlSource(protocol, name)
	}
	first, _, _ := strings.Cut(rest, ":") // rbd's options follow
	return guest.DiskSource{Type: guest.DiskNetwork, Protocol: protocol, Name: first}
}

// cutProtocol finds a protocol as QEMU does: a colon before any slash.
func cutProtocol(name string) (protocol, rest string, ok bool) {
	i := strings.IndexAny(name, ":/")
	if i <= 0 || name[i] != ':' {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

// urlSource reads nbd://HOST:PORT/EXPORT, nbd+unix:///EXPORT?socket=PATH,
// nvme://ADDRESS/NAMESPACE and the like.
func urlSource(protocol, name string) guest.DiskSource {
	if address, ok := strings.CutPrefix(name, "nvme://"); ok { // its colons are no port
		address, _, _ = strings.Cut(address, "/")
		return guest.DiskSource{Type: guest.DiskNVMe, Path: address}
	}
	u, err := url.Parse(name)
	if err != nil {
		return guest.DiskSource{Type: guest.DiskNetwork, Protocol: protocol}
	}
	base, transport, _ := strings.Cut(protocol, "+")
	s := guest.DiskSource{
		Type: guest.DiskNetwork, Protocol: base, Host: u.Host,
		Name: strings.TrimPrefix(u.Path, "/"),
	}
	if transport == "unix" {
		s.Host = u.Query().Get("socket")
	}
	return s
}

// jsonSource reads the options of a chain of drivers, nested or with dots:
// {"driver": "raw", "file": {"driver": "nbd", "server": {...}}}. What counts is
// the last of them.
func jsonSource(text string) guest.DiskSource {
	var options map[string]any
	if err := json.Unmarshal([]byte(text), &options); err != nil {
		return guest.DiskSource{}
	}
	last := protocolOf(flatten(options))
	driver := last["driver"]
	if last["url"] != "" {
		return urlSource(driver, last["url"])
	}
	switch driver {
	case "file":
		return guest.DiskSource{Type: guest.DiskFile, Path: last["filename"]}
	case "host_device", "host_cdrom":
		return guest.DiskSource{Type: guest.DiskBlock, Path: last["filename"]}
	case "vvfat":
		return guest.DiskSource{Type: guest.DiskDir, Path: last["dir"]}
	case "nvme":
		return guest.DiskSource{Type: guest.DiskNVMe, Path: last["device"]}
	}
	return guest.DiskSource{
		Type: guest.DiskNetwork, Protocol: driver, Name: remoteName(last), Host: remoteHost(last),
	}
}

// flatten gives all texts by their path, with dots.
func flatten(options map[string]any) map[string]string {
	flat := map[string]string{}
	var walk func(prefix string, value any, depth int)
	walk = func(prefix string, value any, depth int) {
		switch v := value.(type) {
		case string:
			flat[prefix] = v
		case map[string]any:
			for key, inner := range v {
				if depth < maxDrivers {
					walk(strings.TrimPrefix(prefix+"."+key, "."), inner, depth+1)
				}
			}
		}
	}
	walk("", options, 0)
	return flat
}

// maxDrivers is how deep options are read.
const maxDrivers = 16

// protocolOf follows file.file... to the options of the last driver.
func protocolOf(flat map[string]string) map[string]string {
	for range maxDrivers {
		inner := map[string]string{}
		for key, value := range flat {
			if below, ok := strings.CutPrefix(key, "file."); ok {
				inner[below] = value
			}
		}
		if len(inner) == 0 {
			break
		}
		flat = inner
	}
	return flat
}

// remoteName is what a server calls the image.
func remoteName(o map[string]string) string {
	switch {
	case o["pool"] != "":
		return o["pool"] + "/" + o["image"]
	case o["volume"] != "":
		return o["volume"] + "/" + strings.TrimPrefix(o["path"], "/")
	case o["target"] != "":
		return o["target"]
	}
	return cmp.Or(o["export"], o["path"], o["filename"])
}

// remoteHost is the server as HOST:PORT, or its socket's path.
func remoteHost(o map[string]string) string {
	switch {
	case o["server.path"] != "":
		return o["server.path"]
	case o["portal"] != "":
		return o["portal"]
	}
	host, port := cmp.Or(o["server.host"], o["server.0.host"], o["host"]), cmp.Or(o["server.port"], o["server.0.port"], o["port"])
	if port == "" {
		return host
	}
	return net.JoinHostPort(host, port)
}
