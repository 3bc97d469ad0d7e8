package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// A backfiller moves what commits wrote to the WAL into the file, on a connection of its
// own. So a commit waits for one write to the disk, and not for those of hundreds of
// pages.
type backfiller struct {
	db      *sql.DB
	pause   time.Duration
	written chan struct{} // holds a token if something was committed since the last look
	stop    context.CancelFunc
	done    chan struct{}
}

const (
	// backfillPause is how long after a commit the file follows. Pages that are written
	// several times in between are moved only once.
	backfillPause = 3 * time.Second
	// walPages is the number of pages (64 MiB) at which a commit moves them itself:
	// SQLite can't begin the WAL anew while it is written without a break.
	walPages = 16384
)

func newBackfiller(path string, pause time.Duration) (*backfiller, error) {
	db, err := sql.Open("sqlite", dsn(path, fmt.Sprintf("mode=rw&_busy_timeout=%d&_pragma=synchronous(full)", busy.Milliseconds())))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	ctx, cancel := context.WithCancel(context.Background())
	b := &backfiller{db: db, pause: pause, written: make(chan struct{}, 1), stop: cancel, done: make(chan struct{})}
	go b.run(ctx)
	return b, nil
}

// wrote tells that something was committed.
func (b *backfiller) wrote() {
	select {
	case b.written <- struct{}{}:
	default:
	}
}

func (b *backfiller) run(ctx context.Context) {
	defer close(b.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.written:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(b.pause):
		}
		// What can't be moved stays in the WAL, where it is as safe, until the next
		// time; a disk that is full shows at a commit.
		_, _ = b.db.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	}
}

func (b *backfiller) close() error {
	b.stop()
	<-b.done
	return b.db.Close()
}
