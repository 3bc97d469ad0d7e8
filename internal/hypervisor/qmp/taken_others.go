//go:build !linux

package qmp

// noGreeting can't tell why here.
func noGreeting(string) error { return ErrTaken }
