package agent

import (
	"context"
	"iter"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/store"
	"github.com/virtaudit/virtaudit/internal/web"
)

// fill stores facts that were taken on another host, as they would have been
// there. Nothing of this host is looked at.
func (a *agent) fill(ctx context.Context, facts iter.Seq2[fact.Fact, error]) error {
	var b store.Batch
	for f, err := range facts {
		if err != nil {
			return err
		}
		a.writer.add(&b, f)
		if len(b.Facts) == maxFacts {
			if !a.writer.commit(ctx, &b) {
				return context.Cause(ctx)
			}
			b = store.Batch{}
		}
	}
	if !a.writer.commit(ctx, &b) {
		return context.Cause(ctx)
	}
	return nil
}

// demoStatus tells what stands in the place of the sources.
func (a *agent) demoStatus(v *vitals) web.Source {
	src := web.Source{Name: "demo", Witness: fact.Log, State: web.Up, Since: a.started, Seen: timeOf(v.LastKnown)}
	for _, n := range v.Facts {
		src.Records += n
	}
	return src
}
