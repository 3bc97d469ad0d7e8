package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/guest"
)

func newEmitUpdate(e emitter) *cobra.Command {
	var u updateFlags
	cmd := &cobra.Command{
		Use:   "update GUEST.xml [OLDDEVICE.xml NEWDEVICE.xml]",
		Short: "Tell that a running guest's device or size changed",
		Long: `Tell that something of a running guest changed: its memory, processors or I/O
threads, from OLD to NEW, or a device, such as the medium in a drive. Another
drive or an interface of another MAC address is no update: tell of a detach and
an attach. What libvirt never updates in its place (a host device, a TPM) is told
as these two. GUEST.xml is the guest as it was before; of it, only name, uuid and
type count, and the memory where the device is a memory module.` + emitHelp,
		Example: `  virtaudit emit update web1.xml --memory 1048576:2097152 --vcpus 2:4
  virtaudit emit update web1.xml cdrom-empty.xml cdrom-debian.xml`,
		Args:              u.args,
		ValidArgsFunction: completeXML(3),
		RunE: func(_ *cobra.Command, args []string) error {
			return e.run(func() ([]guest.Change, error) { return u.changes(&e, args) })
		},
	}
	u.add(cmd)
	e.add(cmd)
	return cmd
}

// updateFlags are those of an update.
type updateFlags struct {
	memory, vcpus, iothreads step
	failed                   bool
}

func (u *updateFlags) add(cmd *cobra.Command) {
	for name, f := range map[string]*step{"memory": &u.memory, "vcpus": &u.vcpus, "iothreads": &u.iothreads} {
		cmd.Flags().Var(f, name, "what the number of them was and is, `OLD:NEW`")
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
	cmd.Flags().Lookup("memory").Usage = "what the memory was and is in KiB, `OLD:NEW`"
	addFailed(cmd, &u.failed)
}

// A step is the value of a flag that tells how a quantity changed.
type step struct {
	given         bool
	before, after uint64
}

// Set reads OLD:NEW.
func (s *step) Set(text string) error {
	before, after, _ := strings.Cut(text, ":")
	var err1, err2 error
	s.before, err1 = strconv.ParseUint(before, 10, 64)
	s.after, err2 = strconv.ParseUint(after, 10, 64)
	if err1 != nil || err2 != nil {
		return errors.New("not OLD:NEW, two numbers")
	}
	s.given = true
	return nil
}

func (s *step) String() string {
	if !s.given {
		return ""
	}
	return fmt.Sprintf("%d:%d", s.before, s.after)
}

// Type is what pflag calls the value where its usage has no better name.
func (s *step) Type() string { return "step" }

// args takes a guest, and either two devices or a flag that says what changed.
func (u *updateFlags) args(_ *cobra.Command, args []string) error {
	sized := u.memory.given || u.vcpus.given || u.iothreads.given
	switch {
	case len(args) != 1 && len(args) != 3:
		return fmt.Errorf("%d arguments: give GUEST.xml, and OLDDEVICE.xml and NEWDEVICE.xml or a size that changed", len(args))
	case len(args) == 1 && !sized:
		return errors.New("nothing that changed: give OLDDEVICE.xml and NEWDEVICE.xml, --memory, --vcpus or --iothreads")
	case len(args) == 3 && sized:
		return errors.New("two devices and a size: tell of them one by one")
	}
	return oneStdin(args)
}

func (u *updateFlags) changes(e *emitter, args []string) ([]guest.Change, error) {
	g, err := e.identity(args[0])
	if err != nil {
		return nil, err
	}
	changes := u.sizes()
	if len(args) == 3 {
		changes, err = e.replaced(g, args[1], args[2])
	}
	for i := range changes {
		changes[i].Guest, changes[i].Failed = g, u.failed
	}
	return changes, err
}

// sizes gives the changes that flags tell of.
func (u *updateFlags) sizes() []guest.Change {
	var changes []guest.Change
	add := func(s step, old, now guest.Resource) {
		if s.given {
			changes = append(changes, guest.Change{Op: guest.Update, Old: old, New: now})
		}
	}
	add(u.memory, guest.Memory(u.memory.before), guest.Memory(u.memory.after))
	add(u.vcpus, guest.VCPUs(u.vcpus.before), guest.VCPUs(u.vcpus.after))
	add(u.iothreads, guest.IOThreads(u.iothreads.before), guest.IOThreads(u.iothreads.after))
	return changes
}

// replaced gives the changes of a device in the place of another.
func (e *emitter) replaced(g *guest.Spec, oldName, newName string) ([]guest.Change, error) {
	old, err := e.knownDevice(oldName, g.Virt)
	if err != nil {
		return nil, err
	}
	now, err := e.knownDevice(newName, g.Virt)
	if err != nil {
		return nil, err
	}
	changes, err := paired(old, now)
	if err != nil {
		return nil, unreadXML(newName, fmt.Errorf("%w than that of %s: it takes a detach and an attach", err, shownName(oldName)))
	}
	for i := range changes {
		c := &changes[i]
		if was, ok := c.Old.(guest.Memory); ok {
			if was > g.Memory {
				return nil, unreadXML(oldName, errOverMemory)
			}
			c.Old, c.New = g.Memory, g.Memory-was+c.New.(guest.Memory)
		}
	}
	return changes, nil
}
