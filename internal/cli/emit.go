package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/kaudit"
)

// emitHelp explains what all emit commands have in common.
const emitHelp = `

GUEST.xml is libvirt's domain XML: a definition or, with --live, what virsh
dumpxml prints of a running guest. - is standard input. Each message becomes a
record. --dry-run prints them, a line each, TYPE success|failed TEXT. What
libvirt doesn't audit (a network disk, an RNG on EGD over TCP) gives none.

--to kernel, the default, takes CAP_AUDIT_WRITE; --to file:PATH appends to a log
that ausearch and virtaudit read, and --to stdout prints such lines. With several
--to, each gets all messages.

The exit status is 1 where a message could not be sent; standard error then says
which were sent and which not.

Not for guests that libvirt runs: it sends these records itself, and every one
would be in the log twice.`

func newEmit(std Streams) *cobra.Command { return newEmitTo(std, kaudit.Dial, 30*time.Second) }

// newEmitTo makes the commands for a kernel that is given some time.
func newEmitTo(std Streams, dial func() (*kaudit.Conn, error), patience time.Duration) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "emit COMMAND",
		Short: "Write libvirt's audit records, where no libvirt does",
		Long: `Tell the kernel's audit log of a guest what libvirt would: that it started, with
all that it got of the host, that it stopped, or that it got, lost or changed a
device. It is for VM managers and scripts on hosts where nothing else audits
guests.

Don't use it for guests that libvirt runs: it sends these records itself, and
every one would be in the log twice.`,
		Example: `  virtaudit emit start web1.xml --pid 4242
  virtaudit emit attach web1.xml rng.xml --dry-run
  virtaudit emit stop web1.xml --reason destroyed`,
		DisableFlagsInUseLine:      true,
		SuggestionsMinimumDistance: 2,
		Args:                       cobra.ArbitraryArgs,
		ValidArgsFunction:          cobra.NoFileCompletions,
		RunE:                       emitWhat,
	}
	e := emitter{std: std, dial: dial, patience: patience}
	cmd.AddCommand(newEmitStart(e), newEmitStop(e), newEmitInit(e), newEmitAttach(e), newEmitDetach(e), newEmitUpdate(e), newEmitDiff(e))
	return cmd
}

// emitWhat refuses a command line that names none of the commands.
func emitWhat(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("emit what? start, stop, init, attach, detach, update or diff")
	}
	err := fmt.Errorf("unknown command %q for %q", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		err = fmt.Errorf("%w: did you mean %s?", err, strings.Join(near, " or "))
	}
	return err
}

// emitter is one run of an emit command.
type emitter struct {
	std  Streams
	dial func() (*kaudit.Conn, error)
	// patience is how long a destination may take for all messages. The kernel
	// holds back whoever sends while nobody takes its records.
	patience time.Duration

	xml     xmlFlags
	to      []string
	dryRun  bool
	shorten bool

	saidRunning bool // that a dump isn't read as one
}

// add adds the flags that all emit commands have.
func (e *emitter) add(cmd *cobra.Command) {
	e.xml.add(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&e.to, "to", []string{toKernel}, "where to: `DEST` is kernel, stdout or file:PATH; can be repeated")
	flags.BoolVar(&e.dryRun, "dry-run", false, "print the messages and send nothing")
	flags.BoolVar(&e.shorten, "shorten", false, "cut the values of a text that is too long, and say so in it")
	_ = cmd.RegisterFlagCompletionFunc("to", completeTo)
}

// run tells of the changes that are found, and what kept it from that.
func (e *emitter) run(find func() ([]guest.Change, error)) error {
	if err := e.xml.check(); err != nil {
		return err
	}
	to, err := e.destinations()
	if err != nil {
		return err
	}
	changes, err := find()
	var unread *xmlError
	switch {
	case errors.As(err, &unread):
		fmt.Fprintf(e.std.Err, "virtaudit: %v\n", unread)
		return errUnreadable
	case err != nil:
		return err
	}
	messages := e.messages(changes)
	if e.dryRun {
		return printMessages(e.std.Out, messages)
	}
	return e.send(to, messages)
}

// warn says what is odd and keeps nothing from being sent.
func (e *emitter) warn(format string, args ...any) {
	fmt.Fprintf(e.std.Err, "virtaudit: warning: "+format+"\n", args...)
}

// messages gives what is to be sent. What is wrong with it is said once.
func (e *emitter) messages(changes []guest.Change) []guest.Message {
	var messages []guest.Message
	said := map[guest.Warning]bool{}
	for _, c := range changes {
		more, warnings := guest.Records(c)
		messages = append(messages, more...)
		for _, w := range warnings {
			if !said[w] {
				e.warn("%s", w)
			}
			said[w] = true
		}
	}
	return messages
}
