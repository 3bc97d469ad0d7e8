// Package demo has the facts of a real day of a few guests, for virtaudit serve
// --demo: what the audit log, libvirt, QEMU's monitor and the guests' processes
// showed while guests were started, changed and ended in the ways of
// docs/coverage.md. An integration test does all that and writes the file.
//
// # Form
//
// facts.jsonl.gz is JSON lines, compressed: one fact each, in the order in which
// they were taken, with the columns of a fact.Fact but for its number, which who
// takes them gives.
//
// # What it doesn't know
//
// The times are those of the day on which it was recorded. Nothing is derived
// here.
package demo

import (
	"bytes"
	_ "embed"
	"iter"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
)

//go:embed facts.jsonl.gz
var recorded []byte

// Window is how far apart a change and its record may be, as it was when the day
// was recorded.
const Window = 3 * time.Second

// Facts gives the day's facts in their order. After an error it gives no more.
func Facts() iter.Seq2[fact.Fact, error] { return Decode(bytes.NewReader(recorded)) }

// Newest gives the time of the last fact, in milliseconds since 1970.
func Newest() (int64, error) {
	newest := int64(0)
	for f, err := range Facts() {
		if err != nil {
			return 0, err
		}
		newest = max(newest, f.Stamp.Millis)
	}
	return newest, nil
}
