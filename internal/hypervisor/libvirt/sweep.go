package libvirt

import (
	"math/rand/v2"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// A sweep reads every guest that runs once, spread over its period.
type sweep struct {
	due      time.Time // of its next step
	listed   time.Time // when the guests were listed
	begun    time.Time // the same, by the clock that results carry
	guests   []golibvirt.Domain
	next     int
	running  bool
	interval time.Duration // between two guests
	hasty    bool          // whether there is any
	again    bool          // another is to begin at once
}

// breath is the least time from one list to the next, whatever a daemon does.
const breath = time.Second

// hurry has all guests listed and read as soon as possible.
func (s *sweep) hurry() { s.due, s.again = s.listed.Add(breath), true }

// stepSweep begins a sweep, or reads its next guest, or ends it.
func (s *session) stepSweep() error {
	sweep := &s.sweep
	if !sweep.running || sweep.again {
		return s.beginSweep()
	}
	if sweep.next == len(sweep.guests) {
		s.endSweep()
		return nil
	}
	guest := sweep.guests[sweep.next]
	sweep.next++
	sweep.due = time.Now()
	if !sweep.hasty {
		sweep.due = sweep.due.Add(jitter(sweep.interval))
	}
	return s.read(guest)
}

// beginSweep lists the guests. The first sweep of a connection is hasty, and so
// is one after events were missed.
func (s *session) beginSweep() error {
	begun := s.config.Now()
	guests, err := s.client.guests()
	if err != nil {
		return err
	}
	if !s.watching {
		s.watching = true
		s.give(Connected{At: s.since, Socket: s.client.socket})
	}
	s.takeEvents() // those that came before the list tell why a guest isn't in it
	s.dropAbsent(guests, s.config.Now())
	hasty := !s.swept || s.sweep.again
	rand.Shuffle(len(guests), func(i, j int) { guests[i], guests[j] = guests[j], guests[i] })
	s.sweep = sweep{
		due: time.Now(), listed: time.Now(), begun: begun, guests: guests, running: true, hasty: hasty,
		interval: s.config.Period / time.Duration(max(1, len(guests))),
	}
	return nil
}

// endSweep waits for those whose end isn't told yet.
func (s *session) endSweep() {
	for _, entry := range s.stirred {
		if entry.ended {
			s.sweep.due = entry.due
			return
		}
	}
	s.give(Swept{Span: Span{From: s.sweep.begun, To: s.config.Now()}, Guests: len(s.sweep.guests)})
	wait := time.Duration(0)
	if s.sweep.hasty || len(s.sweep.guests) == 0 {
		wait = jitter(s.config.Period)
	}
	s.swept, s.listed = true, s.sweep.begun
	s.sweep = sweep{due: time.Now().Add(wait), listed: s.sweep.listed}
}

// dropAbsent ends the runs of the guests that aren't in a list.
func (s *session) dropAbsent(listed []golibvirt.Domain, at time.Time) {
	runs := make(map[string]bool, len(listed))
	for _, guest := range listed {
		runs[formatUUID(guest.UUID[:])] = true
	}
	for uuid, k := range s.known {
		if !runs[uuid] {
			s.ended(k, at)
		}
	}
}
