package cli

import (
	"errors"
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
	store    storeFlag
	held     trail.Resource // who held it is all that is asked; zero is all else
	counted  bool           // the records' counts are shown
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
	v.store.add(cmd)
	cmd.Flags().BoolVar(&v.showUUID, "show-uuid", false, "show the guests' uuids beside their names")
	cmd.Flags().StringVar(&v.proof, "proof", "", "show `what` proves each line: the events' ids, or with =records their lines")
	cmd.Flags().Lookup("proof").NoOptDefVal = proofIDs
	_ = cmd.RegisterFlagCompletionFunc("proof", cobra.FixedCompletions([]string{proofIDs, proofRecords}, cobra.ShellCompDirectiveNoFileComp))
}

// view is a trail that was read to be shown.
type view struct {
	trail.Filter
	whole
	stored  *storedTrail // where it is read as it is shown; nil where it was read before
	options report.Options
	close   func() error // what the trail is read from
	// gaps gives the findings of times in which the service did not watch a
	// source; nil of logs.
	gaps func(from, to int64) ([]*trail.Finding, error)
}

// whole is all that is known, whatever the filters are.
type whole struct {
	source    string // what was read, for a headline
	sessions  []*trail.Session
	events    []*trail.Event
	findings  func() []*trail.Finding
	unwatched map[string][]trail.Span
	lastSeen  map[string]trail.Moment
	summary   trail.Summary
	totals    report.Totals
	// all and unstarted give all sessions, and those whose start is not known,
	// where sessions are not all.
	all, unstarted func() ([]*trail.Session, error)
	nothing        bool // there was no record to read, and standard error says why
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
// wrong command line, or of a store that can't be read; with any other the error
// tells of unreadable input.
func (v *viewFlags) read(std Streams, args []string, events bool) (*view, error) {
	if err := v.strayValue(args); err != nil {
		return nil, err
	}
	filter, err := v.filter(v.reference())
	if err != nil {
		return nil, err
	}
	stored, err := v.store.given(args)
	if err != nil {
		return nil, err
	}
	view := &view{Filter: filter, close: func() error { return nil }, options: v.textFlags.options(std.Out)}
	if view.options.Proof, err = parseProof(v.proof); err != nil {
		return nil, err
	}
	view.options.ShowUUID, view.options.Filtered = v.showUUID, !filter.Empty()
	if !stored {
		view.whole, err = v.readLogs(std, args, events, view)
		return view, err
	}
	view.options.FromStore = v.store.words()
	if view.whole, err = v.readStore(view); err != nil {
		return nil, failed(std, errors.Join(err, view.close()))
	}
	return view, nil
}

// readLogs reads the trail of logs.
func (v *viewFlags) readLogs(std Streams, args []string, events bool, view *view) (whole, error) {
	in := inputs{args: args, events: events}
	if view.options.Proof == report.ProofRecords {
		in.lines = &lines{wanted: view.Node}
		view.options.Records = in.lines.of
	}
	var c trail.Collector
	in.onSession = c.Session
	collectLess()
	r, err := readTrail(std, in)
	w := whole{
		source: sourceName(args), sessions: c.Sessions(), events: r.trail.Events(), unwatched: r.trail.Unwatched(), lastSeen: r.trail.LastSeen(),
		summary: r.trail.Summary(), totals: r.totals, nothing: r.foundNothing(),
	}
	w.findings = func() []*trail.Finding { return trail.Findings(w.events, w.sessions, w.unwatched) }
	return w, err
}

// shown gives the sessions that pass the filter.
func (v *view) shown() ([]*trail.Session, error) {
	if v.stored != nil {
		return v.stored.sessions(&v.Filter)
	}
	return passing(v.sessions, v.Session), nil
}

// shownFindings gives those that pass the filter. The view must have been read
// with events.
func (v *view) shownFindings() ([]*trail.Finding, error) {
	if v.stored != nil {
		return v.stored.findings(&v.Filter)
	}
	return passing(v.findings(), v.Finding), nil
}

// shownEvents gives those that pass the filter.
func (v *view) shownEvents() ([]*trail.Event, error) {
	if v.stored != nil {
		return v.stored.events(&v.Filter)
	}
	return passing(v.events, v.Event), nil
}

// passing gives those that pass.
func passing[T any](all []T, passes func(T) bool) (shown []T) {
	for _, item := range all {
		if passes(item) {
			shown = append(shown, item)
		}
	}
	return shown
}

// mute tells whether nothing is to be said to people: the inputs held no record,
// and standard error says why.
func (v *view) mute(f report.Format) bool { return f == report.Text && v.nothing }
