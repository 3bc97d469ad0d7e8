package store

import "github.com/virtaudit/virtaudit/internal/trail"

// maxParts is about how many parts of sessions are remembered. One takes some 250 bytes.
const maxParts = 1 << 18

// A written remembers running sessions as they were last written, so that only the parts
// that changed have to be written again. Ended ones seldom change, and are read from the
// file if they do.
type written struct {
	byID  map[uint64]*trail.Session
	parts int
}

func newWritten() *written { return &written{byID: map[uint64]*trail.Session{}} }

func partsOf(s *trail.Session) int {
	return 1 + len(s.Holdings) + len(s.Labels) + len(s.Steps) + len(s.Permissions) + len(s.Attempts)
}

func (w *written) keep(s *trail.Session) {
	w.forget(s.ID)
	if s.State != trail.Running && s.State != trail.Starting {
		return
	}
	w.byID[s.ID] = s
	w.parts += partsOf(s)
	for id := range w.byID {
		if w.parts <= maxParts {
			return
		}
		if id != s.ID {
			w.forget(id)
		}
	}
}

func (w *written) forget(id uint64) {
	if s := w.byID[id]; s != nil {
		w.parts -= partsOf(s)
		delete(w.byID, id)
	}
}
