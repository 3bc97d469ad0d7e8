package follow

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/virtaudit/virtaudit/internal/input"
)

// begin finds the first file to read.
func (f *file) begin() state {
	all, err := listLog(f.o.Log)
	if errors.Is(err, fs.ErrNotExist) && f.from == nil {
		return atEnd // there is no log yet
	}
	if err != nil {
		return f.unreadable(err)
	}
	if f.from != nil {
		return f.resume(all)
	}
	return f.beginAtOldest(all)
}

// resume finds the file of the stored position.
func (f *file) resume(all []rotated) state {
	s, err := search(all, *f.from)
	if err != nil {
		return f.unreadable(err)
	}
	if s != nil {
		f.enter(s, all)
		return more
	}
	if len(all) == 0 {
		return atEnd // perhaps it comes back
	}
	f.lost(Missed, f.o.Log, "the file that was read last isn't there any more; the oldest that is there is read anew")
	f.from = nil
	f.anew()
	return f.beginAtOldest(all)
}

// search opens the file of a position at it, or gives nil. It looks first at the
// one with the position's inode, then at the newest.
func search(all []rotated, p position) (*segment, error) {
	var failed error
	for _, r := range byInode(all, p) {
		if !r.info.Mode().IsRegular() || !r.age.packed && r.info.Size() < p.At {
			continue
		}
		s, err := openAt(r, p)
		if s != nil {
			return s, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = errMoved
		}
		if !r.age.packed || errors.Is(err, errMoved) { // a broken one isn't it
			failed = errors.Join(failed, err)
		}
	}
	return nil, failed
}

func byInode(all []rotated, p position) []rotated {
	newest := slices.Clone(all)
	slices.Reverse(newest)
	i := slices.IndexFunc(newest, func(r rotated) bool {
		dev, inode := inodeOf(r.info)
		return dev == p.Dev && inode == p.Inode
	})
	if i > 0 {
		r := newest[i]
		newest = slices.Insert(slices.Delete(newest, i, i+1), 0, r)
	}
	return newest
}

// beginAtOldest opens the oldest file that has text.
func (f *file) beginAtOldest(all []rotated) state {
	s, at := f.openOldest(all)
	if s != nil {
		f.enter(s, all)
	}
	return at
}

// enter begins to read a file, one of those that were listed.
func (f *file) enter(s *segment, listed []rotated) {
	f.leave()
	f.cur, f.from, f.drained = s, nil, false
	clear(f.told)
	i := slices.IndexFunc(listed, func(r rotated) bool { return os.SameFile(r.info, s.info) })
	f.ahead = listed[i+1:]
}

func sizeOf(files []rotated) (bytes int64) {
	for _, r := range files {
		bytes += r.info.Size()
	}
	return bytes
}

// end looks for a newer file with text, when the current one was read to its
// end. That one is left when, after the newer one was seen, it has nothing more:
// its writer had written all to it by then.
func (f *file) end(now time.Time) state {
	if live, err := os.Stat(f.o.Log); err == nil && os.SameFile(live, f.cur.info) {
		clear(f.told)
		return atEnd
	}
	listed, newer, gone, err := f.follow()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return atEnd // the folder is gone; its writer may still have the file open
	case err != nil:
		return f.unreadable(err)
	case !slices.ContainsFunc(newer, holdsText):
		clear(f.told)
		return atEnd
	case !f.drained:
		f.drained = true
		return more
	}
	s, at := f.openOldest(newer)
	if s == nil {
		f.ahead = nil
		return at
	}
	f.finish(now)
	if gone != nil {
		f.lost(gone.Kind, f.cur.path, gone.Text)
	}
	f.enter(s, listed)
	return more
}

// follow gives the files that are newer than the current one, from those that
// were listed. If there were several when it was begun, the first of them is
// what follows, whatever was rotated since.
func (f *file) follow() (listed, newer []rotated, gone *Problem, err error) {
	if len(f.ahead) > 1 {
		return f.ahead, f.ahead, nil, nil
	}
	if listed, err = listLog(f.o.Log); err != nil {
		return nil, nil, nil, err
	}
	newer, gone = f.newer(listed)
	return listed, newer, gone, nil
}

// holdsText tells whether a file is to be read, or to be told of as it can't be.
func holdsText(r rotated) bool { return r.info.Size() > 0 || !r.info.Mode().IsRegular() }

// openOldest opens the oldest file that has text. For one that can't be read is
// waited, so that nothing is lost; but not for a compressed one, which will not
// change, nor, before anything was read, for old ones.
func (f *file) openOldest(files []rotated) (*segment, state) {
	for _, r := range files {
		if !holdsText(r) {
			continue
		}
		s, err := openSegment(r)
		switch {
		case err == nil:
			return s, more
		case errors.Is(err, fs.ErrNotExist):
			return nil, more
		case errors.Is(err, input.ErrEmpty):
		case !errors.Is(err, errMoved) && (r.age.packed || f.pos == nil && !r.live()):
			f.tell(Missed, r.path, fmt.Sprintf("it can't be read: %v", err))
		default:
			return nil, f.unreadable(err)
		}
	}
	return nil, atEnd
}

// newer gives the files that are newer than the current one. Where that has no
// name any more, they are those behind the one that was before it; where that
// isn't there either, all. Then some may have been there between.
func (f *file) newer(all []rotated) (newer []rotated, gone *Problem) {
	if i := slices.IndexFunc(all, func(r rotated) bool { return os.SameFile(r.info, f.cur.info) }); i >= 0 {
		return all[i+1:], nil
	}
	if f.cur.older != nil {
		i := slices.IndexFunc(all, func(r rotated) bool { return sameContent(r.info, f.cur.older) })
		if i >= 0 {
			return all[i+1:], &Problem{Kind: Replaced, Text: "it has no name any more; it was read to its end"}
		}
	}
	return all, &Problem{Kind: Missed, Text: "it was rotated away; it was read to its end, but there may have been others before the oldest that is there"}
}

// sameContent tells whether a file that isn't written to any more is the same.
func sameContent(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// changed is for a file whose text isn't what was read of it. If it was copied
// before it was cut, the copy is read on; otherwise the file is read from its
// beginning.
func (f *file) changed() state {
	all, err := listLog(f.o.Log)
	if err == nil {
		s, _ := search(all, f.cur.position())
		if s != nil {
			f.enter(s, all)
			return more
		}
	}
	kind, text := Replaced, "its text before byte %d isn't what was read; it is read from its beginning"
	if info, err := f.cur.file.Stat(); err == nil && info.Size() < f.cur.at {
		kind, text = Truncated, "it was cut before byte %d, up to which it was read; it is read from its beginning"
	}
	f.lost(kind, f.cur.path, fmt.Sprintf(text, f.cur.at))
	f.cur.edges = edges{}
	f.passing, f.drained = false, false
	f.anew()
	return more
}
