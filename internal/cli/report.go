package cli

import (
	"bufio"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/input"
	"github.com/virtaudit/virtaudit/internal/report"
)

func newReport(std Streams) *cobra.Command {
	flags := viewFlags{counted: true}
	cmd := &cobra.Command{
		Use:   "report " + inputsUse,
		Short: "Show on one screen what runs, what failed and what was lost",
		Long: `Show what an operator wants to see first: the range of the log, the running
guests and what they hold, what failed, and what was lost. A guest is shown as
running when the log holds no end of its session.` + inputsHelp + storeHelp + filterHelp,
		Example: `  virtaudit report
  ssh kvm1 ausearch --raw | virtaudit report -`,
		ValidArgsFunction: completeInputs,
		RunE: func(_ *cobra.Command, args []string) error {
			v, readErr := flags.read(std, args, true)
			if v == nil || v.mute(report.Text) {
				return readErr
			}
			defer v.close()
			sessions, err := v.shown()
			if err != nil {
				return failed(std, err)
			}
			findings, err := v.shownFindings()
			if err != nil {
				return failed(std, err)
			}
			gaps, err := v.gapsWithin(v.Since, v.Until)
			if err != nil {
				return failed(std, err)
			}
			err = output(std.Out, func(w *bufio.Writer) error {
				return report.Overview(w, report.OverviewInput{
					Sessions: sessions, Findings: findings, Gaps: gaps,
					Summary: v.summary, Totals: v.totals, Source: v.source,
				}, v.options)
			})
			return errors.Join(err, readErr)
		},
	}
	flags.add(cmd)
	return cmd
}

// sourceName names what was read, for a headline.
func sourceName(args []string) string {
	if len(args) == 0 {
		return input.DefaultDir
	}
	return strings.Join(args, " ")
}
