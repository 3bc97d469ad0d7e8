package cli

import (
	"bufio"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/virtaudit/virtaudit/internal/report"
)

// terminalOf gives the terminal that a stream is, if it is one.
func terminalOf(stream any) (fd int, ok bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// textFlags are those of commands that write text for people.
type textFlags struct{ utc, local bool }

func (t *textFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&t.utc, "utc", false, "times are in UTC")
	cmd.Flags().BoolVar(&t.local, "local", false, "times are in the local time zone, as they are without --utc")
	cmd.MarkFlagsMutuallyExclusive("utc", "local")
}

// options says how to write for whoever reads the stream: in colour and within
// the width only on a terminal.
func (t *textFlags) options(out io.Writer) report.Options {
	o := report.Options{Location: time.Local}
	if t.utc {
		o.Location = time.UTC
	}
	fd, ok := terminalOf(out)
	if !ok {
		return o
	}
	o.Terminal = true
	o.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	if width, _, err := term.GetSize(fd); err == nil {
		o.Width = width
	}
	return o
}

// output writes a result through a buffer, and tells an error of writing from
// all others.
func output(out io.Writer, write func(*bufio.Writer) error) error {
	b := bufio.NewWriterSize(out, 64<<10)
	if err := write(b); err != nil {
		return errOutput{err}
	}
	if err := b.Flush(); err != nil {
		return errOutput{err}
	}
	return nil
}
