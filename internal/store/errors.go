package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var (
	// ErrFull is that there was no room, or that the disk took nothing for
	// another reason: the file is as it was, and what failed can be tried again.
	ErrFull = errors.New("the disk is full or can't be written")
	// ErrNotStore is of a file that virtaudit didn't make.
	ErrNotStore = errors.New("the file is no store of virtaudit")
	// ErrNewer is of a file that a newer virtaudit made.
	ErrNewer = errors.New("the file is newer than this program")
	// ErrInUse is that another service writes the file.
	ErrInUse = errors.New("another virtaudit writes this file")
	// ErrNotFound is that there is no such thing.
	ErrNotFound = errors.New("not found")
	// ErrOrder is of facts that aren't numbered on from the last one.
	ErrOrder = errors.New("the facts are not numbered on from the last one")
	// ErrReadOnly is of a store that OpenRead gave.
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
	}
	return err
}

// codeIs tells whether an error is SQLite's of that primary code.
func codeIs(err error, code int) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == code
}
