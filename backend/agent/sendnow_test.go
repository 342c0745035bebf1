package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

func prompts(s session.Session) []string {
	lines := []string{}
	for _, turn := range s.Turns {
		lines = append(lines, turn.Prompt+": "+turn.StopReason)
	}
	return lines
}

func TestSendNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := scriptedReply{events: textEvents(0, "Half"), hangs: true}
		b := newBench(t, setup{}, hangs, says("two"), says("the rest"))
		b.send("one")
		<-b.model.asked
		b.send("first queued")
		b.send("urgent")
		b.send("last queued")
		if err := b.SendNow(t.Context(), b.id, "none"); !errors.Is(err, ErrNotFound) {
			t.Errorf("a message that is not there: %v", err)
		}
		if err := b.SendNow(t.Context(), b.id, b.state().Queue[1].ID); err != nil {
			t.Fatal(err)
		}
		if err := b.Wait(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		state := b.state()
		want := []string{"one: cancelled", "urgent: end_turn", "first queued\n\nlast queued: end_turn"}
		if d := cmp.Diff(want, prompts(state)); d != "" {
			t.Error(d)
		}
		if state.Turns[0].Outcome != "You stopped this turn to send a message." || state.Draft != "" || len(state.Queue) != 0 {
			t.Errorf("outcome %q, draft %q, queue %v", state.Turns[0].Outcome, state.Draft, state.Queue)
		}
	})
}

// TestStopAfterSendNow: a stop keeps everything, also what was to be sent now.
func TestStopAfterSendNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, setup{}, calls("run", `{"command":"x"}`), says("never"))
		b.disk.commands["x"] = func(ctx context.Context, _ func([]byte)) Result {
			<-ctx.Done()
			<-time.After(5 * time.Second)
			return Result{}
		}
		b.send("one")
		synctest.Wait()
		b.send("urgent")
		b.send("later")
		if err := b.SendNow(t.Context(), b.id, b.state().Queue[0].ID); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second) // its turn waits for what the first one left
		start := time.Now()
		if err := b.Stop(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took >= time.Second {
			t.Errorf("idle only after %v", took)
		}
		state := b.state()
		if d := cmp.Diff([]string{"one: cancelled", "urgent: cancelled"}, prompts(state)); d != "" || state.Draft != "later" {
			t.Errorf("draft %q: %s", state.Draft, d)
		}
	})
}

