package follow

import (
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// The ways to the log. They are also the Source of the facts.
const (
	WayFile      = "file"
	WayMulticast = "multicast"
	WayStdin     = "stdin"
)

const (
	// maxLine is the longest line that is read.
	maxLine = 1 << 20
	// maxRecords and maxText are about how much a batch has at most.
	maxRecords, maxText = 4096, 1 << 20
)

// A Batch is what was read since the batch before. It belongs to the function that it was
// given to.
type Batch struct {
	Way string
	// Records are facts of kind Record without Seq, in the order of the source.
	Records []fact.Fact
	// Position is where to go on after them, to be stored together with them. There is
	// none by multicast and stdin, and before the first line of a log.
	Position []byte
	// CaughtUp says that all that the source had at ReadTo has been given.
	CaughtUp bool
	ReadTo   time.Time
	// Again says that a file is read from its beginning again, or from where it was left
	// for another way, so that some of the records may have been given before. Anew has
	// the places in Records where such a reading began.
	Again bool
	Anew  []int
	// Lines and Bytes count everything that was read. Malformed counts the lines that
	// should be records which matter, and can't be parsed.
	Lines, Bytes, Malformed int64
	Problems                []Problem
}

// Take takes a batch. The next one isn't read before it returns. If it returns an error
// the Follower ends.
type Take func(*Batch) error

// ProblemKind is what went wrong.
type ProblemKind string

// The kinds of problems.
const (
	Missed     ProblemKind = "missed"     // records were lost: a file went before it was read, or a receive buffer ran over
	Truncated  ProblemKind = "truncated"  // a log is shorter than it was
	Replaced   ProblemKind = "replaced"   // a log is another file now
	Unreadable ProblemKind = "unreadable" // a log can't be read; it is tried again
	LongLine   ProblemKind = "long-line"  // a line was skipped
	ClockBack  ProblemKind = "clock-back" // a record is earlier than one before it
)

// A Problem is something that went wrong with a source.
type Problem struct {
	Kind  ProblemKind
	Where string // the file, or the way
	// From and To are the times of the last record before and the first one after those
	// that may be missing, zero if they aren't known. For ClockBack they are the time
	// before and the earlier one after.
	From, To time.Time
	Text     string
}

// Loses tells whether records may be missing.
func (p Problem) Loses() bool {
	return p.Kind == Missed || p.Kind == Truncated || p.Kind == Replaced || p.Kind == LongLine
}

func (p Problem) String() string {
	return fmt.Sprintf("%s: %s: %s", p.Where, p.Kind, p.Text)
}
