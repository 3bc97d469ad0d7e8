package cli

import "github.com/spf13/cobra"

// inputsHelp explains the arguments of every command that reads logs.
const inputsHelp = `

Each FILE is a log: plain, gzip, zstd or xz; raw or enriched; also what
"ausearch --raw" and "journalctl -o export" print, and the kernel's log. A DIR
is read with its rotations, oldest first. - is standard input. NODE=DIR and
NODE=FILE name the host of logs that name none. Without any, /var/log/audit is
read. What can't be read is named on standard error, the rest is read all the
same, and the exit status is 1.`

// inputsUse is their usage.
const inputsUse = "[FILE|DIR|NODE=DIR|-]..."

// foundNothing tells that there was no audit record to read, and that standard
// error says why. People are then not told that the log has no guests; programs
// get their zeros.
func (r *reader) foundNothing() bool {
	return r.failed && r.records == 0
}

// completeInputs lets the shell complete file names.
func completeInputs(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// formatFlag adds --format with its values to a command.
func formatFlag(cmd *cobra.Command, format *string, values ...string) {
	usage := "output format: " + values[0]
	for i, v := range values[1:] {
		if i == len(values)-2 {
			usage += " or " + v
		} else {
			usage += ", " + v
		}
	}
	cmd.Flags().StringVar(format, "format", values[0], usage)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
