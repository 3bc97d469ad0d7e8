package reconcile

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// A key identifies a resource: a witness's thing and a holding of the log can only be
// the same if their keys are equal.
type key struct{ kind, id, sub string }

// keyOf gives the key of a thing or a holding: MACs in lower case, paths cleaned of
// dots and double slashes, and bytes that aren't UTF-8 as witnesses write them.
func keyOf(kind, id, sub string) key {
	id = fact.Plain(id)
	switch {
	case kind == "net":
		id = strings.ToLower(id)
	case strings.HasPrefix(id, "/"):
		id = path.Clean(id)
	}
	return key{kind, id, fact.Plain(sub)}
}

// aliasDetails are the values of a Thing's Detail by which a process may have the
// same thing open.
var aliasDetails = [...]string{"tap", "source", "socket", "master", "slave"}

// aliases gives all names by which a process may have a thing open.
func aliases(t *fact.Thing) []string {
	all := alias(nil, t.ID)
	for _, name := range t.Names {
		all = alias(all, name)
	}
	for _, name := range aliasDetails {
		all = alias(all, t.Detail[name])
	}
	return all
}

// alias appends a name in the forms in which it can be compared. Of a network address
// that is also the address alone: HOST:PORT of tcp:HOST:PORT or nbd://HOST:PORT/NAME.
func alias(all []string, name string) []string {
	if name = blurred(name); name == "" {
		return all
	}
	if strings.HasPrefix(name, "/") {
		return append(all, path.Clean(name))
	}
	all = append(all, strings.ToLower(name))
	if _, host, ok := strings.Cut(name, "://"); ok {
		host, rest, _ := strings.Cut(host, "/")
		all = append(all, host)
		if host == "" { // over a unix socket: nbd:///run/nbd.sock
			all = append(all, path.Clean("/"+rest))
		}
	} else if kind, address, ok := strings.Cut(name, ":"); ok && (kind == "tcp" || kind == "udp") {
		all = append(all, address)
	}
	return all
}

// badBytes matches what stands for bytes that aren't UTF-8: \xNN, as fact.Plain writes
// them, or U+FFFD, as QEMU does. A name that really has these characters looks the
// same.
var badBytes = regexp.MustCompile(`(?:\\x[0-9a-f]{2}|\x{FFFD})+`)

// blurred replaces the bytes of a name that aren't UTF-8 by U+FFFD, as QEMU does. Names
// that differ in such bytes alone then count as the same, since nobody can prove that
// they aren't.
func blurred(name string) string {
	if !strings.Contains(name, `\x`) && !strings.ContainsRune(name, utf8.RuneError) {
		return name
	}
	return strings.ReplaceAll(badBytes.ReplaceAllString(name, "\uFFFD"), `\\`, `\`)
}
