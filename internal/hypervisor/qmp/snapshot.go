package qmp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/virtaudit/virtaudit/guest"
)

// A Snapshot is what a guest had of its host, as QEMU answered between Begun and Ended.
// A change in between may be in some parts of it and not in others.
type Snapshot struct {
	Begun, Ended time.Time

	Version Version
	// PID is that of Client.PID.
	PID int

	// Spec is the guest. Its devices are sorted by their paths in QEMU.
	Spec guest.Spec

	// What a Spec can't hold.
	Status   Status
	RNGs     []RNG     // those of Spec, in its order
	Images   []Image   // all that block devices read, backing files too
	Chardevs []Chardev // those that no device uses too
	Devices  []Device

	// Unknown are the parts that QEMU gave no answer about, in the order in which they
	// were asked for. The fields above have nothing of them, which doesn't mean that
	// the guest has none.
	Unknown []Unknown
}

// A Part is a part of a Snapshot, known or unknown as a whole.
type Part string

// An Unknown says why a part is not known: most often an *Error, where the QEMU
// lacks a command.
type Unknown struct {
	Part Part
	Err  error
}

// Knows tells whether QEMU answered about a part.
func (s *Snapshot) Knows(p Part) bool { return s.why(p) == nil }

func (s *Snapshot) why(p Part) error {
	for _, u := range s.Unknown {
		if u.Part == p {
			return u.Err
		}
	}
	return nil
}

// A part is how a Part is asked for, and which fields it fills.
type part struct {
	name Part
	ask  func(*asker) error
	copy func(to, from *Snapshot)
}

// parts are in the order in which they are asked for: those that others need come first.
var parts = []part{
	{"uuid", (*asker).uuid, func(to, from *Snapshot) { to.Spec.UUID = from.Spec.UUID }},
	{"name", (*asker).name, func(to, from *Snapshot) { to.Spec.Name = from.Spec.Name }},
	{"virt", (*asker).virt, func(to, from *Snapshot) { to.Spec.Virt = from.Spec.Virt }},
	{"status", (*asker).status, func(to, from *Snapshot) { to.Status = from.Status }},
	{"vcpus", (*asker).vcpus, func(to, from *Snapshot) { to.Spec.VCPUs = from.Spec.VCPUs }},
	{"iothreads", (*asker).ioThreads, func(to, from *Snapshot) { to.Spec.IOThreads = from.Spec.IOThreads }},
	{"memory", (*asker).memory, func(to, from *Snapshot) { to.Spec.Memory = from.Spec.Memory }},
	{devicesPart, (*asker).devices, func(to, from *Snapshot) { to.Devices = from.Devices }},
	{chardevsPart, (*asker).chardevs, func(to, from *Snapshot) { to.Chardevs = from.Chardevs }},
	{"ports", (*asker).ports, func(to, from *Snapshot) {
		to.Spec.Serials, to.Spec.Parallels = from.Spec.Serials, from.Spec.Parallels
		to.Spec.Channels, to.Spec.Consoles = from.Spec.Channels, from.Spec.Consoles
	}},
	{"disks", (*asker).disks, func(to, from *Snapshot) {
		to.Spec.Disks, to.Images = from.Spec.Disks, from.Images
		to.Spec.Files = with(to.Spec.Files, from.Spec.Files, isFirmware)
	}},
	{"interfaces", (*asker).interfaces, func(to, from *Snapshot) { to.Spec.Interfaces = from.Spec.Interfaces }},
	{"rngs", (*asker).rngs, func(to, from *Snapshot) { to.Spec.RNGs, to.RNGs = from.Spec.RNGs, from.RNGs }},
	{"tpms", (*asker).tpms, func(to, from *Snapshot) { to.Spec.TPMs = from.Spec.TPMs }},
	{"shared memory", (*asker).sharedMemory, func(to, from *Snapshot) {
		to.Spec.Shmems = from.Spec.Shmems
		to.Spec.Files = with(to.Spec.Files, from.Spec.Files, isMemory)
	}},
}

// Parts that others need.
const (
	devicesPart  Part = "devices"
	chardevsPart Part = "chardevs"
)

// Two parts fill Files.
func isFirmware(f guest.File) bool { return !isMemory(f) }
func isMemory(f guest.File) bool   { return f.Use == guest.FileMemory }

// with gives files, with those of a kind replaced by those of others.
func with(files, others []guest.File, are func(guest.File) bool) []guest.File {
	var all []guest.File
	for _, f := range files {
		if !are(f) {
			all = append(all, f)
		}
	}
	for _, f := range others {
		if are(f) {
			all = append(all, f)
		}
	}
	return all
}

// Snapshot asks for everything. now is the clock. A part that QEMU refuses, or answers
// in a way that can't be read, is Unknown. It only fails if no more answers can be had,
// as the context or the connection has ended.
func (c *Client) Snapshot(ctx context.Context, now func() time.Time) (*Snapshot, error) {
	a := &asker{ctx: ctx, client: c, s: &Snapshot{Begun: now(), Version: c.version, PID: c.pid}}
	for _, p := range parts {
		err := p.ask(a)
		if err == nil {
			continue
		}
		if a.over(err) {
			return nil, fmt.Errorf("qmp: %s: snapshot: %s: %w", c.path, p.name, err)
		}
		p.copy(a.s, &Snapshot{}) // nothing half-read
		a.s.Unknown = append(a.s.Unknown, Unknown{p.name, err})
	}
	a.s.Ended = now()
	return a.s, nil
}

// asker asks for one snapshot.
type asker struct {
	ctx    context.Context
	client *Client
	s      *Snapshot

	hosted []hosted // devices that have something of the host
}

// over tells of an error whether no more answers are to be had.
func (a *asker) over(err error) bool {
	return a.ctx.Err() != nil || a.client.Err() != nil || errors.Is(err, ErrUnanswered)
}

func (a *asker) ask(command string, args, out any) error {
	return a.client.Execute(a.ctx, command, args, out)
}

// need gives an error if a part isn't known on which another rests.
func (a *asker) need(parts ...Part) error {
	for _, p := range parts {
		if err := a.s.why(p); err != nil {
			return fmt.Errorf("the %s are unknown: %w", p, err)
		}
	}
	return nil
}
