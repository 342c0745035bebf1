package checkpoint

import (
	"context"
	"fmt"

	"github.com/keel-ide/keel/backend/checkpoint/internal/meta"
)

// SetLabel gives a checkpoint a name for people: what is kept of it is one line of
// at most 200 characters. An empty one takes the name away. One that a person made
// has no other label than that; of any other its own label stays as well.
func (s *Store) SetLabel(ctx context.Context, id, label string) (Checkpoint, error) {
	release, err := s.begin(ctx)
	if err != nil {
		return Checkpoint{}, err
	}
	defer release()
	row, err := s.row(ctx, id)
	if err != nil {
		return Checkpoint{}, err
	}
	if Reason(row.Reason) == Manual {
		row.Label = oneLine(label)
	} else {
		row.Name = oneLine(label)
	}
	if err := s.relabel(row); err != nil {
		return Checkpoint{}, orFull(fmt.Errorf("naming checkpoint %q: %w", id, err))
	}
	s.listed()
	return checkpointOf(row), nil
}

// relabel records the label and the name, also for [Rescue].
func (s *Store) relabel(row meta.Row) (err error) {
	keep := s.packs.Begin(s.marks)
	if row.Header, err = s.keepHeader(keep, row); err != nil {
		return s.uncommit(keep, err)
	}
	s.last = nil
	return s.record(keep, func(tx *meta.Tx) error {
		if err := tx.SetLabels(row); err != nil {
			return err
		}
		return tx.SetHeaders([]meta.Row{row})
	})
}
