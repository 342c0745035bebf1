//go:build unix

package checkpoint_test

import (
	"testing"

	"github.com/keel-ide/keel/backend/checkpoint/checkpointtest"
)

func TestCrashes(t *testing.T) {
	t.Parallel()
	checkpointtest.Crashes(t, open)
}
