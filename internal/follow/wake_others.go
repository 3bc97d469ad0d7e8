//go:build !linux

package follow

// A waker never wakes here: there is polling.
type waker struct{ C chan struct{} }

func newWaker(string) *waker { return &waker{} }

func (*waker) watch() {}

func (*waker) close() {}
