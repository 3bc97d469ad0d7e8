package libvirt

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/guest/libvirtxml"
)

// ErrHeld is why a guest Failed whose definition there is no room for.
var ErrHeld = errors.New("the definitions of all guests are too long to be held")

// A known is what a Watcher keeps of a guest that runs. Its Spec is that of the
// last definition that could be parsed.
type known struct {
	Guest
	found   Span
	read    time.Time         // begin of the last read
	parsed  time.Time         // begin of the last read that Spec is right for
	gone    time.Time         // when it was found not to run
	until   time.Time         // how long its event is waited for then
	tried   [sha256.Size]byte // the definition that was parsed last
	broken  bool              // and couldn't be
	failure string            // what was told of that, or of a read in vain
	size    int               // bytes of the definition of Spec
}

// update compares a guest with what was known of it.
func (w *Watcher) update(seen *sighting) {
	k := w.known[seen.UUID]
	if k != nil && otherRun(&k.Guest, &seen.Guest) {
		if k.gone.IsZero() {
			k.gone = seen.To
		}
		w.end(k, seen.told)
		k = nil
	}
	if k == nil {
		k = &known{found: Span{From: w.listed, To: seen.To}}
		w.known[seen.UUID] = k
	}
	from, was := k.read, k.State
	seen.Spec = k.Spec
	k.Guest, k.read, k.gone = seen.Guest, seen.From, time.Time{}
	if k.tried != seen.Hash {
		w.redefined(k, seen, was)
		return
	}
	if !k.broken {
		k.parsed, k.failure = seen.From, ""
	}
	w.stateChanged(k, seen, from, was)
}

// otherRun tells whether a guest was started anew. Of one that was never read
// neither number is known.
func otherRun(old, seen *Guest) bool {
	return old.ID != 0 && old.ID != seen.ID || old.PID != 0 && seen.PID != 0 && old.PID != seen.PID
}

// redefined tells what is new in a definition. Where it can't be parsed, the
// last Spec is kept for when it can.
func (w *Watcher) redefined(k *known, seen *sighting, was string) {
	old, from := k.Spec, k.parsed
	if err := w.parse(k, seen); err != nil {
		w.stateChanged(k, seen, from, was)
		w.fail(k, seen.To, err)
		return
	}
	k.failure = ""
	if old == nil {
		w.give(Seen{Guest: k.Guest, Span: k.found, XML: seen.xml, Told: seen.told})
		return
	}
	c := k.changed(seen, from, was)
	c.Changes = guest.Diff(old, k.Spec)
	w.give(c)
}

// stateChanged tells of a state that isn't the one before, if there was one.
func (w *Watcher) stateChanged(k *known, seen *sighting, from time.Time, was string) {
	if was != "" && was != k.State {
		w.give(k.changed(seen, from, was))
	}
}

func (k *known) changed(seen *sighting, from time.Time, was string) Changed {
	return Changed{Guest: k.Guest, Span: Span{From: from, To: seen.To}, Was: was, XML: seen.xml, Told: seen.told}
}

// parse makes the Spec of a definition, if it can be held.
func (w *Watcher) parse(k *known, seen *sighting) error {
	if w.held-k.size+len(seen.xml) > MaxHeld {
		return ErrHeld
	}
	k.tried, k.broken = seen.Hash, true
	spec, err := libvirtxml.Parse(strings.NewReader(seen.xml), libvirtxml.Options{Live: true, MaxBytes: MaxXML})
	if err != nil {
		return fmt.Errorf("definition of %q: %w", seen.Name, err)
	}
	w.held += len(seen.xml) - k.size
	k.Spec, k.parsed, k.size, k.broken = spec, seen.From, len(seen.xml), false
	return nil
}

// cannotRead tells of a guest that libvirt refuses to tell of.
func (w *Watcher) cannotRead(seen *sighting, err error) {
	k := w.known[seen.UUID]
	if k == nil {
		k = &known{Guest: seen.Guest, found: Span{From: w.listed, To: seen.To}, read: seen.From}
		w.known[seen.UUID] = k
	}
	w.fail(k, seen.To, err)
}

// fail tells why a guest can't be read or parsed, if it isn't what was told.
func (w *Watcher) fail(k *known, at time.Time, err error) {
	if err.Error() != k.failure {
		k.failure = err.Error()
		w.give(Failed{Guest: k.Guest, At: at, Err: err})
	}
}

// end tells that a guest's run ended.
func (w *Watcher) end(k *known, told []Event) {
	delete(w.known, k.UUID)
	w.held -= k.size
	w.give(Gone{Guest: k.Guest, Span: Span{From: k.read, To: k.gone}, Told: told})
}
