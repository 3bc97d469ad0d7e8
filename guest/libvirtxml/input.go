package libvirtxml

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

func (p *parser) input(n *node) error {
	i := guest.Input{Type: guest.InputType(n.attrOr("type", ""))}
	from := n.child("source")
	var path string
	var ok bool
	switch i.Type {
	case guest.InputPassthrough:
		path, ok = from.attr("evdev")
	case guest.InputEvdev:
		if path, ok = from.attr("dev"); !ok {
			return n.lacks("source/@dev")
		}
	}
	i.Path, i.EmptyPath = tidyPath(path), ok && path == ""
	p.spec.Inputs = append(p.spec.Inputs, i)
	return nil
}

// tidyPath gives a path without repeated slashes and without one at its end.
// Two slashes at its beginning are left, as POSIX gives them a meaning, and so
// is what begins with a scheme.
func tidyPath(path string) string {
	if scheme := strings.Index(path, "://"); scheme >= 0 && strings.IndexByte(path, '/') > scheme {
		return path
	}
	var b strings.Builder
	rest := path
	if strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///") {
		b.WriteString("//")
		rest = path[2:]
	}
	for i := 0; i < len(rest); i++ {
		if rest[i] != '/' || i == 0 || rest[i-1] != '/' {
			b.WriteByte(rest[i])
		}
	}
	tidy := b.String()
	if len(tidy) > 1 && tidy != "//" {
		tidy = strings.TrimSuffix(tidy, "/")
	}
	return tidy
}
