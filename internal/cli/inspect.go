package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/record"
)

// maxInspect is the longest line that inspect reads.
const maxInspect = 4 << 20

// maxQuoted is how much of a line is quoted to tell which one it is.
const maxQuoted = 60

func newInspect(std Streams) *cobra.Command {
	in := inspection{std: std}
	cmd := &cobra.Command{
		Use:   "inspect [LINE]",
		Short: "Explain a record field by field",
		Long: `Explain an audit record: each field raw and decoded, who wrote it, what it
means, and what about the record is odd. The line is one of an audit log, of
syslog or of the kernel's log; with --type also a bare kernel text,
audit(...): ... Without an argument, every line of standard input is explained.`,
		Example: `  ausearch --raw -m VIRT_RESOURCE | tail -n 1 | virtaudit inspect
  virtaudit inspect --type VIRT_CONTROL "audit(1363099126.643:31): pid=1 ..."`,
		Args:              oneLineArg,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(_ *cobra.Command, args []string) error {
			return in.run(args)
		},
	}
	formatFlag(cmd, &in.format, "text", "json")
	cmd.Flags().StringVar(&in.typeName, "type", "", "the type of a bare kernel text, as a name or number")
	_ = cmd.RegisterFlagCompletionFunc("type", cobra.NoFileCompletions)
	in.text.add(cmd)
	return cmd
}

// oneLineArg refuses a record that the shell has taken apart.
func oneLineArg(_ *cobra.Command, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%d arguments: a record is one, in quotes, or comes from standard input", len(args))
	}
	return nil
}

// inspection is one run of inspect.
type inspection struct {
	std      Streams
	text     textFlags
	format   string
	typeName string
	kind     record.Type
	failed   bool
	shown    int
}

func (in *inspection) run(args []string) error {
	if in.format != "text" && in.format != "json" {
		return fmt.Errorf("format %q: there are text and json", in.format)
	}
	if in.typeName != "" {
		var ok bool
		if in.kind, ok = record.ParseType(in.typeName); !ok {
			return fmt.Errorf("type %q: no record type is called so", in.typeName)
		}
	}
	err := output(in.std.Out, func(w *bufio.Writer) error {
		if len(args) == 1 {
			return in.line(w, "the argument", bytes.TrimRight([]byte(args[0]), "\n"))
		}
		return in.lines(w)
	})
	if err == nil && in.failed {
		return errUnreadable
	}
	return err
}

// lines explains each line of standard input; empty ones are passed over.
func (in *inspection) lines(w *bufio.Writer) error {
	s := bufio.NewScanner(in.std.In)
	s.Buffer(make([]byte, 64<<10), maxInspect)
	s.Split(scanNewlines)
	n, empty := 0, true
	for s.Scan() {
		n++
		if len(bytes.TrimSpace(s.Bytes())) == 0 {
			continue
		}
		empty = false
		if err := in.line(w, fmt.Sprintf("standard input, line %d", n), s.Bytes()); err != nil {
			return err
		}
	}
	switch {
	case errors.Is(s.Err(), bufio.ErrTooLong):
		in.complain(fmt.Sprintf("standard input, line %d", n+1), fmt.Errorf("longer than %d MiB", maxInspect>>20))
	case s.Err() != nil:
		in.complain("standard input", s.Err())
	case empty:
		in.complain("standard input", errors.New("empty"))
	}
	return nil
}

// scanNewlines splits at newlines only: a carriage return is part of a line.
func scanNewlines(data []byte, atEOF bool) (int, []byte, error) {
	if n := bytes.IndexByte(data, '\n'); n >= 0 {
		return n + 1, data[:n], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

func (in *inspection) complain(where string, err error) {
	in.failed = true
	fmt.Fprintf(in.std.Err, "virtaudit: %s: %v\n", where, err)
}

// line explains one line, and does so at once: the next one may be long in
// coming.
func (in *inspection) line(w *bufio.Writer, where string, line []byte) error {
	var r record.Record
	if err := in.parse(&r, line); err != nil {
		in.complain(where, err)
		return nil
	}
	if err := in.show(w, &r); err != nil {
		return err
	}
	return w.Flush()
}

func (in *inspection) show(w io.Writer, r *record.Record) error {
	if in.format == "json" {
		b, err := r.MarshalJSON()
		if err != nil {
			return err
		}
		_, err = w.Write(append(b, '\n'))
		return err
	}
	if in.shown++; in.shown > 1 {
		fmt.Fprintln(w)
	}
	return report.Inspect(w, r, in.text.options(in.std.Out))
}

func (in *inspection) parse(r *record.Record, line []byte) error {
	if !bytes.HasPrefix(line, []byte("audit(")) {
		return unlike(r.Parse(line), line)
	}
	if in.kind == 0 {
		return errors.New("a bare kernel text doesn't tell its type: give it with --type")
	}
	return unlike(r.ParseKernel(in.kind, line), line)
}

// unlike says of a line that is no record how it begins.
func unlike(err error, line []byte) error {
	begin := line[:min(len(line), maxQuoted)]
	switch {
	case errors.Is(err, record.ErrNotRecord):
		return fmt.Errorf("not an audit record: %q", begin)
	case errors.Is(err, record.ErrStamp):
		return fmt.Errorf("no time and serial number in audit(): %q", begin)
	}
	return err
}
