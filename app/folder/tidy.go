package folder

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// tidyEvery is how often old checkpoints are thinned out while a folder is open.
const tidyEvery = time.Hour

// tidy thins out old checkpoints now and then until ctx ends. It gives way to
// whatever needs the store, and tries again later.
func (r *Restores) tidy(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		if err := r.tidyOnce(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, checkpoint.ErrYielded) && !errors.Is(err, checkpoint.ErrBusy) {
			log.Warn("thinning out old checkpoints", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (r *Restores) tidyOnce(ctx context.Context) error {
	open, err := r.open(ctx)
	if err != nil {
		return err
	}
	_, err = r.store.Prune(ctx, checkpoint.PruneRequest{Open: open, Yield: true})
	return err
}
