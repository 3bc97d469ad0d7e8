package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
)

var shells = []string{"bash", "zsh", "fish"}

// newCompletion stands in for cobra's own command: one page of help, and an
// unknown shell is an error.
func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish",
		Short: "Write the completion script of a shell",
		Long: `Write the script that lets a shell complete virtaudit's commands, flags and
their values. Where make install was used or a package, it is in place.`,
		Example: `  source <(virtaudit completion bash)
  virtaudit completion zsh >"${fpath[1]}/_virtaudit"
  virtaudit completion fish >~/.config/fish/completions/virtaudit.fish`,
		DisableFlagsInUseLine: true,
		ValidArgs:             shells,
		Args:                  oneShell,
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeCompletion(cmd.Root(), cmd.OutOrStdout(), args[0])
		},
	}
}

func oneShell(_ *cobra.Command, args []string) error {
	switch {
	case len(args) != 1:
		return fmt.Errorf("%d arguments: give one shell, bash, zsh or fish", len(args))
	case !slices.Contains(shells, args[0]):
		return fmt.Errorf("shell %q: there are bash, zsh and fish", args[0])
	}
	return nil
}

func writeCompletion(root *cobra.Command, w io.Writer, shell string) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	}
	return root.GenFishCompletion(w, true)
}
