package cli

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/virtaudit/virtaudit/internal/agent"
	"github.com/virtaudit/virtaudit/internal/reconcile"
	"github.com/virtaudit/virtaudit/internal/store"
)

func newRebuild(std Streams) *cobra.Command {
	var settings settingFlags
	cmd := &cobra.Command{
		Use:   "rebuild",
		Short: "Derive the trail of a store anew from its facts",
		Long: `Derive all that a store says of guests anew from the facts that it keeps: what
was said, defined and held, which is never changed. The facts stay as they are,
and so does the trail, unless this virtaudit knows more than the one that derived
it. Until it is done, the trail is the one from before.

The service must not run, as it has the store for itself.`,
		Example: `  systemctl stop virtaudit && virtaudit rebuild && systemctl start virtaudit
  virtaudit rebuild --store copy.db`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			c, err := settings.load()
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
			defer stop()
			return failed(std, rebuild(ctx, std, c.Store, reconcile.Options{Window: c.Window}))
		},
	}
	settings.add(cmd, "store", "window")
	return cmd
}

func rebuild(ctx context.Context, std Streams, path string, o reconcile.Options) (err error) {
	// A store that isn't there would be made.
	r, err := store.OpenRead(path)
	if err != nil {
		return err
	}
	if err := r.Close(); err != nil {
		return err
	}
	s, err := store.Open(path, store.Options{})
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%w: stop the service first, as with systemctl stop virtaudit", err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	checkpoint, err := s.Checkpoint(ctx)
	if err != nil {
		return err
	}
	o.Numbers, o.Boots = checkpoint.Numbers, checkpoint.Boots
	if err := s.Rebuild(ctx, func() store.Deriver { return reconcile.New(o) }, agent.DerivedState(o.Window)); err != nil {
		return err
	}
	fmt.Fprintf(std.Out, "%s: derived anew from %d facts\n", s.Path(), s.NextSeq()-1)
	return nil
}
