package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/ulikunitz/xz"

	"github.com/virtaudit/virtaudit/internal/input"
)

// condition knows root, and hostlog: this host has an audit log.
func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Geteuid() == 0, nil
	case "hostlog":
		log, err := os.ReadFile(filepath.Join(input.DefaultDir, "audit.log"))
		return err == nil && len(log) > 0, nil
	}
	return false, fmt.Errorf("no such condition: %s", name)
}

// usage ends a script that calls a command wrongly.
func usage(ts *testscript.TestScript, neg bool, args []string, least int, text string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", text)
	}
}

// exits runs a program that must have that exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "exits STATUS PROGRAM [ARG]...")
	err := ts.Exec(args[1], args[2:]...)
	if got := status(ts, err); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

func status(ts *testscript.TestScript, err error) int {
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	if exit == nil {
		return 0
	}
	return exit.ExitCode()
}

// full runs a program whose standard output takes nothing: it must say so in
// one line and exit with 1.
func full(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "full PROGRAM [ARG]...")
	dev, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	ts.Check(err)
	defer dev.Close()
	got, stderr := run(ts, dev, args)
	if got != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "write the result: ") {
		ts.Fatalf("exit status %d, standard error %q", got, stderr)
	}
}

// closed runs a program whose reader has gone: it must end quietly.
func closed(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 1, "closed PROGRAM [ARG]...")
	r, w, err := os.Pipe()
	ts.Check(err)
	defer w.Close()
	ts.Check(r.Close())
	if got, stderr := run(ts, w, args); got != 0 || stderr != "" {
		ts.Fatalf("exit status %d, standard error %q", got, stderr)
	}
}

// run gives a program's exit status and standard error.
func run(ts *testscript.TestScript, stdout *os.File, args []string) (int, string) {
	var stderr bytes.Buffer
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = stdout, &stderr
	return status(ts, cmd.Run()), stderr.String()
}

// pack packs a file as gzip, zstd or xz do.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 3, "pack gzip|zstd|xz FROM TO")
	packed, err := packed(args[0], []byte(ts.ReadFile(args[1])))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), packed, 0o666))
}

func packed(how string, text []byte) ([]byte, error) {
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch how {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "zstd":
		w, err = zstd.NewWriter(&out)
	case "xz":
		w, err = xz.NewWriter(&out)
	default:
		err = fmt.Errorf("no such packing: %s", how)
	}
	if err != nil {
		return nil, err
	}
	_, err = w.Write(text)
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}

// rotate splits a log into that many rotations in a folder.
func rotate(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 3, "rotate LOG DIR COUNT")
	count, err := strconv.Atoi(args[2])
	ts.Check(err)
	ts.Check(splitTo(ts.MkAbs(args[1]), []byte(ts.ReadFile(args[0])), count))
}

// splitTo writes a log as rotations of the same number of lines, the oldest with
// the highest number.
func splitTo(dir string, log []byte, count int) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	lines := bytes.SplitAfter(log, []byte("\n"))
	for i := range count {
		name := "audit.log"
		if n := count - 1 - i; n > 0 {
			name += fmt.Sprintf(".%d", n)
		}
		part := bytes.Join(lines[len(lines)*i/count:len(lines)*(i+1)/count], nil)
		if err := os.WriteFile(filepath.Join(dir, name), part, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// truncate cuts a file.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "truncate FILE SIZE")
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

// repeat makes a file of one line that says the same that many times.
func repeat(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 3, "repeat TEXT COUNT FILE")
	count, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := strings.ReplaceAll(args[0], `\0`, "\x00")
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Repeat(text, count)+"\n"), 0o666))
}

// appendFile puts a file at the end of another.
func appendFile(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg, args, 2, "append TO FROM")
	text := ts.ReadFile(args[0]) + ts.ReadFile(args[1])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
}
