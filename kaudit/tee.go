package kaudit

import (
	"context"
	"errors"
)

// Tee gives a Sender that sends each message to all of these, whatever becomes
// of it with the others. Its errors wrap those of all that failed. A Tee of none
// fails: what it is sent would go nowhere.
func Tee(to ...Sender) Sender { return tee(to) }

type tee []Sender

func (t tee) Send(ctx context.Context, m Message) error {
	if len(t) == 0 {
		return errors.New("kaudit: tee: there is nothing to send to")
	}
	errs := make([]error, 0, len(t))
	for _, s := range t {
		errs = append(errs, s.Send(ctx, m))
	}
	return errors.Join(errs...)
}
