package folder

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/event"
)

// slowStore reads until it is stopped.
type slowStore struct{ started int }

func (s *slowStore) Warm(ctx context.Context) error {
	s.started++
	<-ctx.Done()
	return ctx.Err()
}

// bench is an Activity with what it sent.
type bench struct {
	*Activity
	feed  *event.Feed[checkpoint.Event]
	store *slowStore
	sent  []wire.CheckpointActivity
}

// follow starts an Activity that ends with the test.
func follow(t *testing.T) *bench {
	b := &bench{feed: event.New[checkpoint.Event](100), store: &slowStore{}}
	b.Activity = newActivity(b.store, func(a wire.CheckpointActivity) { b.sent = append(b.sent, a) }, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	events := b.feed.Subscribe(ctx)
	group.Go(func() { b.follow(ctx, events) })
	t.Cleanup(func() { cancel(); group.Wait() })
	return b
}

func (b *bench) progress(p checkpoint.Progress) { b.feed.Send(checkpoint.Event{Progress: &p}) }

func TestActivityHoldsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := follow(t)
		b.progress(checkpoint.Progress{Work: checkpoint.FirstCapture, Done: 1})
		b.progress(checkpoint.Progress{Work: checkpoint.Restoring, Done: 1, Total: 2})
		b.progress(checkpoint.Progress{Work: checkpoint.FirstCapture, Done: 5, Total: 9})
		b.progress(checkpoint.Progress{Work: checkpoint.Restoring, Ended: true})
		synctest.Wait()
		first, restoring := wire.CheckpointWork{Work: "first-capture", Done: 1}, wire.CheckpointWork{Work: "restoring", Done: 1, Total: 2}
		further := wire.CheckpointWork{Work: "first-capture", Done: 5, Total: 9}
		want := []wire.CheckpointActivity{
			{Seq: 1, Works: []wire.CheckpointWork{first}},
			{Seq: 2, Works: []wire.CheckpointWork{first, restoring}},
			{Seq: 3, Works: []wire.CheckpointWork{further, restoring}},
			{Seq: 4, Works: []wire.CheckpointWork{further}},
		}
		if d := cmp.Diff(want, b.sent); d != "" {
			t.Errorf("sent (-want +got):\n%s", d)
		}
		if d := cmp.Diff(want[3], b.State()); d != "" {
			t.Errorf("the state (-want +got):\n%s", d)
		}
	})
}

func TestANoticeWaitsUntilItIsSeenAndComesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := follow(t)
		tell := func(text string) {
			b.feed.Send(checkpoint.Event{Notice: &checkpoint.Notice{Kind: checkpoint.Recovered, Text: text}})
			synctest.Wait()
		}
		tell("One.")
		tell("Two.")
		tell("One.")
		want := []wire.CheckpointNotice{{ID: 1, Kind: "recovered", Text: "One."}, {ID: 2, Kind: "recovered", Text: "Two."}}
		if d := cmp.Diff(want, b.State().Notices); d != "" {
			t.Errorf("notices (-want +got):\n%s", d)
		}
		b.Seen(1)
		tell("One.")
		if d := cmp.Diff(want[1:], b.State().Notices); d != "" {
			t.Errorf("notices after one was seen (-want +got):\n%s", d)
		}
	})
}

func TestReadingCanBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := follow(t)
		ended := make(chan struct{})
		go func() { b.read(t.Context()); close(ended) }()
		b.progress(checkpoint.Progress{Work: checkpoint.FirstCapture, Done: 1})
		synctest.Wait()
		b.StopReading()
		<-ended
		if works := b.State().Works; len(works) != 0 {
			t.Errorf("after stopping %v is still shown", works)
		}
	})
}

func TestReadingThatWasStoppedBeforeDoesNotStart(t *testing.T) {
	b := follow(t)
	b.StopReading()
	b.read(t.Context())
	if b.store.started != 0 {
		t.Error("the folder was read")
	}
}

func TestAnotherListOfCheckpointsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := follow(t)
		b.feed.Send(checkpoint.Event{Listed: true})
		b.progress(checkpoint.Progress{Work: checkpoint.Capturing, Ended: true})
		b.feed.Send(checkpoint.Event{Listed: true})
		synctest.Wait()
		want := []wire.CheckpointActivity{{Seq: 1, Listed: 1}, {Seq: 2, Listed: 1}, {Seq: 3, Listed: 2}}
		if d := cmp.Diff(want, b.sent); d != "" {
			t.Errorf("sent (-want +got):\n%s", d)
		}
	})
}
