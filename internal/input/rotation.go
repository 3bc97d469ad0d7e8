package input

import (
	"cmp"
	"strconv"
	"strings"
)

// A rotation is what a log's file name says about its place among the files of
// the same log.
type rotation struct {
	base   string // the live log's name
	class  int    // dated, numbered or live
	date   string // digits only
	number int
	packed bool // compressed, by its name
}

// The classes, in the order in which they are read. Dated files come first:
// where both kinds lie together, auditd made the numbered ones and somebody
// has put older ones aside under their date.
const (
	dated = iota
	numbered
	live
)

// packedSuffixes are the endings that compressors give. Some of the formats
// can't be read here, but such a file is a log that lacks, so it is told.
var packedSuffixes = []string{".gz", ".zst", ".xz", ".bz2", ".lz4", ".lzma", ".Z"}

// parseRotation reads a file's name. It reports false if this is not how a log
// is called.
func parseRotation(name string) (rotation, bool) {
	var r rotation
	for _, suffix := range packedSuffixes {
		if rest, ok := strings.CutSuffix(name, suffix); ok {
			name, r.packed = rest, true
			break
		}
	}
	if strings.HasPrefix(name, ".") {
		return r, false // an editor's or a copying tool's own
	}
	if base, ok := strings.CutSuffix(name, ".log"); ok {
		return parseLive(r, base), base != ""
	}
	i := strings.LastIndex(name, ".log")
	if i <= 0 {
		return r, false
	}
	r.base = name[:i+len(".log")]
	return parseSuffix(r, name[len(r.base):])
}

// parseLive reads NAME of NAME.log: it may end in -DATE.
func parseLive(r rotation, name string) rotation {
	r.class, r.base = live, name+".log"
	for i := range len(name) {
		if i == 0 || name[i] != '-' {
			continue
		}
		if date, ok := parseDate(name[i+1:]); ok {
			r.class, r.base, r.date = dated, name[:i]+".log", date
			break
		}
	}
	return r
}

// parseSuffix reads what follows NAME.log: .N, .DATE or -DATE.
func parseSuffix(r rotation, suffix string) (rotation, bool) {
	if date, ok := parseDate(suffix[1:]); ok {
		r.class, r.date = dated, date
		return r, suffix[0] == '-' || suffix[0] == '.'
	}
	n, err := strconv.ParseUint(suffix[1:], 10, 31)
	r.class, r.number = numbered, int(n)
	return r, err == nil && suffix[0] == '.'
}

// parseDate reads YYYYMMDD, YYYY-MM-DD or longer, with or without dashes, and
// gives the digits: these sort as the dates do. auditd numbers up to 999, so
// eight digits are no number.
func parseDate(s string) (string, bool) {
	digits := strings.ReplaceAll(s, "-", "")
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	return digits, len(digits) >= 8 && len(digits) <= 20 && s[0] != '-'
}

// compareAge orders two rotations of one log, the older first. Of a number
// that is there compressed and not, the compressed is older: auditd does not
// rename NAME.log.1.gz when it makes a new NAME.log.1.
func (r rotation) compareAge(o rotation) int {
	return cmp.Or(
		cmp.Compare(r.class, o.class),
		strings.Compare(r.date, o.date),
		cmp.Compare(o.number, r.number),
		cmp.Compare(b2i(o.packed), b2i(r.packed)),
	)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
