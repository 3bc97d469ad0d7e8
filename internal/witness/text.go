package witness

import (
	"strings"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// clipped is fact.Plain, cut to a number of bytes.
func clipped(s string, most int) string {
	if s = fact.Plain(s); len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
