package agent

import (
	"net"
	"os"
	"strings"
)

// auditdConf is where auditd is told what to call the host in its log.
const auditdConf = "/etc/audit/auditd.conf"

// ownName tells of a name in node= whether it is this host's. auditd writes there,
// by its name_format, what the host calls itself, that with its domain, an address
// of it, or a name of the administrator's; none of them need be the one by which
// the service knows the host. Any other is of a host that sends its log here.
func ownName(node, conf string) func(name string) bool {
	names, addresses := []string{node, "localhost"}, map[string]bool{}
	if name, err := os.Hostname(); err == nil {
		names = append(names, name)
	}
	if name := givenName(conf); name != "" {
		names = append(names, name)
	}
	all, _ := net.InterfaceAddrs() // without them a name that is an address is strange
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok {
			addresses[n.IP.String()] = true
		}
	}
	return func(name string) bool {
		if ip := net.ParseIP(name); ip != nil {
			return ip.IsLoopback() || addresses[ip.String()]
		}
		for _, own := range names {
			if sameHost(name, own) {
				return true
			}
		}
		return false
	}
}

// sameHost tells whether two names are one, or one of them is the other without
// its domain.
func sameHost(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	first, _, qualified := strings.Cut(a, ".")
	other, _, otherToo := strings.Cut(b, ".")
	if qualified && otherToo {
		return a == b
	}
	return first != "" && first == other
}

// givenName is what auditd is told to call the host: "" where it has no such name,
// or may not be asked.
func givenName(conf string) string {
	text, err := os.ReadFile(conf)
	if err != nil {
		return ""
	}
	settings := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, "="); ok {
			settings[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
		}
	}
	if !strings.EqualFold(settings["name_format"], "user") {
		return ""
	}
	return settings["name"]
}
