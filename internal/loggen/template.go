package loggen

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// A line other than a VIRT record is a template: its type, a space, and its
// text with holes in braces. What follows a 0x1d is auditd's enrichment and
// falls away in raw logs.

// hole is a part of a line that differs from event to event.
type hole int

const (
	holeNone  hole = iota
	holePid        // of the process of the event
	holePpid       // of its parent
	holeUID        // of the user of the event
	holeUser       // the same by name
	holeSes        // of the login
	holeSubj       // ` subj=...` of an ordinary process, or nothing
	holeHex        // an address
	holeSmall      // a number under 100
	holeInode      // a larger number
	holePath       // a file, see paths
	holeTitle      // a command line, see titles
	holeUnit       // of systemd
	holeUUID       // of the guest of the event
	holeCtx        // the SELinux context, or what a caller wants
)

var holes = map[string]hole{
	"pid": holePid, "ppid": holePpid, "uid": holeUID, "user": holeUser, "ses": holeSes,
	"subj": holeSubj, "hex": holeHex, "small": holeSmall, "inode": holeInode, "path": holePath,
	"title": holeTitle, "unit": holeUnit, "uuid": holeUUID, "ctx": holeCtx,
}

// values fill the holes of the lines of one event.
type values struct {
	pid, ppid int
	uid, ses  int
	user      string
	subj      string
	uuid, ctx string
}

// piece is a text and the hole after it.
type piece struct {
	text string
	hole hole
}

// template is a line's text, cut at its holes.
type template struct {
	typ           string
	raw, enriched []piece
}

// parseTemplate panics for a hole with an unknown name: the lines are part of
// the program.
func parseTemplate(line string) template {
	typ, text, _ := strings.Cut(line, " ")
	plain, _, _ := strings.Cut(text, "\x1d")
	return template{typ: typ, raw: pieces(plain), enriched: pieces(text)}
}

func pieces(text string) []piece {
	var ps []piece
	for {
		before, rest, found := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(ps, piece{text: text})
		}
		h, known := holes[name]
		if !known {
			// SELinux permissions stand in braces too: `{ read }`.
			before, h, after = before+"{", holeNone, rest
		}
		ps = append(ps, piece{text: before, hole: h})
		text = after
	}
}

// appendTo appends the text, without type and stamp.
func (t *template) appendTo(b []byte, v *values, rng *rand.Rand, raw bool) []byte {
	ps := t.enriched
	if raw {
		ps = t.raw
	}
	for i := range ps {
		b = append(b, ps[i].text...)
		if ps[i].hole != holeNone {
			b = v.fill(b, ps[i].hole, rng)
		}
	}
	return b
}

func (v *values) fill(b []byte, h hole, rng *rand.Rand) []byte {
	switch h {
	case holePid:
		return strconv.AppendInt(b, int64(v.pid), 10)
	case holePpid:
		return strconv.AppendInt(b, int64(v.ppid), 10)
	case holeUID:
		return strconv.AppendInt(b, int64(v.uid), 10)
	case holeSes:
		return strconv.AppendInt(b, int64(v.ses), 10)
	case holeUser:
		return append(b, v.user...)
	case holeSubj:
		return append(b, v.subj...)
	case holeUUID:
		return append(b, v.uuid...)
	case holeCtx:
		return append(b, v.ctx...)
	default:
		return fillChance(b, h, rng)
	}
}

// fillChance fills a hole that is drawn anew each time.
func fillChance(b []byte, h hole, rng *rand.Rand) []byte {
	switch h {
	case holeHex:
		return strconv.AppendUint(b, 0x7f<<40|rng.Uint64()>>24, 16)
	case holeSmall:
		return strconv.AppendUint(b, rng.Uint64N(100), 10)
	case holeInode:
		return strconv.AppendUint(b, 1<<17+rng.Uint64N(1<<21), 10)
	case holePath:
		return append(b, paths[rng.IntN(len(paths))]...)
	case holeTitle:
		return append(b, titles[rng.IntN(len(titles))]...)
	default:
		return append(b, units[rng.IntN(len(units))]...)
	}
}
