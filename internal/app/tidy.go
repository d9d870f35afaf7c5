package app

import (
	"context"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

const (
	// answersKept is how long a request can be repeated under its
	// Idempotency-Key.
	answersKept = 24 * time.Hour
	tidyEvery   = 10 * time.Minute
	tidyBatch   = 1000
)

// tidy forgets old answers until the context ends.
func (a *App) tidy(ctx context.Context) {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		if err := a.forgetAnswers(ctx); err != nil && ctx.Err() == nil {
			a.logger.Error("forget old answers", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *App) forgetAnswers(ctx context.Context) error {
	for {
		var n int64
		err := a.db.Update(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.ForgetAnswers(scalar.At(time.Now().Add(-answersKept)), tidyBatch)
			return err
		})
		if err != nil || n < tidyBatch {
			return err
		}
	}
}
