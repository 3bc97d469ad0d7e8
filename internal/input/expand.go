package input

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

const stdinName = "standard input"

// maxPinned is how many files Expand holds open. Soft limits of 1,024
// descriptors are usual, and auditd keeps at most 999 files of a log.
const maxPinned = 512

// Options says what the arguments alone don't.
type Options struct {
	// Stdin is what "-" reads; nil means os.Stdin.
	Stdin io.Reader
	// TypeName names a record's type where a journal gives only its number.
	// Without it auditd's form for an unknown type is used, UNKNOWN[n].
	TypeName func(number uint16) string
}

// Expand finds the sources that args name, in the order in which to read them.
// What can't be read becomes an error, one for each file, that names it; the
// sources are those that remain. An ErrDuplicate among the errors is a warning.
//
// The files are open from here on: a source that is not opened must be closed.
func Expand(args []string, opts Options) ([]*Source, []error) {
	x := &expander{opts: opts, seen: make(map[fileID]string)}
	for _, arg := range args {
		node, path := splitNode(arg)
		switch {
		case path == "-":
			x.stdin(node)
		case arg == "":
			x.fail(arg, errors.New("an empty argument names no file"))
		case path == "":
			x.fail(arg, errors.New("no path after the node's name"))
		default:
			x.path(path, node)
		}
	}
	sortRotations(x.sources)
	return x.sources, x.errs
}

// An expander collects sources.
type expander struct {
	opts    Options
	seen    map[fileID]string // the name under which a file came first
	pinned  int
	sources []*Source
	errs    []error

	listed func() // for tests: called when a directory's logs are open
}

func (x *expander) fail(name string, err error) {
	x.errs = append(x.errs, explain(name, err))
}

// splitNode takes NODE=PATH apart. What exists as a path is one.
func splitNode(arg string) (node, path string) {
	node, path, found := strings.Cut(arg, "=")
	if !found || !isHost(node) {
		return "", arg
	}
	if _, err := os.Lstat(arg); err == nil {
		return "", arg
	}
	return node, path
}

// isHost tells whether s can be a node's name as auditd's name_format gives
// it: a host name or a numeric address.
func isHost[T string | []byte](s T) bool {
	if len(s) == 0 || len(s) > 255 || s[0] == '-' || s[0] == '.' {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '.', c == '_', c == ':':
		default:
			return false
		}
	}
	return true
}

func (x *expander) stdin(node string) {
	r := x.opts.Stdin
	if r == nil {
		r = os.Stdin
	}
	s := &Source{Name: stdinName, Node: node, Size: -1, stdin: r, typeName: x.opts.TypeName}
	if f, ok := r.(*os.File); ok {
		s.info, _ = f.Stat() // only to tell a file that is given by name too
	}
	if s.info != nil && s.info.Mode().IsRegular() {
		s.Size = s.info.Size()
	}
	x.add(s)
}

func (x *expander) path(path, node string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		x.fail(path, err)
	case info.IsDir():
		x.dir(path, node)
	default:
		x.addLog(x.openLog(path, info), node)
	}
}

// addLog adds an opened log, or says why it could not be opened.
func (x *expander) addLog(l openedLog, node string) {
	if l.err != nil {
		x.fail(l.path, l.err)
		return
	}
	s := &Source{
		Name: l.path, Node: node, Size: -1,
		info: l.info, file: l.file, typeName: x.opts.TypeName,
	}
	if l.info.Mode().IsRegular() {
		s.Size = l.info.Size()
	}
	x.add(s)
}

// add adds a source unless its file is there already.
func (x *expander) add(s *Source) {
	if id, ok := idOf(s); ok {
		if first, dup := x.seen[id]; dup {
			x.unpin(s.file)
			x.errs = append(x.errs, duplicate(s.Name, first))
			return
		}
		x.seen[id] = s.Name
	}
	x.sources = append(x.sources, s)
}

func duplicate(name, first string) error {
	if name == first {
		return explain(name, ErrDuplicate)
	}
	return explain(name, fmt.Errorf("%w: it is the same file as %s", ErrDuplicate, first))
}

// A fileID tells files apart, whatever they are called.
type fileID struct {
	dev, ino uint64
	stdin    bool // for a standard input that isn't a file
}

func idOf(s *Source) (fileID, bool) {
	if s.info == nil {
		return fileID{stdin: true}, s.stdin != nil
	}
	st, ok := s.info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, false
	}
	return fileID{dev: uint64(st.Dev), ino: st.Ino}, true
}

// sortRotations puts the files of each log in order, oldest first. A log stays
// where the first of its files was.
func sortRotations(sources []*Source) {
	type log struct{ node, dir, base string }
	type place struct {
		log int
		rot rotation
	}
	logs := make(map[log]int)
	places := make(map[*Source]place, len(sources))
	for _, s := range sources {
		dir, name := filepath.Split(filepath.Clean(s.Name))
		rot, ok := parseRotation(name)
		if !ok || s.stdin != nil {
			rot = rotation{base: name}
		}
		key := log{s.Node, dir, rot.base}
		if _, ok := logs[key]; !ok {
			logs[key] = len(logs)
		}
		places[s] = place{logs[key], rot}
	}
	slices.SortStableFunc(sources, func(a, b *Source) int {
		p, q := places[a], places[b]
		return cmp.Or(cmp.Compare(p.log, q.log), p.rot.compareAge(q.rot))
	})
}
