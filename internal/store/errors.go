package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrFull means that there was no room, or that the disk refused to write for
	// another reason. The file is as it was before, and the call can be repeated.
	ErrFull = errors.New("the disk is full or can't be written")
	// ErrNotStore means that the file wasn't made by virtaudit.
	ErrNotStore = errors.New("the file is no store of virtaudit")
	// ErrNewer means that the file was made by a newer virtaudit.
	ErrNewer = errors.New("the file is newer than this program")
	// ErrInUse means that another process has the file open for writing.
	ErrInUse = errors.New("another virtaudit writes this file")
	// ErrNotFound means that there is nothing by that number, ID or name.
	ErrNotFound = errors.New("not found")
	// ErrOrder means that the facts of a Batch aren't numbered from NextSeq on.
	ErrOrder = errors.New("the facts are not numbered on from the last one")
	// ErrReadOnly means that the store was opened with OpenRead.
	ErrReadOnly = errors.New("the store was opened for reading")
)

// classify wraps SQLite's errors in those of this package, where a caller must
// tell them apart.
func classify(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch code := e.Code(); {
	case code&0xff == sqlite3.SQLITE_FULL,
		code == sqlite3.SQLITE_IOERR_WRITE, code == sqlite3.SQLITE_IOERR_FSYNC,
		code == sqlite3.SQLITE_IOERR_TRUNCATE, code == sqlite3.SQLITE_IOERR_SHMSIZE:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case code&0xff == sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrNotStore, err)
	case code&0xff == sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("the file is damaged; put a copy of it in its place, or move it away and begin anew: %w", err)
	}
	return err
}

// codeIs tells whether an error is SQLite's of that primary code.
func codeIs(err error, code int) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == code
}
