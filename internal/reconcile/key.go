package reconcile

import (
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// A key is what a thing of a witness and a holding of the log have in common
// where they are the same.
type key struct{ kind, id, sub string }

// keyOf gives the key of a thing or a holding: MACs in lower case, paths without
// what doubled slashes and dots make of them, bytes that aren't UTF-8 as
// witnesses write them.
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

// aliasDetails are what a Thing's Detail may say that a process's view of the
// same thing has too.
var aliasDetails = [...]string{"tap", "source", "socket", "master", "slave"}

// aliases are all names by which a thing may be known to a process's witness.
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

// alias appends a name in the forms in which it can be compared. That of a socket
// of a network stands behind what says so: tcp:HOST:PORT, nbd://HOST:PORT/NAME.
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

// badBytes are those of a name that aren't UTF-8, as fact.Plain writes them or as
// QEMU does, which has U+FFFD for them. One that stands for itself can't be told
// from these.
var badBytes = regexp.MustCompile(`(?:\\x[0-9a-f]{2}|\x{FFFD})+`)

// blurred gives a name in which the bytes that aren't UTF-8 are any: QEMU doesn't
// say which. What differs in these alone is taken for the same, as nobody can
// prove that it isn't.
func blurred(name string) string {
	if !strings.Contains(name, `\x`) && !strings.ContainsRune(name, utf8.RuneError) {
		return name
	}
	return strings.ReplaceAll(badBytes.ReplaceAllString(name, "\uFFFD"), `\\`, `\`)
}
