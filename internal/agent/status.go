package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/web"
	"github.com/virtaudit/virtaudit/internal/witness"
)

// status tells how the service is.
func (a *agent) status() web.Status {
	v := a.health.vitals()
	s := web.Status{
		Version: a.host.Version, Node: a.config.Node, Started: a.started, Emit: a.config.Emit == EmitMissing,
		Store: web.StoreStatus{Path: a.store.Path(), Commits: v.Commits, Full: errors.Is(v.Stored, store.ErrFull)},
	}
	if !v.Replayed {
		s.Reasons = append(s.Reasons, "the trail is being derived from the stored facts")
	}
	if v.Stored != nil {
		s.Reasons = append(s.Reasons, fmt.Sprintf("nothing can be stored since %s: %v", v.Since.UTC().Format(time.RFC3339), v.Stored))
	}
	if !a.health.alive() {
		s.Reasons = append(s.Reasons, "the writer doesn't go on")
	}
	if s.Demo = a.host.Demo != nil; s.Demo {
		s.Sources = a.demoStatus(&v)
	} else {
		if v.Unsent != "" {
			s.Warnings = append(s.Warnings, "the last record that is missing could not be sent: "+v.Unsent)
		}
		if v.Waiting != "" {
			s.Warnings = append(s.Warnings, "records that are missing aren't sent yet: "+v.Waiting)
		}
		if v.Strange != "" {
			s.Warnings = append(s.Warnings, fmt.Sprintf("the log has no record of this host, %q, but of %q: "+
				"where that is its name there, set node to it", a.config.Node, v.Strange))
		}
		s.Sources = append(s.Sources, a.logStatus(&s))
	}
	for _, w := range a.sources.watchers {
		s.Sources = append(s.Sources, watcherStatus(w.Status(), &s))
	}
	a.storeStatus(&s)
	return s
}

// storeTime is how long the store may take to say how it is: Status may not wait.
const storeTime = 200 * time.Millisecond

func (a *agent) storeStatus(s *web.Status) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTime)
	defer cancel()
	c, err := a.store.Counts(ctx)
	if err != nil {
		s.Warnings = append(s.Warnings, "the store's counts: "+err.Error())
		return
	}
	s.Store.Bytes, s.Store.Schema = c.Bytes, c.Schema
	for _, n := range c.Facts {
		s.Store.Facts += uint64(n)
	}
	s.Store.Oldest, s.Store.Newest = timeOf(c.Oldest), timeOf(c.Newest)
}

func timeOf(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis)
}

// logStatus tells how the following of the log goes.
func (a *agent) logStatus(s *web.Status) web.Source {
	f := a.sources.log.status()
	src := web.Source{
		Name: strings.TrimSpace("log " + f.Way), Witness: fact.Log, State: web.Starting, Since: f.Since,
		Seen: f.ReadTo, Lag: -1, Records: uint64(f.Records),
	}
	src.Lost = a.sources.log.kernel.count.Load() + lost(&f)
	var tried []string
	for _, t := range f.Tried {
		tried = append(tried, fmt.Sprintf("%s: %v", t.Way, t.Why))
	}
	switch {
	case f.Way == "" && len(tried) > 0:
		src.State, src.Problem = web.Down, strings.Join(tried, "; ")
		s.Reasons = append(s.Reasons, "no audit log can be followed: "+src.Problem)
	case f.Way != "":
		src.State = web.Up
		if src.Lag = a.host.Now().Sub(f.ReadTo); f.CaughtUp || f.ReadTo.IsZero() {
			src.Lag = 0
		}
		if f.LagBytes > 0 {
			s.Warnings = append(s.Warnings, fmt.Sprintf("the log was read up to %s; %d bytes of it were not read yet", f.Position, f.LagBytes))
		}
		if f.Last != nil {
			src.Problem = "at " + f.LastAt.UTC().Format(time.RFC3339) + ": " + f.Last.String()
		}
		if len(tried) > 0 {
			s.Warnings = append(s.Warnings, "the log is followed by "+f.Way+", as other ways don't work: "+strings.Join(tried, "; "))
		}
		if a.sources.log.isOff() {
			src.State, src.Problem = web.Down, enableIt
			s.Reasons = append(s.Reasons, enableIt)
		}
	}
	return src
}

// lost counts the problems of the log with which records were lost, at least one each.
func lost(f *follow.Status) (n uint64) {
	for kind, times := range f.Problems {
		if (follow.Problem{Kind: kind}).Loses() {
			n += uint64(times)
		}
	}
	return n
}

// watcherStatus tells how a witness is doing, and what it lacks.
func watcherStatus(w witness.Status, s *web.Status) web.Source {
	src := web.Source{
		Name: w.Name, Witness: w.Witness, State: web.Starting, Since: w.Since, Seen: w.Swept, Lag: -1,
		Problem: w.Why, Observations: w.Observations, Lost: w.Missed,
	}
	if !w.Swept.IsZero() {
		src.Looked = w.Swept.Add(-w.Took)
	}
	switch {
	case w.Up:
		src.State = web.Up
	case w.Absent, len(w.Lacking) > 0:
		src.State = web.Missing
	case w.Why != "":
		src.State = web.Down
	}
	if len(w.Lacking) > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("the witness %s is missing: it needs %s", w.Name, strings.Join(w.Lacking, " and ")))
		src.Problem = cmp.Or(src.Problem, "it lacks "+strings.Join(w.Lacking, " and "))
	}
	slices.Sort(s.Warnings)
	return src
}
