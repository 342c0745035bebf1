package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

// TestACleanUpGivesWay has a checkpoint asked for while a clean-up goes on.
func TestACleanUpGivesWay(t *testing.T) {
	root := t.TempDir()
	var s *Store
	made, asked := make(chan error, 1), false
	step := func(step string) error {
		if step != "remove checkpoint" || asked {
			return nil
		}
		asked = true
		told := make(chan struct{})
		giveWay := *s.yield.Load()
		var listening context.CancelCauseFunc = func(cause error) {
			giveWay(cause)
			close(told)
		}
		s.yield.Store(&listening)
		go func() {
			_, err := s.Create(t.Context(), CreateRequest{})
			made <- err
		}()
		<-told
		return nil
	}
	now := time.Now()
	s, err := Open(t.Context(), t.TempDir(), root, Options{Now: func() time.Time { return now }, Faults: Faults{Step: step}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range 5 {
		put(t, filepath.Join(root, "file"), fmt.Sprint(i))
		if _, err := s.Create(t.Context(), CreateRequest{Reason: PreTool, SessionID: "old", TurnID: "turn"}); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(100 * 24 * time.Hour)
	if _, err := s.Prune(t.Context(), PruneRequest{Yield: true}); !errors.Is(err, ErrYielded) {
		t.Errorf("the clean-up: %v, want ErrYielded", err)
	}
	if !asked {
		t.Fatal("nothing was removed")
	}
	if err := <-made; err != nil {
		t.Errorf("the checkpoint: %v", err)
	}
	pruned, err := s.Prune(t.Context(), PruneRequest{Yield: true})
	if err != nil {
		t.Errorf("the next clean-up: %+v, %v", pruned, err)
	}
	report, err := s.Verify(t.Context(), VerifyRequest{ReadData: true})
	if err != nil || len(report.Damages) > 0 {
		t.Errorf("damages: %+v, %v", report.Damages, err)
	}
}
