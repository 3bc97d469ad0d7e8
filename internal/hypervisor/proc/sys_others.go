//go:build !linux

package proc

import "errors"

// A folder is one that is held open; here there is none.
type folder int

func openFolder(string) (folder, error) { return 0, errors.ErrUnsupported }

func pinCached(string) (folder, error) { return 0, errors.ErrUnsupported }

func pinPath(string) (folder, error) { return 0, errors.ErrUnsupported }

func (folder) folder(string) (folder, error) { return 0, errors.ErrUnsupported }

func (folder) close() {}

func (folder) link(string, []byte) ([]byte, error) { return nil, errors.ErrUnsupported }

func (folder) pin(string) (folder, error) { return 0, errors.ErrUnsupported }

func (folder) path([]byte) ([]byte, error) { return nil, errors.ErrUnsupported }

func (folder) statusHere() (status, error) { return status{}, errors.ErrUnsupported }

func (folder) cached(string) (status, error) { return status{}, errors.ErrUnsupported }

func (folder) read(string, []byte) ([]byte, bool, error) { return nil, false, errors.ErrUnsupported }

func (folder) lines(string, int64, func([]byte) bool) error { return errors.ErrUnsupported }

func (folder) each(string, func(string) bool) error { return errors.ErrUnsupported }

func (folder) protocol(string, []byte) string { return "" }

func diagnoseUnix() (map[uint64]unixSocket, error) { return nil, errors.ErrUnsupported }
