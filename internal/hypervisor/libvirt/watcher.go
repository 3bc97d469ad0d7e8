package libvirt

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Bounds of what a daemon can make a Watcher hold.
const (
	MaxXML    = 10 << 20  // bytes of one definition
	MaxHeld   = 256 << 20 // bytes of all definitions whose Specs are kept
	MaxGuests = 16384     // as in libvirt's own protocol
)

// A Config says what is watched, and how.
type Config struct {
	Endpoint Endpoint
	// Seed is what was known when the guests were watched before.
	Seed Seed
	// Period is how long a sweep takes, half a minute where it is 0: every
	// guest is read once in it.
	Period time.Duration
	// Timeout is how long the daemon may take for an answer, 10 s where it is 0.
	Timeout time.Duration
	// Settle is how long after an event a guest is read again, 1 s where it is 0.
	Settle time.Duration
	// Gap is the shortest time between two reads of a guest for its events, 1 s
	// where it is 0: it can cause as many as it likes, and the daemon pays more
	// for a read than the guest for an event.
	Gap time.Duration
	// Retry and MaxRetry are how long a Watcher waits before it connects again,
	// at first and at most: 1 s and 1 min where they are 0.
	Retry, MaxRetry time.Duration
	// Now tells the time, time.Now where it is nil.
	Now func() time.Time
}

// A Seed is what a store knows of guests whose run hasn't ended. It must be of
// the same boot of the host, as only in one boot a run's ID is its own.
type Seed struct {
	// Listed is when the last sweep began, which is From of guests that came
	// since; zero is never.
	Listed time.Time
	Guests []Known
}

// A Known is a guest as it was last read, and when that was.
type Known struct {
	Guest
	Read time.Time
}

// A Watcher watches the guests of one driver. It can Run once.
type Watcher struct {
	config Config
	known  map[string]*known // by uuid
	held   int               // bytes of definitions
	listed time.Time         // when the last sweep began whose guests are all known
	give   func(Item)
}

// New makes a Watcher.
func New(c Config) *Watcher {
	setDefault(&c.Period, 30*time.Second)
	setDefault(&c.Timeout, 10*time.Second)
	setDefault(&c.Settle, time.Second)
	setDefault(&c.Gap, time.Second)
	setDefault(&c.Retry, time.Second)
	setDefault(&c.MaxRetry, time.Minute)
	if c.Now == nil {
		c.Now = time.Now
	}
	w := &Watcher{config: c, known: map[string]*known{}, listed: c.Seed.Listed}
	for _, k := range c.Seed.Guests {
		w.known[k.UUID] = seeded(k)
	}
	w.config.Seed = Seed{}
	return w
}

// seeded gives what is known of a guest from before. One without a Spec is
// parsed anew, and Seen.
func seeded(k Known) *known {
	found := &known{Guest: k.Guest, found: Span{From: k.Read}, read: k.Read, parsed: k.Read}
	if k.Spec != nil {
		found.tried = k.Hash
	}
	return found
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

// Run watches until the context ends, and gives its cause. Items are given one
// by one; the Watcher waits for each call, and meanwhile holds what events come.
func (w *Watcher) Run(ctx context.Context, give func(Item)) error {
	w.give = give
	var last string // why it failed
	for wait := w.config.Retry; ; wait = min(2*wait, w.config.MaxRetry) {
		begun := time.Now()
		s, err := w.connection(ctx)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if s.swept && time.Since(begun) >= w.config.MaxRetry {
			wait = w.config.Retry // a daemon that ends again and again isn't well yet
		}
		if s.watching || err.Error() != last {
			last = err.Error()
			give(Lost{At: w.config.Now(), Err: err})
		}
		pause(ctx, jitter(wait))
	}
}

// connection watches over one connection until it ends, and tells what came of
// it, and why it ended.
func (w *Watcher) connection(ctx context.Context) (*session, error) {
	s := &session{Watcher: w, stirred: map[string]*stirred{}}
	c, err := connect(ctx, &w.config)
	if err != nil {
		return s, err
	}
	s.client, s.since = c, w.config.Now()
	err = s.run()
	c.close()
	s.takeEvents() // what the daemon told last
	return s, fmt.Errorf("%s at %s: %w", w.config.Endpoint.URI, c.socket, err)
}

// jitter gives a time around d, so that hosts that were started together don't
// do everything together.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d+1)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
