package trail

// A Delta is what a trail that grows has gained since the last one: rows that
// are new, or that replace those of the same ID. What it gives is the caller's to
// keep and not to change.
type Delta struct {
	// Sessions are whole: as they would be if no more facts came.
	Sessions []*Session
	// Merged are the IDs of sessions that turned out to be part of others, or
	// none at all. Records alone never show that.
	Merged []uint64
	// Belongs are, by their IDs, sessions that witnesses showed, and of which of the
	// log's they are, or that they are their own. Events keep the ID that they were
	// told with, and are of what that belongs to. Whose events a Delta has is in it.
	Belongs map[uint64]uint64
	// Numbers are those of sessions, by their ID, that are otherwise unchanged and
	// not in Sessions: one that came out of order was before them.
	Numbers map[uint64]int
	// Events are named by Fact and Nth. Withdrawn are losses that were presumed,
	// and of which the session went on.
	Events    []*Event
	Withdrawn []EventID
	// Findings are named by ID, Dropped are IDs of those that hold no more.
	Findings []*Finding
	Dropped  []string
	// Unwatched are, of the nodes where they changed, all times in which auditd
	// did not write.
	Unwatched map[string][]Span
	// LastSeen is the last record of each node that had any.
	LastSeen map[string]Moment
}

// An EventID names an event.
type EventID struct {
	Fact uint64
	Nth  int
}

// Empty tells whether nothing has changed.
func (d *Delta) Empty() bool {
	return len(d.Sessions) == 0 && len(d.Merged) == 0 && len(d.Belongs) == 0 && len(d.Numbers) == 0 &&
		len(d.Events) == 0 && len(d.Withdrawn) == 0 && len(d.Findings) == 0 && len(d.Dropped) == 0 &&
		len(d.Unwatched) == 0 && len(d.LastSeen) == 0
}
