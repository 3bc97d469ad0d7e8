package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/trail"
)

func newSessions(std Streams) *cobra.Command {
	var format string
	var text textFlags
	cmd := &cobra.Command{
		Use:   "sessions " + inputsUse,
		Short: "List the guests' sessions and what each held",
		Long: `List the sessions of guests: from when to when each ran, how it ended, and what
it held. A start that failed is a session too, which held nothing. Of a session
whose start or end is not in the log, the table says what the log proves.

--format jsonl and csv give all of it: every holding with from, to and the
events that prove it, failed attempts, labels, device rules.` + inputsHelp,
		Example: `  virtaudit sessions
  virtaudit sessions --format jsonl /var/log/audit | jq 'select(.state == "lost")'
  virtaudit sessions kvm1=logs/kvm1 kvm2=logs/kvm2`,
		ValidArgsFunction: completeInputs,
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := report.ParseFormat(format)
			if err != nil {
				return err
			}
			var c trail.Collector
			_, readErr := readTrail(std, args, c.Session)
			err = output(std.Out, func(w io.Writer) error {
				return report.Sessions(w, f, c.Sessions(), text.options(std.Out))
			})
			return firstError(err, readErr)
		},
	}
	formatFlag(cmd, &format, "text", "jsonl", "csv")
	text.add(cmd)
	return cmd
}

// firstError gives the first error that there is.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
