package follow

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A rotated is one of the files of a log, as listed in its folder.
type rotated struct {
	path string
	age  age
	info fs.FileInfo
	// older is the file before it.
	older fs.FileInfo
}

// live tells whether it is the file that is written to.
func (r rotated) live() bool { return r.age.class == live }

// An age is what a file's name says of its place among the files of a log.
type age struct {
	class  int
	date   string
	number int
	packed bool // compressed, by its name
}

// The classes, oldest first: if there are dated files beside numbered ones, somebody has
// put the dated ones aside.
const (
	dated = iota
	numbered
	live
)

// ageOf reads a file's name, behind the live log's: .N of auditd, .DATE or -DATE
// of logrotate, with the ending of a compressor that package input knows.
func ageOf(suffix string) (a age, ok bool) {
	if suffix == "" {
		return age{class: live}, true
	}
	for _, ending := range []string{".gz", ".xz", ".zst"} {
		if rest, is := strings.CutSuffix(suffix, ending); is {
			suffix, a.packed = rest, true
			break
		}
	}
	if len(suffix) < 2 || suffix[0] != '.' && suffix[0] != '-' {
		return age{}, false
	}
	if digits := strings.ReplaceAll(suffix[1:], "-", ""); len(digits) >= 8 && isNumber(digits) {
		a.class, a.date = dated, digits
		return a, true
	}
	n, err := strconv.ParseUint(suffix[1:], 10, 31)
	a.class, a.number = numbered, int(n)
	return a, err == nil && suffix[0] == '.'
}

func isNumber(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// compare orders ages, the oldest first. Of a number that is there compressed
// and not, the compressed one is older.
func (a age) compare(b age) int {
	return cmp.Or(
		cmp.Compare(a.class, b.class), strings.Compare(a.date, b.date),
		cmp.Compare(b.number, a.number), cmp.Compare(rank(b.packed), rank(a.packed)),
	)
}

// packs tells whether a file of this age may be the result of compressing another, perhaps
// just now.
func (a age) packs(b age) bool {
	packed := b
	packed.packed = true
	return a == packed && !b.packed
}

func rank(packed bool) int {
	if packed {
		return 1
	}
	return 0
}

// maxListings is how often a folder is listed before it is tried again later.
const maxListings = 5

var errRotating = errors.New("its files are renamed all the time")

// listLog gives the files of a log, the oldest first, as they were at one time. A listing
// during which files are renamed may lack one, but not twice in the same way, so it is
// repeated until two are equal.
func listLog(log string) ([]rotated, error) {
	before, err := surveyLog(log)
	for range maxListings {
		if err != nil {
			return nil, err
		}
		var now []rotated
		if now, err = surveyLog(log); err == nil && slices.EqualFunc(before, now, sameEntry) {
			return now, nil
		}
		before = now
	}
	return nil, &fs.PathError{Op: "list", Path: filepath.Dir(log), Err: cmp.Or(err, errRotating)}
}

func sameEntry(a, b rotated) bool { return a.path == b.path && os.SameFile(a.info, b.info) }

// surveyLog lists the folder once. It leaves out what isn't a regular file, except under
// the name of the live log: that this can't be read must be reported.
func surveyLog(log string) ([]rotated, error) {
	dir, base := filepath.Split(log)
	entries, err := os.ReadDir(filepath.Clean(dir))
	if err != nil {
		return nil, err
	}
	var found []rotated
	for _, e := range entries {
		suffix, ok := strings.CutPrefix(e.Name(), base)
		a, isLog := ageOf(suffix)
		if !ok || !isLog {
			continue
		}
		r := rotated{path: filepath.Join(dir, e.Name()), age: a}
		r.info, err = os.Stat(r.path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err == nil && (r.live() || r.info.Mode().IsRegular()) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b rotated) int { return a.age.compare(b.age) })
	for i := 1; i < len(found); i++ {
		found[i].older = found[i-1].info
	}
	return found, nil
}
