package libvirt

import (
	"strconv"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// An eventKind is a kind of event that is asked for.
type eventKind struct {
	id        golibvirt.DomainEventID
	procedure uint32 // of the message that brings it
	name      string
	// reread says that the guest's definition or state may have changed.
	reread bool
	// reasonFirst says that a number comes before the guest.
	reasonFirst bool
	parts       []part // what comes after the guest
	// since is the first version of libvirt that has it, as libvirt counts them
	// (MAJOR*1000000 + MINOR*1000 + RELEASE); 0 of those that all have.
	since uint64
}

// eventKinds are all that libvirt has, but for two that are told by a later one
// too: of an I/O error that without its reason, and of a block job that by
// path, which names the image before or after it, as it happens.
var eventKinds = []eventKind{
	{id: golibvirt.DomainEventIDLifecycle, procedure: 318, name: "lifecycle", reread: true, parts: []part{lifecycle}},
	{id: golibvirt.DomainEventIDReboot, procedure: 319, name: "reboot", reread: true},
	{id: golibvirt.DomainEventIDRtcChange, procedure: 320, name: "rtc-change", parts: []part{signed("offset")}},
	{id: golibvirt.DomainEventIDWatchdog, procedure: 321, name: "watchdog", reread: true, parts: []part{word("action", watchdogWords)}},
	{id: golibvirt.DomainEventIDGraphics, procedure: 323, name: "graphics", parts: []part{
		word("phase", graphicsWords), address("local"), address("remote"), text("auth"), subjects,
	}},
	{id: golibvirt.DomainEventIDIoErrorReason, procedure: 324, name: "io-error", reread: true, parts: []part{
		text("path"), text("device"), word("action", ioErrorWords), text("reason"),
	}},
	{id: golibvirt.DomainEventIDControlError, procedure: 325, name: "control-error", reread: true},
	{id: golibvirt.DomainEventIDDiskChange, procedure: 327, name: "disk-change", reread: true, parts: []part{
		optional("old"), optional("new"), text("device"), word("reason", diskChangeWords),
	}},
	{id: golibvirt.DomainEventIDTrayChange, procedure: 328, name: "tray", reread: true, parts: []part{text("device"), word("tray", trayWords)}},
	{id: golibvirt.DomainEventIDPmwakeup, procedure: 329, name: "pm-wakeup", reread: true, reasonFirst: true},
	{id: golibvirt.DomainEventIDPmsuspend, procedure: 330, name: "pm-suspend", reread: true, reasonFirst: true},
	{id: golibvirt.DomainEventIDBalloonChange, procedure: 331, name: "balloon", reread: true, parts: []part{unsigned("kib")}},
	{id: golibvirt.DomainEventIDPmsuspendDisk, procedure: 332, name: "pm-suspend-disk", reread: true, reasonFirst: true},
	{id: golibvirt.DomainEventIDDeviceRemoved, procedure: 333, name: "device-removed", reread: true, parts: []part{text("device")}},
	{id: golibvirt.DomainEventIDBlockJob2, procedure: 339, name: "block-job", reread: true, parts: []part{
		text("target"), word("job", blockJobWords), word("status", blockJobStatusWords),
	}},
	{id: golibvirt.DomainEventIDTunable, procedure: 346, name: "tunable", reread: true, parts: []part{parameters}},
	{id: golibvirt.DomainEventIDAgentLifecycle, procedure: 348, name: "agent", reread: true, parts: []part{
		word("state", agentWords), word("reason", agentReasonWords),
	}},
	{id: golibvirt.DomainEventIDDeviceAdded, procedure: 354, name: "device-added", reread: true, parts: []part{text("device")}},
	{id: golibvirt.DomainEventIDMigrationIteration, procedure: 359, name: "migration-iteration", parts: []part{number("iteration")}},
	{id: golibvirt.DomainEventIDJobCompleted, procedure: 363, name: "job-completed", reread: true, parts: []part{parameters}},
	{id: golibvirt.DomainEventIDDeviceRemovalFailed, procedure: 367, name: "device-removal-failed", reread: true, parts: []part{text("device")}},
	{id: golibvirt.DomainEventIDMetadataChange, procedure: 379, name: "metadata", reread: true, parts: []part{
		word("type", metadataWords), optional("uri"),
	}},
	{id: golibvirt.DomainEventIDBlockThreshold, procedure: 385, name: "block-threshold", parts: []part{
		text("target"), optional("path"), unsigned("threshold"), unsigned("excess"),
	}},
	{id: golibvirt.DomainEventIDMemoryFailure, procedure: 423, name: "memory-failure", since: 6_009_000, parts: []part{
		word("recipient", memoryRecipientWords), word("action", memoryActionWords), number("flags"),
	}},
	{id: golibvirt.DomainEventIDMemoryDeviceSizeChange, procedure: 438, name: "memory-device-size", reread: true, since: 7_009_000, parts: []part{
		text("device"), unsigned("bytes"),
	}},
	{id: golibvirt.DomainEventIDNicMacChange, procedure: 453, name: "mac-change", reread: true, since: 11_002_000, parts: []part{
		text("device"), text("old"), text("new"),
	}},
}

// eventKindOf finds the kind that a procedure brings, nil where it is none.
func eventKindOf(procedure uint32) *eventKind {
	for i := range eventKinds {
		if eventKinds[i].procedure == procedure {
			return &eventKinds[i]
		}
	}
	return nil
}

// rereads tells whether a guest is to be read anew after an event.
func rereads(kind string) bool {
	for i := range eventKinds {
		if eventKinds[i].name == kind {
			return eventKinds[i].reread
		}
	}
	return false
}

// A part decodes some of an event's message to fields.
type part func(*decoder, []Field) []Field

func text(name string) part {
	return func(d *decoder, f []Field) []Field { return append(f, Field{name, d.text()}) }
}

func word(name string, w words) part {
	return func(d *decoder, f []Field) []Field { return append(f, Field{name, w.of(d.uint32())}) }
}

func number(name string) part {
	return func(d *decoder, f []Field) []Field {
		return append(f, Field{name, strconv.Itoa(int(int32(d.uint32())))})
	}
}

func signed(name string) part {
	return func(d *decoder, f []Field) []Field {
		return append(f, Field{name, strconv.FormatInt(int64(d.uint64()), 10)})
	}
}

func unsigned(name string) part {
	return func(d *decoder, f []Field) []Field {
		return append(f, Field{name, strconv.FormatUint(d.uint64(), 10)})
	}
}

// optional leaves out what is NULL.
func optional(name string) part {
	return func(d *decoder, f []Field) []Field {
		if d.uint32() == 0 {
			return f
		}
		return append(f, Field{name, d.text()})
	}
}

func lifecycle(d *decoder, f []Field) []Field {
	event, detail := d.uint32(), d.uint32()
	what, why := pair(lifecycleWords, lifecycleDetails, event, detail)
	return append(f, Field{"event", what}, Field{"detail", why})
}

// address is one end of a connection to a guest's display.
func address(end string) part {
	return func(d *decoder, f []Field) []Field {
		family, node, service := addressWords.of(d.uint32()), d.text(), d.text()
		return append(f, Field{end + "-family", family}, Field{end + "-node", node}, Field{end + "-service", service})
	}
}

// subjects are who was let in to a display.
func subjects(d *decoder, f []Field) []Field {
	for range d.count(8) {
		kind, name := d.text(), d.text()
		f = append(f, Field{"subject", kind + "=" + name})
	}
	return f
}

// parameters are libvirt's typed parameters.
func parameters(d *decoder, f []Field) []Field {
	for range d.count(12) {
		name := d.text()
		f = append(f, Field{name, parameter(d)})
	}
	return f
}
