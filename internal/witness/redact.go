package witness

import (
	"regexp"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// maxDefinition is how long a definition may be to be kept.
const maxDefinition = 1 << 20

// Where a definition may hold secrets: passwords of displays, cookies of images over
// HTTP, and what is handed to QEMU as -object secret or password=. libvirt itself leaves
// out the first two on the read-only socket.
var secrets = []struct {
	at *regexp.Regexp
	to string
}{
	{regexp.MustCompile(`(\bpasswd\s*=\s*)(?:'[^']*'|"[^"]*")`), `$1'***'`},
	{regexp.MustCompile(`(<cookie\b[^>]*>)[^<]*`), `$1***`},
	{regexp.MustCompile(`(<secret\b[^>]*>)[^<]+`), `$1***`},
	{regexp.MustCompile(`(<(?:[\w-]+:)?arg\b[^>]*\bsecret\b[^>]*?\bdata(?:=|&quot;\s*:\s*&quot;|'\s*:\s*'|"\s*:\s*"))[^,'"&<>]*`), `$1***`},
	{regexp.MustCompile(`(<(?:[\w-]+:)?arg\b[^>]*\bpassword=)[^,'"&<>]*`), `$1***`},
}

// redacted gives a definition without secrets.
func redacted(text string) string {
	for _, s := range secrets {
		text = s.at.ReplaceAllString(text, s.to)
	}
	return text
}

// define puts a definition into an observation, or says why it isn't there.
func define(o *fact.Observed, text string) {
	text = fact.Plain(redacted(text))
	if len(text) > maxDefinition {
		o.Problem = "the definition is too long to be kept"
		return
	}
	o.Definition = text
}
