package doctor

import (
	"encoding/json"
	"io"
)

// JSON writes checks as one object: state, the worst of all, and checks.
func JSON(w io.Writer, found []Check) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		State  State   `json:"state"`
		Checks []Check `json:"checks"`
	}{Worst(found), found})
}
