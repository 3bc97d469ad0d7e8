package cli

import (
	"bufio"
	"errors"

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

--format jsonl gives all of it: every holding with from, to and the events that
prove it, failed attempts, labels, device rules. csv is a row a session, with
what it held but not when, and without proofs.` + inputsHelp,
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
			r, readErr := readTrail(std, args, c.Session)
			if f == report.Text && r.foundNothing() {
				return readErr
			}
			err = output(std.Out, func(w *bufio.Writer) error {
				return report.Sessions(w, f, c.Sessions(), text.options(std.Out))
			})
			return errors.Join(err, readErr)
		},
	}
	formatFlag(cmd, &format, "text", "jsonl", "csv")
	text.add(cmd)
	return cmd
}
