// Package loggen writes audit logs that never were: logs of hosts with
// thousands of guests, of any size, together with the truth of what such a log
// proves.
//
// It simulates nodes (hosts) and their guests and writes what the kernel,
// libvirt and auditd would have written. The truth comes from the simulation,
// as it goes along, and never from reading the text back, so a reader of audit
// logs can be held to it exactly. The same Config gives the same bytes: there
// is no clock in it, and all chance comes from Config.Seed.
//
// A line is a record, an event one line or more:
//
//	[node=HOST ]type=TYPE msg=audit(SECONDS.MILLIS:SERIAL): FIELDS[0x1d ENRICHMENT]
//
// What happens in a log:
//
//   - 3 % of the lines are VIRT_* records: start groups in libvirt's order,
//     starts that fail, hot plugging of every kind, stops of every reason,
//     crashes, guests that vanish without a word.
//   - The others are what busy hosts log anyway, with traps in their values
//     (type=VIRT_CONTROL in a path, msg='op=start), and some AVC, ANOM_*,
//     SECCOMP, DAEMON_* and boot records, of guests and of others.
//   - Nodes go down, in order or not, and boot; their serials restart.
//   - Lines of different events change places within a bound (Config.Late).
//
// It knows nothing of the packages that read logs, and they nothing of it.
package loggen

import "io"

// Labels says which security model labels the guests of a node, beside DAC.
type Labels int

// The models. Nodes after the first take the next one in turn.
const (
	AppArmor Labels = iota
	SELinux
	DACOnly
	labelKinds
)

// Config says what to generate. The zero value is a 64 MiB log of one node
// with 2,000 guests.
type Config struct {
	Seed   uint64
	Size   int64  // bytes; the log ends soon after it, when what began is finished
	Guests int    // of all nodes together
	Nodes  int    // with more than one, lines begin with node=
	Late   int    // how many picked records of its node may overtake a line; 0 is 8, negative is none
	Labels Labels // of the first node
	Raw    bool   // log_format=RAW: no enrichment

	OnlyVirt   bool // no records but VIRT_*
	FreshStart bool // no guest runs before the first line
	ClockSteps bool // the clocks of the nodes step back at times

	// OnSession is called once for every session that the log shows, when it
	// has ended or the log has.
	OnSession func(Session)
}

const (
	defaultSize   = 64 << 20
	defaultGuests = 2000
	defaultLate   = 8
)

func (c Config) withDefaults() Config {
	if c.Size <= 0 {
		c.Size = defaultSize
	}
	if c.Guests <= 0 {
		c.Guests = defaultGuests
	}
	c.Nodes = max(c.Nodes, 1)
	switch {
	case c.Late == 0:
		c.Late = defaultLate
	case c.Late < 0:
		c.Late = 0
	}
	return c
}

// Generate writes a log to w and returns what it proves. It needs the same
// memory whatever the size.
func Generate(w io.Writer, cfg Config) (Truth, error) {
	s := newSim(w, cfg.withDefaults())
	for s.out.err == nil && s.out.bytes < s.cfg.Size {
		s.step()
	}
	s.finish()
	return s.tally.truth(s.out), s.out.close()
}
