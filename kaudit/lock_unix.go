//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package kaudit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lock keeps other processes from a file until unlock. It asks again and again,
// as a call that waits for the lock would not end with the context.
func lock(ctx context.Context, f *os.File) error {
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, maxLockPause) {
		err := flock(f, syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if !sleep(ctx, pause) {
			return fmt.Errorf("lock %s: %w", f.Name(), context.Cause(ctx))
		}
	}
}

const maxLockPause = 5 * time.Millisecond

func unlock(f *os.File) error { return flock(f, syscall.LOCK_UN) }

func flock(f *os.File, how int) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Control(func(fd uintptr) {
		for {
			if failed = syscall.Flock(int(fd), how); !errors.Is(failed, syscall.EINTR) {
				return
			}
		}
	})
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return nil
}
