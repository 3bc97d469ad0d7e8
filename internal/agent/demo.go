package agent

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"

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
	if !a.writer.commit(ctx, &b) || !a.writer.stored() {
		return context.Cause(ctx)
	}
	return nil
}

// demoStatus tells what was watched on the host that the facts are of.
func (a *agent) demoStatus(v *vitals) []web.Source {
	var all []web.Source
	for _, name := range slices.Sorted(maps.Keys(v.Facts)) {
		src := web.Source{Name: name, State: web.Up, Since: a.started}
		word, _, _ := strings.Cut(name, " ")
		switch w := fact.Witness(word); w {
		case "file":
			src.Name, src.Witness, src.Records, src.Seen = "log "+name, fact.Log, v.Facts[name], timeOf(v.LastKnown)
		case fact.Libvirt, fact.QMP, fact.Proc:
			src.Witness, src.Observations = w, v.Facts[name]
		default: // what the service noted itself
			continue
		}
		all = append(all, src)
	}
	return all
}
