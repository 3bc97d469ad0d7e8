package cli

import (
	"bufio"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/doctor"
)

// kernelPatience is how long the kernel may take to answer.
const kernelPatience = 10 * time.Second

// errWrong tells that the host keeps no trail as it is. All is said by then; it
// is a failure of the same kind as input that can't be read.
var errWrong = fmt.Errorf("something is wrong with this host's audit: %w", errUnreadable)

func newDoctor(std Streams) *cobra.Command {
	var format string
	var text textFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell why this host has, or hasn't, a trail of its guests",
		Long: `Look at all that a guest's record passes on its way: libvirt's daemons and
their audit_level, the kernel's audit, its rules and its backlog, auditd and its
configuration, the log, and how long a record stays there. Each is ok, a
warning, wrong, or unknown, with what was found; and with what to do, unless it
is ok.

As root all of it is looked at; others are told what could not be. Nothing is
changed. The exit status is 1 where something is wrong; warnings and what is
unknown leave it 0.`,
		Example: `  virtaudit doctor
  virtaudit doctor --format json | jq -r '.checks[] | select(.state == "wrong").advice'`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return examine(std, format, &text)
		},
	}
	formatFlag(cmd, &format, "text", "json")
	text.add(cmd)
	return cmd
}

func examine(std Streams, format string, text *textFlags) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("format %q: there are text and json", format)
	}
	o := text.options(std.Out)
	host, done := doctor.Local()
	defer done()
	if format == "text" {
		host.Location = o.Location
	}
	ctx, cancel := context.WithTimeout(context.Background(), kernelPatience)
	defer cancel()
	found := doctor.Examine(ctx, host)
	err := output(std.Out, func(w *bufio.Writer) error {
		if format == "json" {
			return doctor.JSON(w, found)
		}
		return doctor.Text(w, found, doctor.Options{Color: o.Color, Width: o.Width})
	})
	if err == nil && doctor.Worst(found) == doctor.Wrong {
		return errWrong
	}
	return err
}
