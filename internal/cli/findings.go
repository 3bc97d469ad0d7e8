package cli

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/trail"
)

// errFound tells a script that there are findings.
var errFound = errors.New("there are findings")

// findingFlags are those that choose findings, beside the filters.
type findingFlags struct {
	kinds    []string
	severity string
	fail     bool
}

func (f *findingFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.kinds, "kind", nil, "only findings of this `KIND`; several with commas, or repeated")
	flags.StringVar(&f.severity, "severity", trail.Info.String(), "only findings of this `SEVERITY` and above: "+strings.Join(trail.Severities, ", "))
	flags.BoolVar(&f.fail, "fail", false, "exit status 3 where any finding is shown")
	_ = cmd.RegisterFlagCompletionFunc("kind", completeFindingKinds)
	_ = cmd.RegisterFlagCompletionFunc("severity", cobra.FixedCompletions(trail.Severities, cobra.ShellCompDirectiveNoFileComp))
}

// check finds a wrong kind or severity.
func (f *findingFlags) check() error {
	for _, kind := range f.kinds {
		if !slices.Contains(findingKinds(), kind) {
			return fmt.Errorf("--kind %q: there are %s", kind, strings.Join(findingKinds(), ", "))
		}
	}
	if !slices.Contains(trail.Severities, f.severity) {
		return fmt.Errorf("--severity %q: there are %s", f.severity, strings.Join(trail.Severities, ", "))
	}
	return nil
}

// chosen gives the findings to show.
func (f *findingFlags) chosen(all []*trail.Finding) []*trail.Finding {
	least := trail.Severity(slices.Index(trail.Severities, f.severity))
	return slices.DeleteFunc(all, func(n *trail.Finding) bool {
		return n.Severity < least || len(f.kinds) > 0 && !slices.Contains(f.kinds, string(n.Kind))
	})
}

// chooses tells whether not all findings are to be shown.
func (f *findingFlags) chooses() bool {
	return len(f.kinds) > 0 || f.severity != trail.Info.String()
}

func findingKinds() []string {
	var kinds []string
	for _, row := range trail.FindingKinds {
		kinds = append(kinds, string(row.Kind))
	}
	return kinds
}

// findingsHelp lists the kinds with what each is.
func findingsHelp() string {
	var b strings.Builder
	for _, row := range trail.FindingKinds {
		fmt.Fprintf(&b, "    %s (%s)\n      %s\n", row.Kind, row.Severity, row.Doc)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// completeFindingKinds completes the last kind of a list with commas.
func completeFindingKinds(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
	before := text[:strings.LastIndexByte(text, ',')+1]
	var kinds []string
	for _, row := range trail.FindingKinds {
		kinds = append(kinds, cobra.CompletionWithDesc(before+string(row.Kind), row.Doc))
	}
	return kinds, cobra.ShellCompDirectiveNoFileComp
}

func newFindings(std Streams) *cobra.Command {
	var format string
	var flags viewFlags
	var which findingFlags
	cmd := &cobra.Command{
		Use:   "findings " + inputsUse,
		Short: "List what somebody should look at: failures, gaps, conflicts",
		Long: `List what somebody should look at, by time: what failed, what is missing, what
contradicts itself. These are the kinds, and how severe each mostly is:

` + findingsHelp() + `

NAME#2 is the second session of a guest in the log.

With --fail the exit status is 3 where any finding is shown, after all filters.
Unreadable input comes before that: the status is 1 whatever was found in the
rest, which is shown.` + inputsHelp + storeHelp + filterHelp,
		Example: `  virtaudit findings
  virtaudit findings --severity critical --since yesterday --fail
  virtaudit findings --kind conflict,denial --proof=records`,
		ValidArgsFunction: completeInputs,
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := report.ParseFormat(format)
			if err == nil {
				err = which.check()
			}
			if err != nil {
				return err
			}
			v, readErr := flags.read(std, args, true)
			if v == nil || v.mute(f) {
				return readErr
			}
			defer v.close()
			shown, err := v.shownFindings()
			if err != nil {
				return failed(std, err)
			}
			gaps, err := v.gapsWithin(v.Since, v.Until)
			if err != nil {
				return failed(std, err)
			}
			findings := which.chosen(shown)
			gaps = untold(gaps, findings)
			v.options.Filtered = v.options.Filtered || which.chooses()
			err = output(std.Out, func(w *bufio.Writer) error {
				return errors.Join(report.Findings(w, f, findings, v.options), tellGaps(std, w, f, gaps, v.options))
			})
			if which.fail && len(findings) > 0 {
				err = errors.Join(err, errFound)
			}
			return errors.Join(err, readErr)
		},
	}
	formatFlag(cmd, &format, "text", "jsonl", "csv")
	which.add(cmd)
	flags.add(cmd)
	return cmd
}
