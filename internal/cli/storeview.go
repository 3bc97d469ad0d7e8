package cli

import (
	"cmp"
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

// words gives the flag as it was given.
func (s *storeFlag) words() string {
	if s.file == agent.DefaultStore {
		return "--store"
	}
	return "--store=" + s.file
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
	view.gaps = func(from, to int64) ([]*trail.Finding, error) { return storedGaps(ctx, s, from, to) }
	if view.options.Proof == report.ProofRecords {
		view.options.Records = func(node string, at trail.Moment) ([]string, int) { return storedLines(ctx, s, node, at) }
	}
	if v.held != (trail.Resource{}) {
		return storedHolding(ctx, s, v.held)
	}
	view.stored = newStoredTrail(ctx, s)
	w := whole{source: s.Path()}
	if v.counted {
		w.totals, w.summary, err = countStore(ctx, s)
	}
	return w, err
}

// storedHolding reads what tells who held a resource, and no more: a store may
// have years of sessions that have nothing to do with it.
func storedHolding(ctx context.Context, s *store.Store, r trail.Resource) (w whole, err error) {
	w.source = s.Path()
	if w.sessions, err = s.SessionsHolding(ctx, r, 0, 0); err != nil {
		return w, err
	}
	if w.unwatched, err = s.Unwatched(ctx); err != nil {
		return w, err
	}
	if w.lastSeen, err = s.LastSeen(ctx); err != nil {
		return w, err
	}
	w.summary.First, w.summary.Last, err = s.Recorded(ctx)
	w.all = func() ([]*trail.Session, error) { return newStoredTrail(ctx, s).sessions(&trail.Filter{}) }
	w.unstarted = func() ([]*trail.Session, error) { return storedUnstarted(ctx, s, w.sessions) }
	return w, err
}

// storedUnstarted gives the sessions whose start is not in the log, in the trail's
// order; those that are read already are the same ones.
func storedUnstarted(ctx context.Context, s *store.Store, read []*trail.Session) ([]*trail.Session, error) {
	byID := make(map[uint64]*trail.Session, len(read))
	for _, x := range read {
		byID[x.ID] = x
	}
	var all []*trail.Session
	for p := (store.Page{Limit: store.MaxLimit}); ; {
		list, next, err := s.Sessions(ctx, store.SessionQuery{Unstarted: true, Page: p})
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			if had := byID[x.ID]; had != nil {
				x = had
			}
			all = append(all, x)
		}
		if p.After = next; next == "" {
			break
		}
	}
	slices.SortFunc(all, func(a, b *trail.Session) int { return cmp.Compare(a.ID, b.ID) })
	return trail.SortSessions(all), nil
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
