package agent

import (
	"context"
	"log/slog"
	"slices"

	"github.com/virtaudit/virtaudit/internal/fact"
	"github.com/virtaudit/virtaudit/internal/follow"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
)

// A lack is a missing record, and since when the writer knows of it.
type lack struct {
	reconcile.Missing
	since int64
}

// maxLacking is how many missing records are kept while none can be sent.
const maxLacking = 1 << 12

// lacks gives the missing records that are to be sent now. There are none while the
// kernel has records that the log may still get, or if no record of this host was ever
// read.
func (w *writer) lacks(ctx context.Context) []lack {
	w.miss()
	now := w.millis()
	w.lacking = slices.DeleteFunc(w.lacking, func(l lack) bool {
		return w.emitter.dial == nil || now-l.since > tooLate || !w.deriver.Lacks(l.Observation, l.Wanted)
	})
	if len(w.lacking) == 0 {
		w.health.waits("")
		return nil
	}
	why := "no record of this host was ever read"
	if w.health.heard() {
		why = w.emitter.behind(ctx, w.way != follow.WayMulticast, now)
	}
	if w.health.waits(why); why != "" {
		return nil
	}
	ready := w.lacking
	w.lacking = nil
	return ready
}

// miss takes over the records that have become known to be missing.
func (w *writer) miss() {
	now := w.millis()
	for _, m := range w.deriver.Missing() {
		w.lacking = append(w.lacking, lack{m, now})
	}
	w.lacking = w.lacking[max(0, len(w.lacking)-maxLacking):]
}

// emit sends what libvirt should have recorded. The intent of each record is committed
// before it is sent, and its outcome after that. If the commit took long, as when the disk
// was full, the log is read up to the present before anything is sent.
func (w *writer) emit(ctx context.Context) {
	var plans store.Batch
	for _, l := range w.lacks(ctx) {
		in := w.emitter.plan(l.Wanted, l.UUID, l.Name, l.Observation, w.millis())
		w.add(&plans, w.intentFact(in))
	}
	if len(plans.Facts) > 0 {
		began := w.millis()
		if !w.commit(ctx, &plans) || !w.stored() {
			return
		}
		if now := w.millis(); now-began >= settled {
			w.unread = now
		}
	}
	if w.emitter.planned() && w.stored() {
		w.sendPlanned(ctx)
	}
}

// sendPlanned sends the planned records that are still to be sent, as far as possible now,
// and stores what became of them.
func (w *writer) sendPlanned(ctx context.Context) {
	var outcomes store.Batch
	asked := false
	for _, id := range w.emitter.ids() {
		o := w.emitter.open[id]
		if !o.due() {
			continue
		}
		now := w.millis()
		in, ok := w.emitter.refuse(id, now, w.deriver.Lacks)
		if !ok && !asked {
			asked = true
			if why := w.early(ctx, now); why != "" {
				w.health.waits(why)
				break
			}
		}
		if !ok {
			if in, ok = w.emitter.send(ctx, id, now); !ok {
				break // it stays planned
			}
		}
		level := slog.LevelInfo
		if in.Why != notSent+notLacked { // the record came after all
			w.health.sent(&in)
			if in.State != fact.Sent {
				level = slog.LevelError
			}
		}
		w.log.Log(ctx, level, "a missing record", "state", in.State, "guest", in.Name, "text", in.Wanted.Text, "why", in.Why)
		w.add(&outcomes, w.intentFact(in))
	}
	if len(outcomes.Facts) > 0 {
		w.commit(ctx, &outcomes)
	}
}

// early tells why nothing is to be sent yet, as the log may have it after all.
func (w *writer) early(ctx context.Context, now int64) string {
	if w.readTo < w.unread {
		return "the log is not read yet up to when it was stored that a record is to be sent"
	}
	return w.emitter.behind(ctx, w.way != follow.WayMulticast, now)
}
