package agent

import "context"

// ahead hands a source's offers to the writer, and lets the source go on before the last
// of them are committed, so that many are committed at once. It is for one goroutine at a
// time.
type ahead struct {
	w     *writer
	most  int      // how many may be uncommitted when the source goes on
	given []*offer // those that are
	bytes int      // of them
}

// maxAhead is how many bytes of facts may be uncommitted when a source goes on.
const maxAhead = 4 << 20

// offer hands over an offer, and waits while too much is uncommitted.
func (a *ahead) offer(o *offer) error {
	ctx := a.w.ending()
	if err := a.w.hand(ctx, o); err != nil {
		return err
	}
	a.given = append(a.given, o)
	a.bytes += o.size()
	for len(a.given) > a.most || a.bytes > maxAhead {
		if err := a.first(ctx); err != nil {
			return err
		}
	}
	return nil
}

// committed waits until all that was handed over is committed.
func (a *ahead) committed() error {
	for len(a.given) > 0 {
		if err := a.first(a.w.ending()); err != nil {
			return err
		}
	}
	return nil
}

// first waits until the first of the given offers is committed.
func (a *ahead) first(ctx context.Context) error {
	o := a.given[0]
	a.given = a.given[1:]
	a.bytes -= o.size()
	return o.wait(ctx)
}

// size is how many bytes it has to keep.
func (o *offer) size() (n int) {
	for i := range o.facts {
		n += len(o.facts[i].Text)
	}
	for _, v := range o.state {
		n += len(v)
	}
	return n
}
