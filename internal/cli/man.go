package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newMan makes the man pages from the commands themselves. It is for make
// install and for packagers.
func newMan() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man --dir DIR",
		Short: "Write the man pages",
		Long: `Write the man pages, one a command, made from what the commands say of
themselves. SOURCE_DATE_EPOCH sets their date.`,
		Example:               "  virtaudit man --dir /usr/local/share/man/man1",
		Hidden:                true,
		DisableFlagsInUseLine: true,
		Args:                  noArgs,
		ValidArgsFunction:     cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			header := &doc.GenManHeader{Section: "1", Source: "virtaudit", Manual: "virtaudit"}
			if err := doc.GenManTree(cmd.Root(), header, dir); err != nil {
				return errOutput{err}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the folder to write to")
	_ = cmd.MarkFlagDirname("dir")
	return cmd
}
