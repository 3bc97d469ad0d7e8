//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package kaudit

import (
	"context"
	"errors"
	"fmt"
	"os"
)

func lock(_ context.Context, f *os.File) error {
	return fmt.Errorf("lock %s: %w", f.Name(), errors.ErrUnsupported)
}

func unlock(*os.File) error { return nil }
