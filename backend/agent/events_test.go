package agent

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/event"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// follower is a reader as the page is one: a state and the events since.
type follower struct {
	state  session.Session
	events int
	pieces int
	gaps   int
}

func (f *follower) take(e session.Event, again func() session.Session) {
	switch {
	case e.Seq <= f.state.Seq:
		return
	case e.Seq > f.state.Seq+1:
		f.gaps++
		f.state = again()
		return
	}
	f.events++
	f.pieces += len(e.Changes)
	for _, change := range e.Changes {
		session.Apply(&f.state, change)
	}
	f.state.Seq = e.Seq
}

func (f *follower) drain(t *testing.T, events *event.Subscription[session.Event], again func() session.Session) {
	t.Helper()
	for {
		e, err := events.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		f.take(e, again)
	}
}

// busy is a turn with everything that streams: 2,000 pieces of text over a
// second, arguments, and a command that is louder than an item can hold.
func busy(t *testing.T, b *bench) {
	b.disk.commands["loud"] = func(_ context.Context, output func([]byte)) Result {
		line := []byte(strings.Repeat("é", 500) + "\n")
		for range 1000 {
			output(line[:333]) // in the middle of a character
			output(line[333:])
			<-time.After(time.Millisecond)
		}
		return Result{Text: "loud"}
	}
	id, err := b.Send(t.Context(), b.id, Prompt{Text: "go", Images: []session.Image{{Name: "p", Data: onePixel}}})
	if err != nil {
		t.Fatal(err)
	}
	b.ended(id)
}

func slowly(events []provider.Event, each time.Duration) scriptedReply {
	return scriptedReply{events: events, each: each}
}

func newBusyBench(t *testing.T) *bench {
	text := textEvents(0, strings.Repeat("word ", 2000))
	return newBench(t, setup{},
		slowly(append(append(text, callEvents(1, "id", "run", `{"command":"loud"}`)...), stop(provider.StopToolUse)), 500*time.Microsecond),
		says("Done."))
}

func TestEventsLeadToTheSameState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBusyBench(t)
		events := b.Subscribe(t.Context())
		reader := follower{state: b.state()}
		start := time.Now()
		busy(t, b)
		took := time.Since(start)
		final := b.state()
		if err := b.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		reader.drain(t, events, func() session.Session { t.Error("a gap"); return final })
		if d := cmp.Diff(final, reader.state); d != "" {
			t.Errorf("state by events (-want +got):\n%s", d)
		}
		if limit := int(took/eventInterval) + 4; reader.events > limit {
			t.Errorf("%d events in %v, at most %d expected", reader.events, took, limit)
		}
		if reader.pieces > 3*reader.events {
			t.Errorf("%d changes in %d events: pieces are not joined", reader.pieces, reader.events)
		}
		loaded, err := b.store.Load(t.Context(), b.id)
		if err != nil {
			t.Fatal(err)
		}
		loaded.Seq = final.Seq
		if d := cmp.Diff(final, loaded); d != "" {
			t.Errorf("journal (-state +journal):\n%s", d)
		}
		call := final.Turns[0].Items[1].Tool
		all := int64(1000 * 1001)
		if call.OutputAt+int64(len(call.Output)) != all || !strings.HasSuffix(call.Output, "é\n") || strings.Contains(call.Output, "\uFFFD") {
			t.Errorf("output is %d bytes from %d of %d", len(call.Output), call.OutputAt, all)
		}
	})
}

func TestSnapshotsFitBetweenEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBusyBench(t)
		events := b.Subscribe(t.Context())
		readers := []*follower{}
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			for range 50 {
				readers = append(readers, &follower{state: b.state()})
				<-time.After(37 * time.Millisecond)
			}
		}()
		busy(t, b)
		<-stopped
		final := b.state()
		if err := b.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		sent := []session.Event{}
		for {
			e, err := events.Next(t.Context())
			if errors.Is(err, io.EOF) {
				break
			}
			sent = append(sent, e)
		}
		for n, reader := range readers {
			for _, e := range sent {
				reader.take(e, func() session.Session { t.Error("a gap"); return final })
			}
			if d := cmp.Diff(final, reader.state); d != "" {
				t.Fatalf("reader %d (-want +got):\n%s", n, d)
			}
		}
	})
}

func TestSlowReaderSeesAGap(t *testing.T) {
	b := newBench(t, setup{}, says("ok"))
	events := b.Subscribe(t.Context())
	reader := follower{state: b.state()}
	for range eventsBehind + 10 {
		if err := b.SetMode(t.Context(), b.id, session.Supervised); err != nil {
			t.Fatal(err)
		}
		b.state() // sends what is pending as one event
	}
	b.turn("go")
	final := b.state()
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	reader.drain(t, events, func() session.Session { return final })
	if reader.gaps != 1 {
		t.Errorf("%d gaps", reader.gaps)
	}
	if d := cmp.Diff(final, reader.state); d != "" {
		t.Errorf("state (-want +got):\n%s", d)
	}
}

func TestArgumentsShowWhileTheyStream(t *testing.T) {
	b := newBench(t, setup{}, scriptedReply{events: callEvents(0, "id", "write", `{"path":"a","content":"x"}`)[:2], hangs: true})
	b.send("go")
	b.until(func(s session.Session) bool {
		items := s.Turns[0].Items
		return len(items) == 1 && items[0].Streaming && items[0].Tool.Name == "write" && strings.HasPrefix(items[0].Tool.Arguments, `{"path":"a"`)
	})
}

// BenchmarkStream is what 2,000 tokens cost, shown, kept and journalled.
func BenchmarkStream(b *testing.B) {
	store, err := session.OpenStore(b.Context(), b.TempDir(), session.Options{})
	if err != nil {
		b.Fatal(err)
	}
	a := New(Options{Sessions: store})
	created, err := a.CreateSession(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	l := a.opened(created.ID)
	events := a.Subscribe(b.Context())
	go func() {
		for {
			if _, err := events.Next(b.Context()); err != nil {
				return
			}
		}
	}()
	head := session.Turn{ID: "t"}
	l.emit(turnChange(head), itemChange("t", session.Item{ID: "i", Kind: session.ItemText}))
	for b.Loop() {
		for range 2000 {
			l.emit(session.Change{Kind: session.ChangeText, TurnID: "t", ItemID: "i", Append: "token "})
		}
		l.flush()
	}
	if err := a.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
}
