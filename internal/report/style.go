package report

import "github.com/virtaudit/virtaudit/internal/trail"

// style is an ANSI colour.
type style string

const (
	plain  style = ""
	bold   style = "1"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
	dim    style = "2"
)

// paint gives a text its colour. It does so after all widths are measured.
func (o Options) paint(s style, text string) string {
	if !o.Color || s == plain || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

func stateStyle(s trail.State) style {
	switch s {
	case trail.Running:
		return green
	case trail.Starting:
		return cyan
	case trail.Failed:
		return red
	case trail.Lost:
		return yellow
	}
	return plain
}