// TestSendNowRaces: whatever it meets, every message is sent once, or kept.
func TestSendNowRaces(t *testing.T) {
	for n := range 60 {
		synctest.Test(t, func(t *testing.T) {
			replies := []scriptedReply{calls("read", `{"path":"a"}`), calls("read", `{"path":"b"}`), says("done")}
			for i := range replies {
				replies[i].each = time.Millisecond
			}
			b := newBench(t, setup{}, append(replies, says("more"), says("more"), says("more"))...)
			b.send("one")
			b.send("A")
			b.send("B")
			ids := b.state().Queue
			var group sync.WaitGroup
			for i := range 2 {
				group.Go(func() {
					<-time.After(time.Duration(n+3*i) * 500 * time.Microsecond)
					if err := b.SendNow(t.Context(), b.id, ids[i].ID); err != nil && !errors.Is(err, ErrNotFound) {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if err := b.Wait(t.Context(), b.id); err != nil {
				t.Fatal(err)
			}
			state := b.state()
			said := []string{state.Draft}
			for _, turn := range state.Turns {
				said = append(said, turn.Prompt)
				for _, item := range turn.Items {
					if item.Kind == session.ItemPrompt {
						said = append(said, item.Text)
					}
				}
			}
			all := strings.Join(said, "|")
			if strings.Count(all, "A") != 1 || strings.Count(all, "B") != 1 || len(state.Queue) != 0 {
				t.Errorf("after %d: %q, queue %v", n, said, state.Queue)
			}
		})
	}
}

func TestRetryNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := scriptedReply{refuse: &provider.Error{Class: provider.ClassThrottle, RetryAfter: 20 * time.Second}}
		b := newBench(t, setup{}, busy, busy, says("ok"))
		if err := b.RetryNow(t.Context(), b.id); err != nil {
			t.Errorf("nothing waits: %v", err)
		}
		start := time.Now()
		id := b.send("go")
		for range 2 {
			b.until(func(s session.Session) bool {
				items := s.Turns[0].Items
				return len(items) == 1 && items[0].Until != 0
			})
			if err := b.RetryNow(t.Context(), b.id); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if turn := b.ended(id); turn.StopReason != "end_turn" || len(b.model.requests) != 3 {
			t.Errorf("ended with %q after %d requests", turn.StopReason, len(b.model.requests))
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("waited %v", took)
		}
	})
}

// TestTwoSessionsAtOnce: each has its own turn, and stopping one leaves the
// other alone.
func TestTwoSessionsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		slow := says("Whole.")
		slow.wait = gate
		b := newBench(t, setup{}, slow, scriptedReply{events: textEvents(0, "Half"), hangs: true})
		other, err := b.CreateSession(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id := b.send("first")
		synctest.Wait()
		if _, err := b.Send(t.Context(), other.ID, Prompt{Text: "second"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		summaries, err := b.Sessions(t.Context())
		if err != nil || len(summaries) != 2 || !summaries[0].Running || !summaries[1].Running {
			t.Fatalf("not both run: %+v, %v", summaries, err)
		}
		if err := b.Stop(t.Context(), other.ID); err != nil {
			t.Fatal(err)
		}
		stopped, err := b.Session(t.Context(), other.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]string{"second: cancelled"}, prompts(stopped)); d != "" || b.state().Turns[0].Status != session.Running {
			t.Errorf("the first is %s: %s", b.state().Turns[0].Status, d)
		}
		close(gate)
		if turn := b.ended(id); turn.StopReason != "end_turn" {
			t.Errorf("the first ended with %q", turn.StopReason)
		}
	})
}

// TestAnotherModel: the conversation goes on with another model, which gets the
// calls but not the first one's reasoning.
func TestAnotherModel(t *testing.T) {
	thinking := calls("read", `{"path":"a"}`)
	thinking.events = append([]provider.Event{
		{Kind: provider.EventBlockStart, Index: 9, Block: provider.BlockReasoning},
		{Kind: provider.EventDelta, Index: 9, Text: "I think."},
		{Kind: provider.EventSignature, Index: 9, Text: "signed"},
		{Kind: provider.EventBlockStop, Index: 9},
	}, thinking.events...)
	b := newBench(t, setup{files: map[string]string{"a": "one"}}, thinking, says("Seen."), says("Me too."), says("Back."))
	b.model.models = []provider.Model{{ID: "m1", Images: true}, {ID: "m2", NoImages: true}}
	id, err := b.Send(t.Context(), b.id, Prompt{Text: "look", Images: []session.Image{{Name: "p", Data: png}}})
	if err != nil {
		t.Fatal(err)
	}
	b.ended(id)
	if err := b.SetModel(t.Context(), b.id, "fake", "m2"); err != nil {
		t.Fatal(err)
	}
	b.turn("and you?")
	if err := b.SetModel(t.Context(), b.id, "fake", "m1"); err != nil {
		t.Fatal(err)
	}
	b.turn("and again?")
	kinds := func(n int) []string {
		found := []string{b.model.requests[n].Model}
		for _, message := range b.model.requests[n].Messages[:3] {
			for _, block := range message.Blocks {
				found = append(found, string(block.Kind))
			}
		}
		return found
	}
	for n, want := range map[int][]string{
		1: {"m1", "image", "text", "reasoning", "tool_call", "tool_result"},
		2: {"m2", "text", "text", "tool_call", "tool_result"},
		3: {"m1", "image", "text", "reasoning", "tool_call", "tool_result"},
	} {
		if d := cmp.Diff(want, kinds(n)); d != "" {
			t.Errorf("request %d: %s", n, d)
		}
	}
	if got := b.model.requests[2].Messages[0].Blocks[0].Text; got != textNoImage {
		t.Errorf("in the image's place: %q", got)
	}
	if d := cmp.Diff(b.model.requests[1].Tools, b.model.requests[2].Tools); d != "" {
		t.Error(d)
	}
}

// TestSpending: every reply is counted, whatever became of it, and at its price.
func TestSpending(t *testing.T) {
	used := func(reply scriptedReply, input int64) scriptedReply {
		reply.events = append([]provider.Event{{Kind: provider.EventUsage, Usage: provider.Usage{InputTokens: input, OutputTokens: 1}}}, reply.events...)
		return reply
	}
	price := func(providerID, modelID string) (provider.Price, bool) {
		return provider.Price{Input: 2e6, Output: 10e6}, providerID == "fake" && modelID == "m1"
	}
	synctest.Test(t, func(t *testing.T) {
		cut := scriptedReply{events: textEvents(0, "Half")}
		b := newBench(t, setup{price: price},
			used(cut, 100), used(calls("read", `{"path":"a"}`), 200), used(says("ok"), 300), used(says("unknown"), 1000), used(says("practice"), 5))
		turn := b.turn("go")
		if want := (provider.Usage{InputTokens: 600, OutputTokens: 3}); turn.Usage != want {
			t.Errorf("used %+v", turn.Usage)
		}
		if want := (session.Cost{Micros: 1230}); turn.Cost != want {
			t.Errorf("costs %+v", turn.Cost)
		}
		if err := b.SetModel(t.Context(), b.id, "fake", "m2"); err != nil {
			t.Fatal(err)
		}
		if second := b.turn("again"); second.Cost != (session.Cost{Partial: true}) {
			t.Errorf("without a price: %+v", second.Cost)
		}
		b.o.Providers = []provider.Provider{named{b.model, provider.Info{ID: "p", Name: "Practice", Practice: true, Ready: true}}}
		if err := b.SetModel(t.Context(), b.id, "p", "m1"); err != nil {
			t.Fatal(err)
		}
		if third := b.turn("practise"); third.Cost != (session.Cost{}) || third.Usage.InputTokens != 5 {
			t.Errorf("practice: %+v, %+v", third.Cost, third.Usage)
		}
		state := b.state()
		if want := (session.Cost{Micros: 1230, Partial: true}); state.Cost != want || state.Usage != (provider.Usage{InputTokens: 1605, OutputTokens: 5}) {
			t.Errorf("session: %+v, %+v", state.Cost, state.Usage)
		}
	})
}

var png = []byte("\x89PNG\r\n\x1a\n and so on")

func TestImages(t *testing.T) {
	image := func(name, content string) session.Image { return session.Image{Name: name, Data: []byte(content)} }
	large := image("large.png", string(png)+strings.Repeat("x", maxImageBytes))
	many := slices.Repeat([]session.Image{image("one.png", string(png))}, maxImages+1)
	for _, test := range []struct {
		images []session.Image
		want   string // an error's text, or the media types
	}{
		{[]session.Image{image("a", string(png)), image("b", "\xff\xd8\xff"), image("c", "GIF89a"), image("d", "RIFF1234WEBPVP8")}, "image/png image/jpeg image/gif image/webp"},
		{[]session.Image{image("a.png", string(png)), image("notes.png", "hello")}, `image "notes.png" is not a PNG, JPEG, GIF or WebP picture`},
		{[]session.Image{image("", "")}, `image "image 1" is empty`},
		{[]session.Image{large}, `image "large.png" is larger than 3.75 MB, more than models take`},
		{many, `image "one.png" is one too many: a message may hold 20`},
		{many[:maxImages], strings.TrimSpace(strings.Repeat("image/png ", maxImages))},
	} {
		got := ""
		checked, err := Prompt{Images: test.images}.checked()
		if err != nil {
			if _, ok := errors.AsType[*ImageError](err); !ok {
				t.Errorf("%T", err)
			}
			got = err.Error()
		} else {
			types := []string{}
			for _, image := range checked.Images {
				types = append(types, image.MediaType)
			}
			got = strings.Join(types, " ")
		}
		if got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// TestImagesInAConversation: images alone are a prompt, also a queued one, and
// they are kept, once.
func TestImagesInAConversation(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, setup{}, calls("run", `{"command":"wait"}`), says("ok"), says("again"))
	b.disk.commands["wait"] = func(context.Context, func([]byte)) Result { <-hold; return Result{Text: "waited"} }
	pictured := func(prompt string) string {
		id, err := b.Send(t.Context(), b.id, Prompt{Text: prompt, Images: []session.Image{{Name: "shot.png", Data: png}}})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := pictured("")
	b.until(func(s session.Session) bool { return len(s.Turns[0].Items) == 1 && s.Turns[0].Items[0].Tool.Status == session.CallInProgress })
	pictured("see")
	close(hold)
	turn := b.ended(id)
	b.turn("more")
	picture := provider.Block{Kind: provider.BlockImage, Image: &provider.Image{MediaType: "image/png", Data: png}}
	messages := b.model.requests[2].Messages
	if d := cmp.Diff(user(picture), messages[0]); d != "" {
		t.Errorf("the prompt: %s", d)
	}
	if d := cmp.Diff([]provider.Block{picture, text("see")}, messages[2].Blocks[1:]); d != "" {
		t.Errorf("the queued one: %s", d)
	}
	if len(turn.Images) != 1 || b.state().Title != "shot.png" {
		t.Errorf("%d images, title %q", len(turn.Images), b.state().Title)
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	state := b.state()
	loaded.Seq = state.Seq
	if d := cmp.Diff(state, loaded); d != "" {
		t.Errorf("journal (-state +journal):\n%s", d)
	}
}

// TestStopKeepsQueuedImages: a draft cannot hold them, so they stay queued and
// go nowhere until they are sent by hand.
func TestStopKeepsQueuedImages(t *testing.T) {
	b := newBench(t, setup{}, scriptedReply{events: textEvents(0, "Half"), hangs: true}, calls("read", `{"path":"a"}`), says("ok"), says("seen"))
	b.send("one")
	<-b.model.asked
	b.send("words")
	if _, err := b.Send(t.Context(), b.id, Prompt{Text: "see", Images: []session.Image{{Name: "a", Data: png}}}); err != nil {
		t.Fatal(err)
	}
	if err := b.Stop(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	b.turn("two")
	state := b.state()
	if state.Draft != "words" || len(state.Queue) != 1 || !state.Queue[0].Held {
		t.Fatalf("draft %q, queue %+v", state.Draft, state.Queue)
	}
	if err := b.SendNow(t.Context(), b.id, state.Queue[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := b.Wait(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	state = b.state()
	if d := cmp.Diff([]string{"one: cancelled", "two: end_turn", "see: end_turn"}, prompts(state)); d != "" || len(state.Turns[2].Images) != 1 || len(state.Queue) != 0 {
		t.Errorf("%v, queue %+v: %s", state.Turns[2].Images, state.Queue, d)
	}
}

// TestManyQueuedImages: what does not fit into one message waits for the next.
func TestManyQueuedImages(t *testing.T) {
	queue := []session.Queued{}
	for n := range 4 {
		queue = append(queue, session.Queued{ID: fmt.Sprint(n), Images: make([]session.Image, 9), Held: n == 1})
	}
	got := []string{}
	for _, queued := range fitting(queue) {
		got = append(got, queued.ID)
	}
	if d := cmp.Diff([]string{"0", "2"}, got); d != "" {
		t.Error(d)
	}
}
