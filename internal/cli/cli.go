// Package cli is the command line: one file a command. It wires the other
// packages together and knows what they don't: arguments, terminals, exit
// statuses.
package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	exitOK         = 0
	exitUnreadable = 1 // some of the input, or all of the output
	exitUsage      = 2
)

// errUnreadable tells that some input was not read; what and why has been
// written to standard error.
var errUnreadable = errors.New("some input was not read")

// errOutput is an error that came while the result was written.
type errOutput struct{ err error }

func (e errOutput) Error() string { return "write the result: " + e.err.Error() }

func (e errOutput) Unwrap() error { return e.err }

// Streams are the standard streams.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Run runs a command line and gives its exit status: 0, 1 where some input
// could not be read, 2 where the command line is wrong.
func Run(version string, args []string, std Streams) int {
	root := newRoot(version, std)
	root.SetArgs(args)
	err := root.Execute()
	var out errOutput
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, syscall.EPIPE): // the reader has seen enough
		return exitOK
	case errors.Is(err, errUnreadable):
		return exitUnreadable
	case errors.As(err, &out):
		fmt.Fprintf(std.Err, "virtaudit: %v\n", err)
		return exitUnreadable
	}
	fmt.Fprintf(std.Err, "virtaudit: %s\n", strings.TrimSpace(err.Error()))
	fmt.Fprintln(std.Err, "virtaudit --help lists the commands; virtaudit COMMAND --help explains one")
	return exitUsage
}

func newRoot(version string, std Streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "virtaudit",
		Short: "The audit trail of the virtual machines on this host",
		Long: `virtaudit reads audit logs and tells which guest ran when, what it held, and
what failed: from the VIRT_* records that libvirt writes to the kernel.

Without a command's FILEs it reads this host's log, /var/log/audit.`,
		Version:           version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Args:              cobra.NoArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("virtaudit {{.Version}}\n")
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	root.AddCommand(
		newReport(std), newSessions(std), newSummary(std), newInspect(std), newMan(),
	)
	return root
}
