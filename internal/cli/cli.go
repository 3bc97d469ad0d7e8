// Package cli is the command line: one file a command. It wires the other
// packages together and knows what they don't: arguments, terminals, exit
// statuses.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit statuses.
const (
	exitOK         = 0
	exitUnreadable = 1 // some of the input, or all of the output
	exitUsage      = 2
	exitFound      = 3 // findings --fail
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

// Main runs this process's command line and gives its exit status.
func Main(version string) int {
	// Without this a pipe whose reader has gone ends the process by a signal,
	// and a shell with pipefail takes `virtaudit sessions | head` for failed.
	signal.Ignore(syscall.SIGPIPE)
	return Run(version, arguments(os.Args), Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
}

// Run runs a command line and gives its exit status: 0, 1 where some input
// could not be read or the result not be written, 2 where the command line is
// wrong, 3 where findings were to fail and there are some.
func Run(version string, args []string, std Streams) int {
	own := &checkedWriter{w: std.Out}
	root := newRoot(version, std, own)
	root.SetArgs(args)
	cmd, err := root.ExecuteC()
	if own.err != nil {
		err = errOutput{own.err}
	}
	var out errOutput
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &out) && !errors.Is(out, syscall.EPIPE):
		fmt.Fprintf(std.Err, "virtaudit: %v\n", out)
		return exitUnreadable
	case errors.Is(err, errUnreadable):
		return exitUnreadable
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, syscall.EPIPE): // the reader has seen enough
		return exitOK
	}
	fmt.Fprintf(std.Err, "virtaudit: %s; see %s --help\n", oneLine(err), cmd.CommandPath())
	return exitUsage
}

// oneLine gives an error's text, which cobra spreads over several lines where
// it guesses what command was meant.
func oneLine(err error) string {
	text, guesses, guessed := strings.Cut(err.Error(), "Did you mean this?")
	text = strings.TrimSpace(text)
	if guessed {
		text += ": did you mean " + strings.Join(strings.Fields(guesses), " or ") + "?"
	}
	return text
}

// newRoot makes the commands. What cobra itself writes, such as help, goes to
// own.
func newRoot(version string, std Streams, own io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "virtaudit COMMAND",
		Short: "The audit trail of the virtual machines on this host",
		Long: `virtaudit reads audit logs and tells which guest ran when, what it held, and
what failed: from the VIRT_* records that libvirt writes to the kernel. Where
nothing writes them, emit does; what they leave out, serve sees and keeps.

A command without FILEs reads this host's log, /var/log/audit, which takes root
or the log's group. On a terminal, text is fitted to its width and coloured,
the latter unless NO_COLOR is set.

The exit status is 0; 1 where some input could not be read or the result could
not be written; 2 where the command line is wrong; 3 where findings --fail shows
any.`,
		Example: `  virtaudit report
  virtaudit sessions --format jsonl /var/log/audit | jq .
  virtaudit summary old-logs/audit.log.*.gz`,
		Version:               version,
		SilenceErrors:         true,
		SilenceUsage:          true,
		DisableAutoGenTag:     true,
		DisableFlagsInUseLine: true,
	}
	root.SetVersionTemplate("virtaudit {{.Version}}\n")
	root.SetIn(std.In)
	root.SetOut(own)
	root.SetErr(std.Err)
	root.AddCommand(
		newReport(std), newSessions(std), newWho(std), newEvents(std), newFindings(std), newSummary(std), newInspect(std), newDoctor(std), newAuvirt(std), newEmit(std),
		newServe(version, std), newStatus(std), newRebuild(std),
		newCompletion(), newMan(),
	)
	root.SetHelpCommand(newHelp())
	return root
}

// checkedWriter keeps the first error of writing: cobra drops those of help.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	if err != nil && c.err == nil {
		c.err = err
	}
	return n, err
}
