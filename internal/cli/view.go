package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/internal/when"
)

// viewFlags are those of the commands that show a trail.
type viewFlags struct {
	textFlags
	filterFlags
	proof    string
	showUUID bool
}

func (v *viewFlags) add(cmd *cobra.Command) {
	v.filterFlags.add(cmd)
	v.addShow(cmd)
}

// addShow adds the flags that say how to show what passes the filter.
func (v *viewFlags) addShow(cmd *cobra.Command) {
	v.textFlags.add(cmd)
	cmd.Flags().BoolVar(&v.showUUID, "show-uuid", false, "show the guests' uuids beside their names")
	cmd.Flags().StringVar(&v.proof, "proof", "", "show `what` proves each line: the events' ids, or with =records their lines")
	cmd.Flags().Lookup("proof").NoOptDefVal = proofIDs
	_ = cmd.RegisterFlagCompletionFunc("proof", cobra.FixedCompletions([]string{proofIDs, proofRecords}, cobra.ShellCompDirectiveNoFileComp))
}

// view is a trail that was read to be shown.
type view struct {
	*reader
	trail.Filter
	sessions []*trail.Session // all of them
	options  report.Options
}

// reference is what times on the command line are relative to.
func (v *viewFlags) reference() when.Reference {
	now := time.Now()
	if v.utc {
		now = now.UTC()
	}
	return when.Reference{Now: now, Boot: bootTime}
}

// read reads the inputs and all that the flags say. A nil view is that of a
// wrong command line; with any other the error tells of unreadable input.
func (v *viewFlags) read(std Streams, args []string, events bool) (*view, error) {
	if err := v.strayValue(args); err != nil {
		return nil, err
	}
	filter, err := v.filter(v.reference())
	if err != nil {
		return nil, err
	}
	view := &view{Filter: filter, options: v.textFlags.options(std.Out)}
	if view.options.Proof, err = parseProof(v.proof); err != nil {
		return nil, err
	}
	view.options.ShowUUID, view.options.Filtered = v.showUUID, !filter.Empty()
	in := inputs{args: args, events: events}
	if view.options.Proof == report.ProofRecords {
		in.lines = &lines{wanted: filter.Node}
		view.options.Records = in.lines.of
	}
	var c trail.Collector
	in.onSession = c.Session
	collectLess(growKeeping)
	view.reader, err = readTrail(std, in)
	view.sessions = c.Sessions()
	return view, err
}

// shown gives the sessions that pass the filter.
func (v *view) shown() []*trail.Session {
	if v.Empty() {
		return v.sessions
	}
	var shown []*trail.Session
	for _, s := range v.sessions {
		if v.Session(s) {
			shown = append(shown, s)
		}
	}
	return shown
}

// findings gives those that pass the filter. The view must have been read with
// events.
func (v *view) findings() []*trail.Finding {
	var shown []*trail.Finding
	for _, f := range trail.Findings(v.trail.Events(), v.sessions, v.trail.Unwatched()) {
		if v.Finding(f) {
			shown = append(shown, f)
		}
	}
	return shown
}

// events gives those that pass the filter.
func (v *view) events() []*trail.Event {
	var shown []*trail.Event
	for _, ev := range v.trail.Events() {
		if v.Event(ev) {
			shown = append(shown, ev)
		}
	}
	return shown
}

// mute tells whether nothing is to be said to people: the inputs held no record,
// and standard error says why.
func (v *view) mute(f report.Format) bool { return f == report.Text && v.foundNothing() }
