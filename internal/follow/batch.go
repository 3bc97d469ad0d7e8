package follow

import (
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

// The ways, which are the Source of the facts too.
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

// A Batch is what was read since the batch before. It belongs to whom it was
// given.
type Batch struct {
	Way string
	// Records are facts of kind Record without Seq, in the order of the source.
	Records []fact.Fact
	// Position is where to go on behind them, to be stored together with them. It
	// is nil where there is none: by multicast and stdin, and before the first
	// line of a log.
	Position []byte
	// CaughtUp tells that all that the source had at ReadTo was given.
	CaughtUp bool
	ReadTo   time.Time
	// Again tells that a file is read from its beginning anew, or from where it was
	// left for another way, so that some of the records may have been given before.
	// Anew has the places in Records where such a reading began.
	Again bool
	Anew  []int
	// Lines and Bytes count all that was read, and Malformed the lines among them
	// that should be records of ours and are none.
	Lines, Bytes, Malformed int64
	Problems                []Problem
}

// Take takes a batch. The next one isn't read before it returns, and an error
// of it ends the following.
type Take func(*Batch) error

// ProblemKind is what went wrong.
type ProblemKind string

// The kinds of problems.
const (
	Missed     ProblemKind = "missed"     // records went by: a file or a receive buffer was gone before it was read
	Truncated  ProblemKind = "truncated"  // a log is shorter than it was
	Replaced   ProblemKind = "replaced"   // a log is another file now
	Unreadable ProblemKind = "unreadable" // a log can't be read; it is tried again
	LongLine   ProblemKind = "long-line"  // a line was passed over
	ClockBack  ProblemKind = "clock-back" // a record is earlier than one before it
)

// A Problem is something that went wrong with a source.
type Problem struct {
	Kind  ProblemKind
	Where string // the file, or the way
	// From and To are of records that may be missing: between the last one before
	// and the first one after, zero where that isn't known. Of ClockBack they are
	// the later and the earlier time.
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
