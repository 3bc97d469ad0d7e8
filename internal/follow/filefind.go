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

// resume finds the file of the stored position. Where some other can't be read, it
// may be that one: it is waited for, unless the newest can be read, as what comes
// now counts more.
func (f *file) resume(all []rotated) state {
	s, err := search(all, *f.from)
	if err != nil && (errors.Is(err, errMoved) || logWorks(f.o.Log) != nil) {
		return f.unreadable(err)
	}
	if s != nil {
		f.gap = nil
		f.enter(s, all)
		return more
	}
	if len(all) == 0 {
		return atEnd // perhaps it comes back
	}
	text := "the file that was read last isn't there any more"
	if err != nil {
		text += fmt.Sprintf(", or can't be read (%v)", err)
	}
	f.lost(Missed, f.o.Log, text+"; the oldest that is there is read anew")
	f.from = nil
	f.anew()
	return f.beginAtOldest(all)
}

// search opens the file of a position at it, or gives nil. It looks first at the
// one with the position's inode, then at the newest. One that was too short when it
// was listed may be a copy, which is whole by the time that the log was cut.
func search(all []rotated, p position) (*segment, error) {
	var failed error
	for _, r := range byInode(all, p) {
		if !r.info.Mode().IsRegular() {
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
	f.listed, f.ahead = listed, listed[i+1:]
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
	listed, err := listLog(f.o.Log)
	newer, gone := f.newer(listed)
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
	return f.leaveFor(listed, newer, gone, now)
}

// leaveFor goes on in the first of the newer files. One that holds what was read,
// and perhaps more, is the current one under another name, or what it is copied
// from or to: it is read on behind that.
func (f *file) leaveFor(listed, newer []rotated, gone *Problem, now time.Time) state {
	if f.cur.at == 0 && !f.sure() {
		return f.back()
	}
	among := newer
	if gone != nil {
		among = listed
	}
	s, err := f.copied(among)
	if errors.Is(err, errMoved) {
		return f.unreadable(err)
	}
	if s != nil {
		f.gap = nil
		f.enter(s, listed)
		return more
	}
	s, at := f.openOldest(newer)
	if s == nil {
		return at
	}
	f.finish(now)
	if gone != nil {
		f.lost(gone.Kind, f.cur.path, gone.Text)
		f.anew()
	} else if s.age.class == numbered && f.putAside(listed) {
		f.anew()
	}
	f.enter(s, listed)
	return more
}

// putAside tells whether the current file has a date now, and was read behind
// others: numbered ones count as newer then, and may have been read.
func (f *file) putAside(listed []rotated) bool {
	i := slices.IndexFunc(listed, func(r rotated) bool { return os.SameFile(r.info, f.cur.info) })
	return i >= 0 && listed[i].age.class == dated && (f.cur.resumed || f.cur.age.class != dated)
}

// copied opens the one of some files that has the current one's text, behind what
// was taken of that.
func (f *file) copied(files []rotated) (*segment, error) {
	if f.cur.at > 0 {
		return search(files, f.cur.position())
	}
	text, err := f.next(f.cur, f.buf)
	if err != nil || len(text) == 0 {
		return nil, err
	}
	begun := segment{rotated: f.cur.rotated}
	begun.add(text)
	s, err := search(files, begun.position())
	if s == nil {
		return nil, err
	}
	s.close()
	return openSegment(s.rotated)
}

// holdsText tells whether a file is to be read, or to be told of as it can't be.
func holdsText(r rotated) bool { return r.info.Size() > 0 || !r.info.Mode().IsRegular() }

// openOldest opens the oldest file that has text. For one that can't be read is
// waited, so that nothing is lost; but not for a compressed one, which will not
// change, nor for old ones where it isn't known that what follows was never read;
// nor for any old one longer than there is patience.
func (f *file) openOldest(files []rotated) (*segment, state) {
	for i, r := range files {
		if !holdsText(r) {
			continue
		}
		if i+1 < len(files) && r.age.packs(files[i+1].age) && !f.patience.over {
			return nil, f.unreadable(errPacking)
		}
		s, err := openSegment(r)
		switch {
		case err == nil:
			return s, more
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, errMoved):
			return nil, f.unreadable(errMoved)
		case errors.Is(err, input.ErrEmpty):
		case r.age.packed || !r.live() && (f.cur == nil || f.patience.over):
			f.tell(Missed, r.path, fmt.Sprintf("it can't be read: %v", err))
		default:
			return nil, f.unreadable(err)
		}
	}
	return nil, atEnd
}

// sure tells whether the current file is the one that was chosen, when its first
// text is read, or it is left without any: if the log's files are still those that
// were listed. A name and an inode may be another's by then, and a text that was
// copied and cut is none of it.
func (f *file) sure() bool {
	now, err := listLog(f.o.Log)
	return err == nil && slices.EqualFunc(f.listed, now, func(a, b rotated) bool {
		written := a.live() || a.age.packed
		return sameEntry(a, b) && (written || sameContent(a.info, b.info))
	})
}

// back leaves a file of which nothing was taken, to choose anew from the one before.
func (f *file) back() state {
	f.leave()
	if p, err := decodePosition(f.pos); err == nil {
		f.from = &p // there is one
	}
	return f.unreadable(errMoved)
}

// newer gives the files that are newer than the current one. Where that has no
// name any more, they begin with the one that was next when it was begun, or are
// those behind the one that was before it; where none of these is there, all.
// Then some may have been there between, or have been read, unless the current one
// has a copy.
func (f *file) newer(all []rotated) (newer []rotated, gone *Problem) {
	if i := slices.IndexFunc(all, func(r rotated) bool { return os.SameFile(r.info, f.cur.info) }); i >= 0 {
		return all[i+1:], nil
	}
	if len(f.ahead) > 1 {
		if i := indexOf(all, f.ahead[0].info); i >= 0 {
			return all[i:], nil
		}
	}
	if i := indexOf(all, f.cur.older); i >= 0 {
		return all[i+1:], &Problem{Kind: Replaced, Text: "it has no name any more; it was read to its end"}
	}
	return all, &Problem{Kind: Missed, Text: "it was rotated away; it was read to its end, but there may have been others before the oldest that is there"}
}

// indexOf finds a file that isn't written to any more.
func indexOf(all []rotated, is fs.FileInfo) int {
	return slices.IndexFunc(all, func(r rotated) bool { return is != nil && sameContent(r.info, is) })
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
		var s *segment
		if s, err = f.copied(all); s != nil {
			f.enter(s, all)
			return more
		}
	}
	if errors.Is(err, errMoved) || errors.Is(err, errRotating) {
		return f.unreadable(err)
	}
	kind, text := Replaced, "its text before byte %d isn't what was read; it is read from its beginning"
	if info, err := f.cur.file.Stat(); err == nil && info.Size() < f.cur.at {
		kind, text = Truncated, "it was cut before byte %d, up to which it was read; it is read from its beginning"
	}
	f.lost(kind, f.cur.path, fmt.Sprintf(text, f.cur.at))
	f.cur.edges = edges{}
	f.listed, f.passing, f.drained = all, false, false
	f.anew()
	return more
}
