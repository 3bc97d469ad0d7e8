package kaudit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// A File appends messages to a log of the format of auditd's audit.log, which
// ausearch and virtaudit read, for hosts where the kernel's audit can't be
// reached. It is safe for concurrent use, and several processes may append to
// the same file; that the kernel's own auditd writes to it, too, it must not.
//
// Its records have serial numbers of their own, of 32 bits as the kernel's. They
// go on where the file's last one ends. A file without any begins behind what
// this process wrote before and behind the last one in FILE.1, but not below
// eight a second since 2026 began: so they also rise where nothing is left of
// the file before, unless more were used up than that. They have nothing to do with the kernel's: a log of the
// kernel's and one of a File must be read as two nodes, not as one.
//
// The file may be rotated while it is open: renamed, removed or truncated. What
// is sent then goes to the file that has the name, which is made if it isn't
// there. A line is written whole or not at all; the rest of one that a crash
// cut gets an end before the next.
type File struct {
	path    string
	options FileOptions
	sender  sender
	turns   *turns

	// Of the call whose turn it is.
	file     *os.File // nil when closed, by Close or between two of a rotation
	size     int64    // of the file when this process wrote to it last
	torn     bool     // it doesn't end with its last line
	empty    bool     // it has no serial number yet
	serials  serials
	unsynced int
	line     []byte
}

// FileOptions say how to write. The zero value leaves it to the system when
// the disk has the records.
type FileOptions struct {
	// SyncEvery is after how many records the file is synced (fsync): 1 is
	// after each, before Send returns. With 0 it is synced by Close only. Of
	// what has nothing to sync, a pipe or a device, that is left out.
	SyncEvery int

	// Mode is that of files that are made; 0 is 0600.
	Mode os.FileMode
}

// OpenFile opens a log to append to, and makes it if it isn't there. The error
// that a caller may tell apart is errors.ErrUnsupported: the system has no
// locks that keep processes from each other's lines. Where another process has
// the lock, OpenFile waits for it as long as the context lasts; the File itself
// outlives the context.
func OpenFile(ctx context.Context, path string, o FileOptions) (*File, error) {
	if o.Mode == 0 {
		o.Mode = 0o600
	}
	f := &File{path: path, options: o, sender: thisProcess(), turns: newTurns()}
	if err := f.begin(ctx); err != nil {
		if f.file != nil {
			err = errors.Join(err, f.file.Close())
		}
		return nil, fmt.Errorf("kaudit: open: %w", err)
	}
	if err := unlock(f.file); err != nil {
		return nil, fmt.Errorf("kaudit: open: %w", errors.Join(err, f.file.Close()))
	}
	return f, nil
}

// Send appends a message. It refuses what the kernel would: the errors that a
// caller may tell apart are ErrTooLong, ErrInvalid, and what the file system
// says. Nothing of a line that could not be written stays in the file; one that
// could not be synced does, and the error wraps ErrUnconfirmed.
func (f *File) Send(ctx context.Context, m Message) error {
	suffix := f.sender.suffix(m.Result)
	err := check(m, maxText-len(suffix))
	if err == nil {
		err = f.send(ctx, m, suffix)
	}
	if err != nil {
		return fmt.Errorf("kaudit: log %v: %w", m.Type, err)
	}
	return nil
}

func (f *File) send(ctx context.Context, m Message, suffix string) error {
	if err := f.turns.take(ctx); err != nil {
		return err
	}
	defer f.turns.leave()
	if err := f.begin(ctx); err != nil {
		return err
	}
	return errors.Join(f.append(m, suffix), unlock(f.file))
}

// Close syncs and closes the file, when the Send whose turn it is has ended.
// Those that wait for their turn fail with an error that wraps os.ErrClosed,
// and so do later ones.
func (f *File) Close() error {
	if !f.turns.end() {
		return fmt.Errorf("kaudit: close %s: %w", f.path, os.ErrClosed)
	}
	f.turns.await()
	if f.file == nil {
		return nil
	}
	if err := errors.Join(f.sync(), f.file.Close()); err != nil {
		return fmt.Errorf("kaudit: close: %w", err)
	}
	return nil
}

// begin locks the file that has the name now, and learns what other processes
// wrote to it.
func (f *File) begin(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if f.file == nil {
			if err := f.open(); err != nil {
				return err
			}
		}
		if err := lock(ctx, f.file); err != nil {
			return err
		}
		info, err := f.file.Stat()
		if err == nil && f.isCurrent(info) {
			err = f.catchUp(ctx, info.Size())
			if err == nil {
				return nil
			}
		}
		if err != nil {
			return errors.Join(err, unlock(f.file))
		}
		if err := f.leave(); err != nil {
			return err
		}
	}
}

func (f *File) isCurrent(info os.FileInfo) bool {
	named, err := os.Stat(f.path)
	return err == nil && os.SameFile(info, named)
}

// leave closes a file that was rotated away.
func (f *File) leave() error {
	err := errors.Join(f.sync(), f.file.Close())
	f.file = nil
	return err
}

// unknownSize is that of a file in which nobody has looked.
const unknownSize = -1

func (f *File) open() error {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, f.options.Mode)
	if err != nil {
		return err
	}
	f.file, f.size = file, unknownSize
	if f.options.SyncEvery > 0 {
		return syncFolder(filepath.Dir(f.path))
	}
	return nil
}

// syncFolder sees to it that a file which was just made is found after a crash.
func syncFolder(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(syncFile(dir), dir.Close())
}

// append writes one line. It takes a part of it back.
func (f *File) append(m Message, suffix string) error {
	f.line = f.line[:0]
	if f.torn {
		f.line = append(f.line, '\n')
	}
	now, before := time.Now(), f.serials
	if f.empty {
		f.serials.renew(now)
	}
	f.line = appendLine(f.line, m, suffix, f.serials.next(now))
	n, err := f.file.Write(f.line)
	if err != nil {
		f.serials = before
		if n > 0 {
			err = errors.Join(err, f.file.Truncate(f.size))
		}
		return err
	}
	f.size += int64(n)
	f.torn, f.empty = false, false
	f.unsynced++
	if every := f.options.SyncEvery; every == 0 || f.unsynced < every {
		return nil
	}
	if err := f.sync(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnconfirmed, err)
	}
	return nil
}

func (f *File) sync() error {
	if f.unsynced == 0 {
		return nil
	}
	f.unsynced = 0
	return syncFile(f.file)
}

// syncFile leaves alone what has no disk to be written to: a pipe or a device,
// as /dev/stdout is, and folders of some file systems.
func syncFile(f *os.File) error {
	err := f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
