//go:build !linux

package kaudit

func dial() (transport, error) { return nil, ErrUnsupported }

func listen(int) (receiver, error) { return nil, ErrUnsupported }

func terminal() string { return "" }

// answersProbe tells that of kernels, and there is none here.
func answersProbe() bool { return false }
