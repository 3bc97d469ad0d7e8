package libvirt

import (
	"slices"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// A session is what a Watcher does over one connection. A single goroutine does
// it; only the events are taken from the socket by another.
type session struct {
	*Watcher
	client *client
	since  time.Time // when it was connected
	// watching: Connected was given, as the guests could be listed.
	watching bool
	swept    bool // at least once
	sweep    sweep
	stirred  map[string]*stirred // guests that events came of, by uuid
}

// stirred is a guest to be read after events.
type stirred struct {
	guest golibvirt.Domain
	told  []Event
	due   time.Time
	read  time.Time // when it was read last
	again bool      // it was read once
	// ended says that it was found not to run.
	ended bool
}

// maxTold is how many events are kept for what they may have told.
const maxTold = 64

// run ends only with the connection.
func (s *session) run() error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.client.guard.failed:
			return s.client.guard.reason()
		case <-s.client.guard.events.ready:
			s.takeEvents()
		case <-timer.C:
		}
		if err := s.readDue(); err != nil {
			return err
		}
		timer.Reset(time.Until(s.nextDue()))
	}
}

// takeEvents passes the events on, and notes whom they are of. Those that come
// before the guests are listed wait for that.
func (s *session) takeEvents() {
	if !s.watching {
		return
	}
	events, missed := s.client.guard.events.take()
	for _, e := range events {
		s.give(e)
		if rereads(e.Kind) {
			s.stir(e)
		}
	}
	if missed > 0 {
		s.give(Missed{At: s.config.Now(), Events: missed})
		s.sweep.hurry()
	}
}

func (s *session) stir(e Event) {
	uuid, err := parseUUID(e.UUID)
	if err != nil || s.stirred[e.UUID] == nil && len(s.stirred) == MaxGuests {
		s.sweep.hurry()
		return
	}
	entry := s.entry(e.UUID, golibvirt.Domain{Name: e.Name, UUID: uuid, ID: int32(e.ID)})
	entry.due, entry.again = time.Now(), false
	if soonest := entry.read.Add(s.config.Gap); !beginsOrEnds(e) && entry.due.Before(soonest) {
		entry.due = soonest
	}
	if len(entry.told) == maxTold {
		entry.told = slices.Clone(entry.told[1:])
	}
	entry.told = append(entry.told, e)
}

func (s *session) entry(uuid string, guest golibvirt.Domain) *stirred {
	if s.stirred[uuid] == nil {
		s.stirred[uuid] = &stirred{guest: guest}
	}
	return s.stirred[uuid]
}

// ended notes that a guest doesn't run any more. While guests are watched that
// has an event, which tells why but comes a little later; it is waited for.
func (s *session) ended(k *known, at time.Time) {
	if k.gone.IsZero() {
		k.gone, k.until = at, time.Now().Add(s.config.Settle)
	}
	told := s.toldOf(k.UUID)
	if !s.swept || !time.Now().Before(k.until) || slices.ContainsFunc(told, isStop) {
		s.end(k, told)
		return
	}
	uuid, _ := parseUUID(k.UUID) // of a list, an event that had one, or a seed
	entry := s.entry(k.UUID, golibvirt.Domain{Name: k.Name, UUID: uuid, ID: int32(k.ID)})
	entry.due, entry.ended = k.until, true
}

// beginsOrEnds tells whether a run begins or ends with an event. A guest is read at
// once then, however short its run is; a guest can't make such events fast.
func beginsOrEnds(e Event) bool {
	return e.Kind == "lifecycle" && (e.Get("event") == "started" || e.Get("event") == "stopped")
}

func isStop(e Event) bool { return e.Kind == "lifecycle" && e.Get("event") == "stopped" }

// toldOf gives the events of a guest, without those whose changes earlier reads
// have shown.
func (s *session) toldOf(uuid string) []Event {
	entry, k := s.stirred[uuid], s.known[uuid]
	if entry == nil {
		return nil
	}
	if k == nil {
		return entry.told
	}
	old := k.read.Add(-s.config.Settle)
	i := slices.IndexFunc(entry.told, func(e Event) bool { return e.At.After(old) })
	if i < 0 {
		return nil
	}
	return entry.told[i:]
}

// readDue reads what is due: guests that events came of, then the next of the
// sweep.
func (s *session) readDue() error {
	for uuid, entry := range s.stirred {
		if entry.due.After(time.Now()) {
			continue
		}
		last := entry.again || entry.ended
		entry.again, entry.ended, entry.read = true, false, time.Now()
		entry.due = entry.read.Add(s.config.Settle)
		if err := s.read(entry.guest); err != nil {
			return err
		}
		if last && !entry.ended {
			delete(s.stirred, uuid)
		}
	}
	if s.sweep.due.After(time.Now()) {
		return nil
	}
	return s.stepSweep()
}

func (s *session) nextDue() time.Time {
	next := s.sweep.due
	for _, entry := range s.stirred {
		if entry.due.Before(next) {
			next = entry.due
		}
	}
	return next
}
