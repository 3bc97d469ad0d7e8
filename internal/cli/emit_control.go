package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/guest"
)

func newEmitStart(e emitter) *cobra.Command {
	f := controlFlags{op: guest.Start}
	cmd := f.command(&e, &cobra.Command{
		Short: "Tell that a guest started, with all that it has",
		Long: `Tell that a guest started: its security labels, all that it has of the host, and
last that it runs. With --failed only the last message says so, as libvirt's
does: the guest then never had any of it.` + emitHelp,
		Example: `  virtaudit emit start web1.xml --pid 4242
  virtaudit emit start web1.xml --started --failed
  virtaudit emit start - --live --dry-run <web1-running.xml`,
	})
	f.addReason(cmd, guest.Booted, guest.Restored, guest.Migrated, guest.FromSnapshot, guest.Reboot)
	return cmd
}

func newEmitStop(e emitter) *cobra.Command {
	f := controlFlags{op: guest.Stop}
	cmd := f.command(&e, &cobra.Command{
		Short: "Tell that a guest stopped, and lost all that it had",
		Long: `Tell that a guest stopped. It is one message: with it the guest loses all that
it had. libvirt's own have no process any more, vm-pid=0.` + emitHelp,
		Example: `  virtaudit emit stop web1.xml
  virtaudit emit stop web1.xml --reason crashed --to kernel --to file:/var/log/vmm/audit.log`,
	})
	f.addReason(cmd, guest.Shutdown, guest.Destroyed, guest.Crashed, guest.Failure, guest.Saved, guest.Migrated, guest.FromSnapshot, guest.Reboot)
	return cmd
}

func newEmitInit(e emitter) *cobra.Command {
	f := controlFlags{op: guest.Init}
	cmd := f.command(&e, &cobra.Command{
		Short: "Tell that a container's init process began",
		Long: `Tell that the init process of a container began: which process it is on the
host, and which pid namespace it is in.` + emitHelp,
		Example: `  virtaudit emit init box1.xml --pid 4242 --init-pid 4243 --pid-ns "$(stat -Lc %i /proc/4243/ns/pid)"`,
	})
	cmd.Flags().IntVar(&f.initPID, "init-pid", 0, "the `PID` of the container's init on the host")
	cmd.Flags().Uint64Var(&f.pidNS, "pid-ns", 0, "the `INODE` of its pid namespace")
	_ = cmd.RegisterFlagCompletionFunc("init-pid", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("pid-ns", cobra.NoFileCompletions)
	return cmd
}

// controlFlags are those of the messages of a guest as a whole.
type controlFlags struct {
	op      guest.Op
	reason  string
	failed  bool
	pid     int
	initPID int
	pidNS   uint64
}

// command makes the command of what happened to the guest.
func (f *controlFlags) command(e *emitter, cmd *cobra.Command) *cobra.Command {
	cmd.Use = string(f.op) + " GUEST.xml"
	cmd.Args = xmlArgs("GUEST.xml")
	cmd.ValidArgsFunction = completeXML(1)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return e.run(func() ([]guest.Change, error) { return f.changes(e, args[0]) })
	}
	cmd.Flags().IntVar(&f.pid, "pid", 0, "the guest's process, a `PID` of the host")
	_ = cmd.RegisterFlagCompletionFunc("pid", cobra.NoFileCompletions)
	addFailed(cmd, &f.failed)
	e.add(cmd)
	return cmd
}

// addReason adds --reason. libvirt's words are named, but others will do.
func (f *controlFlags) addReason(cmd *cobra.Command, words ...guest.Reason) {
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = string(w)
	}
	cmd.Flags().StringVar(&f.reason, "reason", names[0], "why, a `WORD`; libvirt's are "+strings.Join(names, ", "))
	_ = cmd.RegisterFlagCompletionFunc("reason", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// addFailed adds --failed.
func addFailed(cmd *cobra.Command, failed *bool) {
	cmd.Flags().BoolVar(failed, "failed", false, "it was tried in vain")
}

func (f *controlFlags) changes(e *emitter, name string) ([]guest.Change, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	read := e.identity
	if f.op == guest.Start {
		read = e.whole
	}
	g, err := read(name)
	if err != nil {
		return nil, err
	}
	return []guest.Change{{
		Guest: g, Op: f.op, Failed: f.failed, Reason: guest.Reason(f.reason),
		PID: f.pid, InitPID: f.initPID, PIDNamespace: f.pidNS,
	}}, nil
}

func (f *controlFlags) check() error {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\'' }
	switch {
	case f.pid < 0:
		return fmt.Errorf("--pid %d: no process has it", f.pid)
	case f.initPID < 0:
		return fmt.Errorf("--init-pid %d: no process has it", f.initPID)
	case f.op != guest.Init && (f.reason == "" || strings.ContainsFunc(f.reason, odd)):
		return fmt.Errorf("--reason %q: a reason is one word, without blanks and quotes", f.reason)
	}
	return nil
}
