package libvirt

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// A sighting is a guest as it was read just now.
type sighting struct {
	Guest
	Span
	xml  string
	told []Event
}

// read reads a guest, and tells what is new. An error ended the connection.
func (s *session) read(domain golibvirt.Domain) error {
	var seen sighting
	seen.Name, seen.UUID = domain.Name, formatUUID(domain.UUID[:])
	if s.known[seen.UUID] == nil && len(s.known) >= MaxGuests {
		s.sweep.hurry() // a list tells how many there really are
		return nil
	}
	seen.told = s.toldOf(seen.UUID)
	seen.From = s.config.Now()
	runs, err := s.look(domain, &seen)
	seen.To = s.config.Now()
	switch k := s.known[seen.UUID]; {
	case err != nil && !refused(err):
		return err
	case err != nil:
		s.cannotRead(&seen, err)
	case runs:
		s.update(&seen)
	case k != nil:
		s.ended(k, seen.To)
	}
	return nil
}

// look asks for a guest's state and definition, and whether it runs. The state
// is asked for first: what is between the two has an event.
func (s *session) look(domain golibvirt.Domain, seen *sighting) (runs bool, err error) {
	seen.State, seen.Reason, err = s.client.state(domain)
	if err == nil {
		seen.xml, err = s.client.definition(domain)
	}
	if is(err, golibvirt.ErrNoDomain) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	seen.ID, runs = runID(seen.xml)
	runs = runs && !begins(seen.State, seen.Reason)
	seen.Hash = sha256.Sum256([]byte(seen.xml))
	seen.PID = readPID(s.config.Endpoint.PIDs, seen.Name)
	return runs, nil
}

// begins tells whether libvirt is still starting a guest that has a number
// already. Its definition isn't whole then: ptys have no paths yet.
func begins(state, reason string) bool {
	return state == "shutoff" || state == "paused" && reason == "starting-up"
}

// runID finds the number of a guest's run in its definition, which there is
// only while it runs: <domain type='kvm' id='7'>. It is that of the very run
// that the definition is of, while one from a list may be of the run before.
func runID(xml string) (id int, runs bool) {
	_, tag, found := strings.Cut(xml[:min(len(xml), 4096)], "<domain ")
	tag, _, closed := strings.Cut(tag, ">")
	_, value, hasID := strings.Cut(" "+tag, " id='")
	if !found || !closed || !hasID {
		return 0, false
	}
	value, _, _ = strings.Cut(value, "'")
	number, err := strconv.ParseUint(value, 10, 31)
	return int(number), err == nil && number != 0
}

func parseUUID(text string) (uuid golibvirt.UUID, err error) {
	b, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(b) != len(uuid) {
		return uuid, errors.New("not a uuid")
	}
	return golibvirt.UUID(b), nil
}
