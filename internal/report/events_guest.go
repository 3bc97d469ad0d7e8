package report

import (
	"strconv"

	"github.com/virtaudit/virtaudit/internal/trail"
)

// naming names guests the same way in all of a text: NAME#N is the Nth session
// of a guest on its host.
type naming struct {
	showUUID bool
	nodes    bool               // there are named ones
	uuids    map[nameKey]string // "" for a name that several guests have
}

// see takes note of a guest that is to be named.
func (n *naming) see(node, uuid, name string) {
	n.nodes = n.nodes || node != ""
	if name == "" || uuid == "" {
		return
	}
	if n.uuids == nil {
		n.uuids = map[nameKey]string{}
	}
	k := nameKey{node, name}
	if known, ok := n.uuids[k]; ok && known != uuid {
		n.uuids[k] = ""
	} else {
		n.uuids[k] = uuid
	}
}

// title names a guest and its session: with the beginning of its uuid where
// others have the same name, by its uuid alone where it has none. Without a
// guest there is none.
func (n *naming) title(node, uuid, name string, number int) string {
	text := listed(name)
	switch {
	case name == "" && uuid == "":
		return none
	case name == "":
		text = "uuid " + visible(uuid)
	}
	if number > 0 {
		text += "#" + strconv.Itoa(number)
	}
	switch known, ok := n.uuids[nameKey{node, name}]; {
	case name == "" || uuid == "":
	case n.showUUID:
		text += " (" + escaped(uuid) + ")"
	case ok && known == "":
		text += " (" + escaped(uuid[:min(8, len(uuid))]) + "…)"
	}
	return text
}

// of names a session.
func (n *naming) of(s *trail.Session) string { return n.title(s.Node, s.UUID, s.Name, s.Number) }
