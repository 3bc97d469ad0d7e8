package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/agent"
	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/report"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/trail"
	"github.com/virtaudit/virtaudit/record"
)

// storeHelp explains --store.
const storeHelp = `

With --store, or --store=FILE, the answer is from what virtaudit serve has kept,
not from logs: also what no record tells, and who saw it. Without FILE that is
` + agent.DefaultStore + `, its user's and root's to read. The service may
run meanwhile.`

// defaultStore is the value of --store without one.
const defaultStore = "default"

// storeFlag is --store of the commands that read logs.
type storeFlag struct {
	cmd  *cobra.Command
	file string
}

func (s *storeFlag) add(cmd *cobra.Command) {
	s.cmd = cmd
	cmd.Flags().StringVar(&s.file, "store", "", "answer from the `FILE` that virtaudit serve keeps, instead of logs")
	cmd.Flags().Lookup("store").NoOptDefVal = defaultStore
}

// given tells whether the store is asked for; beside it there are no logs.
func (s *storeFlag) given(args []string) (bool, error) {
	switch {
	case !s.cmd.Flags().Changed("store"):
		return false, nil
	case len(args) == 1 && s.file == defaultStore:
		return true, fmt.Errorf("--store stands without logs: did you mean --store=%s?", args[0])
	case len(args) > 0:
		return true, fmt.Errorf("%s: --store stands without logs", args[0])
	case s.file == "":
		return true, errors.New("--store=: no file is named")
	case s.file == defaultStore:
		s.file = agent.DefaultStore
	}
	return true, nil
}

// readStore reads the trail that a store holds. It stays open for the lines of
// records, until the view is closed.
func (v *viewFlags) readStore(view *view) (whole, error) {
	ctx := context.Background()
	s, err := store.OpenRead(v.store.file)
	if err != nil {
		return whole{}, err
	}
	view.close = s.Close
	collectLess(growKeeping)
	all, err := s.All(ctx)
	if err != nil {
		return whole{}, err
	}
	w := whole{
		source: s.Path(), sessions: all.Sessions, events: all.Events, unwatched: all.Unwatched, lastSeen: all.LastSeen,
		findings: func() []*trail.Finding { return all.Findings },
	}
	w.totals, w.summary, err = countStore(ctx, s)
	if view.options.Proof == report.ProofRecords {
		view.options.Records = func(node string, at trail.Moment) ([]string, int) { return storedLines(ctx, s, node, at) }
	}
	return w, err
}

// countStore counts the records that a store holds, as a trail of them does.
func countStore(ctx context.Context, s *store.Store) (report.Totals, trail.Summary, error) {
	var totals report.Totals
	t := trail.New(nil)
	for f, err := range s.Facts(ctx, 0) {
		if err != nil {
			return totals, trail.Summary{}, err
		}
		if f.Kind != fact.Record {
			continue
		}
		totals.Lines++
		totals.Bytes += int64(len(f.Line())) + 1
		var r record.Record
		if f.ParseRecord(&r) != nil {
			totals.Malformed++
			continue
		}
		t.Add(f.Node, &r)
	}
	t.End()
	return totals, t.Summary(), nil
}

// storedLines gives the first lines of an event, each once, and tells how many
// more there are. One that can't be read is said so in its place.
func storedLines(ctx context.Context, s *store.Store, node string, at trail.Moment) (texts []string, more int) {
	facts, err := s.FactsAt(ctx, node, at)
	if err != nil {
		return []string{fmt.Sprintf("%s: %v", at, err)}, 0
	}
	var all []string
	for _, f := range facts {
		if line := string(f.Line()); !slices.Contains(all, line) {
			all = append(all, line)
		}
	}
	size := 0
	for i, line := range all {
		if size += len(line); i == maxLines || size > maxLinesSize {
			return all[:i], len(all) - i
		}
	}
	return all, 0
}
