package bind_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
)

func TestExplainSaysWhatACheckpointKnowsOfAPath(t *testing.T) {
	for want, err := range map[string]*checkpoint.PathError{
		"src/a.go was not there at this checkpoint.": {Path: "src/a.go", Checkpoint: "1", Err: checkpoint.ErrNotInCheckpoint},
		"This checkpoint does not cover a.img: ignored, and larger than 1 MiB, so it cannot say what was there.": {
			Path: "a.img", Checkpoint: "1", Reason: "ignored, and larger than 1 MiB", Err: checkpoint.ErrNotCovered,
		},
		"This checkpoint does not cover .git/config, so it cannot say what was there.": {Path: ".git/config", Checkpoint: "1", Err: checkpoint.ErrNotCovered},
		"a\ufffdb\ufffd is not there.":                     {Path: "a\nb\u202e", Err: checkpoint.ErrNotInCheckpoint},
		"a is not covered by checkpoints: it is a socket.": {Path: "a", Reason: "it is a socket", Err: checkpoint.ErrNotCovered},
	} {
		said, ok := errors.AsType[*wire.Error](bind.Explain(fmt.Errorf("reading: %w", err)))
		if !ok || said.Code != wire.CodeNotFound || said.Message != want {
			t.Errorf("%+v, want %q", said, want)
		}
	}
}
