package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/store"
)

func newSummary(std Streams) *cobra.Command {
	var format string
	var text textFlags
	var kept storeFlag
	cmd := &cobra.Command{
		Use:   "summary " + inputsUse,
		Short: "Count records, sessions, failures, denials and anomalies",
		Long: `Count what the logs hold: records by type, resources by kind, starts and stops,
sessions by how they ended, failed operations, denials and anomalies of guests.
first and last are the times of the first and last record that was counted.` + inputsHelp + storeHelp,
		Example: `  virtaudit summary
  virtaudit summary --format json /var/log/audit | jq .sessions`,
		ValidArgsFunction: completeInputs,
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("format %q: there are text and json", format)
			}
			if stored, err := kept.given(args); err != nil {
				return err
			} else if stored {
				o := text.options(std.Out)
				o.FromStore = kept.words()
				return failed(std, summarizeStore(std, kept.file, report.Format(format), o))
			}
			r, readErr := readTrail(std, inputs{args: args})
			if format == "text" && r.foundNothing() {
				return readErr
			}
			err := output(std.Out, func(w *bufio.Writer) error {
				return report.Summary(w, format == "json", r.totals, r.trail.Summary(), text.options(std.Out))
			})
			return errors.Join(err, readErr)
		},
	}
	formatFlag(cmd, &format, "text", "json")
	text.add(cmd)
	kept.add(cmd)
	return cmd
}

// summarizeStore counts what a store holds, and says where it may lack something.
func summarizeStore(std Streams, file string, f report.Format, o report.Options) (err error) {
	s, err := store.OpenRead(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	ctx := context.Background()
	totals, summary, err := countStore(ctx, s)
	if err != nil {
		return err
	}
	gaps, err := storedGaps(ctx, s, 0, 0)
	if err != nil {
		return err
	}
	return output(std.Out, func(w *bufio.Writer) error {
		return errors.Join(report.Summary(w, f != report.Text, totals, summary, o), tellGaps(std, w, f, gaps, o))
	})
}
