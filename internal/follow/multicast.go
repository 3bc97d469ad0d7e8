package follow

import (
	"bytes"
	"context"
	"iter"
	"time"

	"github.com/virtaudit/virtaudit/kaudit"
)

// deliveries are the kernel's records as they come: (*kaudit.Subscription).All.
type deliveries func(context.Context) iter.Seq2[kaudit.Delivery, error]

// runMulticast gives the records of a subscription.
func runMulticast(ctx context.Context, all deliveries, o Options, m *monitor, take Take) error {
	s := newStream(WayMulticast, o, m)
	return s.run(ctx, func(ctx context.Context) error { return s.hear(ctx, all) }, take)
}

// hear sends on what matters, and that something went by.
func (s *stream) hear(ctx context.Context, all deliveries) error {
	var passed item
	heard := time.Now()
	for d, err := range all(ctx) {
		now := time.Now()
		switch {
		case err != nil:
			return err
		case d.Lost:
			passed.problem = &Problem{
				Kind: Missed, Where: WayMulticast, From: heard, To: now,
				Text: "records went by, as they came faster than they were taken",
			}
		case !matters(d.Type):
			passed.lines++
			passed.bytes += int64(len(d.Text))
			heard = now
			continue
		default:
			passed.kind, passed.text = d.Type, bytes.Clone(d.Text)
		}
		heard = now
		if !s.queue.put(ctx, passed) {
			return context.Cause(ctx)
		}
		passed = item{}
	}
	return nil
}
