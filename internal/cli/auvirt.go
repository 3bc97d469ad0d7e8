package cli

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/internal/when"
)

// auvirtName is the command's name. A binary of that name is the command.
const auvirtName = "auvirt"

// arguments gives those of a process.
func arguments(argv []string) []string {
	switch {
	case len(argv) == 0:
		return nil
	case filepath.Base(argv[0]) == auvirtName:
		return append([]string{auvirtName}, argv[1:]...)
	}
	return argv[1:]
}

const auvirtLong = `Report guests as auvirt did, which left audit 4.0: with its options and columns,
and without its faults. Each session of a guest is a line: name, user, from when
to when it ran, why it began, why it ended.

--all-events has a line for each start, stop, resource (resrc), denial (avc) and
anomaly (anom); and for what auvirt didn't know: a lost session, a container's
first process (init), a migration. Behind a resource's time stand its kind,
reason and identity; behind a denial's its operation, result, command and target.

A word in place of the end: failed, of a start or another operation; crash, down
or lost, of a session without a stop: its process crashed, its host booted, its
guest started again; starting, of a start of which the log says no more. In a
duration > and < mark the least and the most that the log proves.

DATE is as in 11/23/26, 11/23/2026 or 2026-11-23, TIME as in 14:00 or 14:00:05.
DATE may be now, recent, today, yesterday, this-week, week-ago, this-month or
this-year. A session is shown where it touches that time, with all that is known
of it. --NAME=VALUE is for values that begin with a dash.

The user is the one who logged in, where the record tells, else the one that its
sender ran as. The exit status is 1 for a wrong command line too, as it was with
auvirt. Called by the name of auvirt, virtaudit is this command.`

func newAuvirt(std Streams) *cobra.Command {
	var a auvirtCommand
	cmd := &cobra.Command{
		Use:   auvirtName + " [OPTION]...",
		Short: "Report guests as auvirt did, with its options",
		Long:  auvirtLong,
		Example: `  virtaudit auvirt --start this-month --vm web1 --all-events
  ausearch --raw | virtaudit auvirt --stdin --summary`,
		DisableFlagParsing:    true,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeAuvirt,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.parse(args); err != nil {
				return a.wrong(std, cmd, err)
			}
			if a.help {
				return cmd.Help()
			}
			since, until, err := a.period(when.Reference{Now: time.Now(), Boot: bootTime})
			if err != nil {
				return a.wrong(std, cmd, err)
			}
			a.since, a.until = since, until
			return a.run(std)
		},
	}
	a.define(cmd)
	return cmd
}

// auvirtCommand is one run of auvirt.
type auvirtCommand struct {
	allEvents, summary bool
	files              []string
	stdin              bool
	start, end         auvirtTime
	since, until       time.Time // what these mean
	vm, uuid           string
	showUUID, proof    bool
	debug, help        bool
}

// wrong tells of a wrong command line. It has the exit status of auvirt, not
// that of the other commands.
func (a *auvirtCommand) wrong(std Streams, cmd *cobra.Command, err error) error {
	fmt.Fprintf(std.Err, "virtaudit: %v; see %s --help\n", err, cmd.CommandPath())
	return errUnreadable
}

func (a *auvirtCommand) run(std Streams) error {
	var c trail.Collector
	in := inputs{args: a.files, onSession: c.Session, events: true}
	if a.stdin {
		in.args = []string{"-"}
	}
	o := report.Options{Location: time.Local, ShowUUID: a.showUUID}
	if a.proof {
		o.Proof = report.ProofIDs
	}
	if !a.summary {
		in.lines = &lines{}
	}
	r, readErr := a.read(std, in)
	if r.foundNothing() {
		return readErr
	}
	told := report.AuvirtInput{
		Sessions: c.Sessions(), Events: r.trail.Events(),
		AllEvents: a.allEvents, Summary: a.summary,
		VM: a.vm, UUID: a.uuid, Since: a.since, Until: a.until,
		UserName: hostUser(),
	}
	if in.lines != nil {
		told.LinesOf = in.lines.each
	}
	err := output(std.Out, func(w *bufio.Writer) error { return report.Auvirt(w, told, o) })
	return errors.Join(err, readErr)
}

// read reads the inputs, and with --debug tells what was skipped of them.
func (a *auvirtCommand) read(std Streams, in inputs) (*reader, error) {
	if !a.debug {
		return readTrail(std, in)
	}
	a.tell(std.Err, in.args)
	var d debugging
	if a.stdin {
		std.In = d.watch(std.In)
	}
	r, err := readTrail(std, in)
	d.end(std.Err, in.args)
	r.tellSkipped(std.Err)
	return r, err
}

// hostUser gives the names of this host's users. Numbers of other hosts may be
// other people's.
func hostUser() func(node string, uid uint32) string {
	host, err := os.Hostname()
	return func(node string, uid uint32) string {
		if err != nil || node != host {
			return ""
		}
		u, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
		if err != nil {
			return ""
		}
		return u.Username
	}
}
