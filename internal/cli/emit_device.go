package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/guest"
)

func newEmitAttach(e emitter) *cobra.Command {
	return newEmitPlug(e, guest.Attach, &cobra.Command{
		Short: "Tell that a running guest got a device",
		Long: `Tell that a running guest got a device. DEVICE.xml is a single device, as virsh
attach-device takes it. GUEST.xml is the guest as it was before; of it, only
name, uuid and type count, and the memory where the device is a memory module.` + emitHelp,
		Example: `  virtaudit emit attach web1.xml rng.xml
  echo "<rng model='virtio'><backend model='random'>/dev/hwrng</backend></rng>" |
    virtaudit emit attach web1.xml - --failed`,
	})
}

func newEmitDetach(e emitter) *cobra.Command {
	return newEmitPlug(e, guest.Detach, &cobra.Command{
		Short: "Tell that a running guest lost a device",
		Long: `Tell that a running guest lost a device. DEVICE.xml is a single device, as virsh
detach-device takes it. GUEST.xml is the guest as it was before; of it, only
name, uuid and type count, and the memory where the device is a memory module.` + emitHelp,
		Example: `  virtaudit emit detach web1.xml rng.xml`,
	})
}

func newEmitPlug(e emitter, op guest.Op, cmd *cobra.Command) *cobra.Command {
	var failed bool
	cmd.Use = string(op) + " GUEST.xml DEVICE.xml"
	cmd.Args = xmlArgs("GUEST.xml", "DEVICE.xml")
	cmd.ValidArgsFunction = completeXML(2)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return e.run(func() ([]guest.Change, error) { return e.plug(op, failed, args[0], args[1]) })
	}
	addFailed(cmd, &failed)
	e.add(cmd)
	return cmd
}

// plug gives the changes of an attach or a detach.
func (e *emitter) plug(op guest.Op, failed bool, guestName, deviceName string) ([]guest.Change, error) {
	g, err := e.identity(guestName)
	if err != nil {
		return nil, err
	}
	device, err := e.plugged(op, deviceName, g.Virt)
	if err != nil {
		return nil, err
	}
	var changes []guest.Change
	for _, r := range device {
		c := guest.Change{Guest: g, Op: op, Failed: failed, Old: r, New: r}
		if size, ok := r.(guest.Memory); ok {
			c, err = moved(g, c, size)
			err = unreadXML(deviceName, err)
		}
		changes = append(changes, c)
	}
	return changes, err
}

// plugged reads a device that came or went. One that comes may have a random
// MAC address, as libvirt gives it one.
func (e *emitter) plugged(op guest.Op, name string, of guest.Virt) ([]guest.Resource, error) {
	if op == guest.Detach {
		return e.knownDevice(name, of)
	}
	device, notes, err := e.device(name, of)
	if err == nil && notes.NoMAC {
		e.warn("%s: the MAC address is missing: a random one is taken, another each time", shownName(name))
	}
	return device, err
}

var errOverMemory = errors.New("a memory device larger than all of the guest's memory")

// moved makes a memory device that came or went a change of all the memory,
// which is what is audited.
func moved(g *guest.Spec, c guest.Change, size guest.Memory) (guest.Change, error) {
	total := g.Memory + size
	if c.Op == guest.Detach {
		if size > g.Memory {
			return c, errOverMemory
		}
		total = g.Memory - size
	}
	c.Op, c.Old, c.New = guest.Update, g.Memory, total
	return c, nil
}

func newEmitDiff(e emitter) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff OLD.xml NEW.xml",
		Short: "Tell what a running guest got and lost between two dumps",
		Long: `Tell what changed between two dumps of a running guest, as attach, detach and
update would: what it lost, then what it got, kind by kind. Devices alike are
counted: of three RNGs on /dev/random, one that is gone is one detach. A disk
with another source is an update.` + emitHelp,
		Example:           `  virtaudit emit diff web1-before.xml web1-now.xml --live --dry-run`,
		Args:              xmlArgs("OLD.xml", "NEW.xml"),
		ValidArgsFunction: completeXML(2),
		RunE: func(_ *cobra.Command, args []string) error {
			return e.run(func() ([]guest.Change, error) { return e.diff(args[0], args[1]) })
		},
	}
	e.add(cmd)
	return cmd
}

// diff gives the changes from one dump to another of the same guest.
func (e *emitter) diff(oldName, newName string) ([]guest.Change, error) {
	old, err := e.known(oldName)
	if err != nil {
		return nil, err
	}
	now, err := e.known(newName)
	if err != nil {
		return nil, err
	}
	if old.UUID != now.UUID {
		return nil, unreadXML(newName, fmt.Errorf("another guest, of uuid %s, than that of %s, of uuid %s",
			now.UUID, shownName(oldName), old.UUID))
	}
	if old.Name != now.Name {
		e.warn("%s: the guest's name is %q, and %q in %s: the messages say the former", shownName(newName), now.Name, old.Name, shownName(oldName))
	}
	if old.Virt != now.Virt {
		e.warn("%s: the guest's type is %s, and %s in %s: the messages say the former", shownName(newName), now.Virt, old.Virt, shownName(oldName))
	}
	return guest.Diff(old, now), nil
}
