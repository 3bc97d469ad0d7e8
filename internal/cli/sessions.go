package cli

import (
	"bufio"
	"errors"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
)

func newSessions(std Streams) *cobra.Command {
	var format string
	var flags viewFlags
	cmd := &cobra.Command{
		Use:   "sessions " + inputsUse,
		Short: "List the guests' sessions and what each held",
		Long: `List the sessions of guests: from when to when each ran, how it ended, and what
it held. A start that failed is a session too, which held nothing. Of a session
whose start or end is not in the log, the table says what the log proves.

NAME#2 is the second session of a guest in the log.

--format jsonl gives all of it: every holding with from, to and the events that
prove it, failed attempts, labels, device rules. csv is a row a session, with
what it held but not when.` + inputsHelp + storeHelp + filterHelp,
		Example: `  virtaudit sessions
  virtaudit sessions --format jsonl /var/log/audit | jq 'select(.state == "lost")'
  virtaudit sessions --guest 'web*' --since yesterday --proof
  virtaudit sessions kvm1=logs/kvm1 kvm2=logs/kvm2`,
		ValidArgsFunction: completeInputs,
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := report.ParseFormat(format)
			if err != nil {
				return err
			}
			v, readErr := flags.read(std, args, false)
			if v == nil || v.mute(f) {
				return readErr
			}
			defer v.close()
			shown, err := v.shown()
			if err != nil {
				return failed(std, err)
			}
			gaps, err := v.gapsWithin(v.Since, v.Until)
			if err != nil {
				return failed(std, err)
			}
			err = output(std.Out, func(w *bufio.Writer) error {
				return errors.Join(report.Sessions(w, f, shown, v.options), tellGaps(std, w, f, gaps, v.options))
			})
			return errors.Join(err, readErr)
		},
	}
	formatFlag(cmd, &format, "text", "jsonl", "csv")
	flags.add(cmd)
	return cmd
}
