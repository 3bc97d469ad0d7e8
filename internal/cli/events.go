package cli

import (
	"bufio"
	"errors"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
)

func newEvents(std Streams) *cobra.Command {
	var format string
	var flags viewFlags
	cmd := &cobra.Command{
		Use:   "events " + inputsUse,
		Short: "List in order all that happened to the guests, a line each",
		Long: `List all that the log tells of guests and their hosts, in order: starts, stops,
what was attached and detached, device rules, labels, denials, crashes; where
the host booted, and where auditd began and ended. NAME#2 is the second session
of a guest in the log.

What a start asks for is recorded before the start itself, and as a success even
where that fails then: of a start that failed, nothing was ever held. FAILED
stands where an operation failed; [cut], [ambiguous] or [out of order] where a
record can't be relied on. "lost" is what no record tells: that a session ended
without a stop. It stands where that is proven.

Events come in the order of their records, which the kernel numbers: where a
clock was set back, times go back. --format jsonl and csv give every field, who
sent the record, and the events that prove it.` + inputsHelp + storeHelp + filterHelp,
		Example: `  virtaudit events --guest web --since yesterday
  virtaudit events --resource /dev/hwrng --proof
  virtaudit events --format jsonl /var/log/audit | jq 'select(.result == "failed")'`,
		ValidArgsFunction: completeInputs,
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := report.ParseFormat(format)
			if err != nil {
				return err
			}
			v, readErr := flags.read(std, args, true)
			if v == nil || v.mute(f) {
				return readErr
			}
			defer v.close()
			events, err := v.shownEvents()
			if err != nil {
				return failed(std, err)
			}
			gaps, err := v.gapsWithin(v.Since, v.Until)
			if err != nil {
				return failed(std, err)
			}
			err = output(std.Out, func(w *bufio.Writer) error {
				return errors.Join(report.Events(w, f, events, v.options), tellGaps(std, w, f, gaps, v.options))
			})
			return errors.Join(err, readErr)
		},
	}
	formatFlag(cmd, &format, "text", "jsonl", "csv")
	flags.add(cmd)
	return cmd
}
