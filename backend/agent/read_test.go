package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// point sends a prompt that points at something, and returns its turn once it has ended.
func (b *bench) point(prompt string, references ...session.Reference) session.Turn {
	b.t.Helper()
	id, err := b.Send(b.t.Context(), b.id, Prompt{Text: prompt, References: references})
	if err != nil {
		b.t.Fatal(err)
	}
	return b.ended(id)
}

// saysOf is what became of references: their text, or what is wrong with them.
func saysOf(references []session.Reference) []string {
	said := []string{}
	for _, r := range references {
		switch {
		case r.Content == nil:
			said = append(said, r.ID+" has no content")
		case r.Content.Problem != "":
			said = append(said, r.ID+": "+r.Content.Problem)
		case r.Content.Image != nil:
			said = append(said, r.ID+" "+r.Content.Image.MediaType)
		default:
			said = append(said, r.ID+" "+r.Content.Text)
		}
	}
	return said
}

// rawReader keeps no promise.
type rawReader func([]session.Reference) []session.Reference

func (r rawReader) Read(_ context.Context, request ReferenceRequest) []session.Reference {
	return r(request.References)
}

// TestWhateverTheReaderDoes ends in content, never in a turn that failed.
func TestWhateverTheReaderDoes(t *testing.T) {
	with := func(r session.Reference, content session.Content) session.Reference {
		r.Content = &content
		return r
	}
	for _, test := range []struct {
		name   string
		reader References
		want   []string
	}{
		{"none", nil, []string{"a: Keel cannot read what messages point at here.", "b: Keel cannot read what messages point at here."}},
		{"panics", rawReader(func([]session.Reference) []session.Reference { panic("at once") }), []string{
			"a: Keel made an error of its own while it read this.", "b: Keel made an error of its own while it read this.",
		}},
		{"nothing", rawReader(func([]session.Reference) []session.Reference { return nil }), []string{
			"a: Nothing came of reading it.", "b: Nothing came of reading it.",
		}},
		{"without content", rawReader(func(all []session.Reference) []session.Reference { return all }), []string{
			"a: Nothing came of reading it.", "b: Nothing came of reading it.",
		}},
		{"another order, one changed, one too many", rawReader(func(all []session.Reference) []session.Reference {
			changed := with(all[0], session.Content{Text: "one"})
			changed.Path, changed.Agreed = "elsewhere", true
			return []session.Reference{with(all[1], session.Content{Text: "two\xff"}), with(session.Reference{ID: "c"}, session.Content{}), changed, with(all[0], session.Content{Text: "three"})}
		}), []string{"a one", "b two\uFFFD"}},
		{"pictures", rawReader(func(all []session.Reference) []session.Reference {
			good, bad := session.Image{MediaType: "text/html", Data: onePixel}, session.Image{MediaType: "image/png", Data: []byte("<html>")}
			return []session.Reference{with(all[0], session.Content{Image: &good}), with(all[1], session.Content{Image: &bad})}
		}), []string{"a image/png", "b: The picture is not a PNG, JPEG, GIF or WebP picture."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, setup{reader: test.reader}, says("ok"), says("again"))
			turn := b.point("look", file("a"), file("b"))
			if turn.StopReason != "end_turn" || turn.Reading {
				t.Fatalf("ended with %q, reading %t", turn.StopReason, turn.Reading)
			}
			if d := cmp.Diff(test.want, saysOf(turn.References)); d != "" {
				t.Error(d)
			}
			for _, r := range turn.References {
				if r.Agreed || r.Path != r.ID || r.Content.Problem != "" && r.Content.Hint == "" && r.Content.Image == nil && !strings.Contains(r.Content.Problem, "picture") {
					t.Errorf("%+v %+v", r, r.Content)
				}
			}
			if problem := invalid(b.model.requests[0].Messages); problem != "" {
				t.Error(problem)
			}
		})
	}
}

// TestReadingIsPartOfTheTurn: it shows at once, without content, and the content
// comes before the first request, in one change.
func TestReadingIsPartOfTheTurn(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, setup{reader: readerFunc(func(ctx context.Context, r session.Reference, request ReferenceRequest) session.Content {
		<-hold
		return echoes(ctx, r, request)
	})}, says("ok"))
	forged := file("a")
	forged.Content = &session.Content{Text: "forged"}
	id, err := b.Send(t.Context(), b.id, Prompt{References: []session.Reference{forged}})
	if err != nil {
		t.Fatal(err)
	}
	turn := b.state().Turns[0]
	if d := cmp.Diff([]string{"a has no content"}, saysOf(turn.References)); d != "" || !turn.Reading || b.state().Title != "a" {
		t.Fatalf("reading %t, title %q: %s", turn.Reading, b.state().Title, d)
	}
	if len(b.model.requests) != 0 {
		t.Fatal("the model was asked before")
	}
	close(hold)
	turn = b.ended(id)
	if d := cmp.Diff([]string{"a content of a"}, saysOf(turn.References)); d != "" || turn.Reading {
		t.Error(d)
	}
	if read := b.model.requests[0].Messages[0].Blocks; len(read) != 1 || !strings.Contains(read[0].Text, "\ncontent of a\n") {
		t.Errorf("the model reads %+v", read)
	}
}

// TestWhatCannotBeSent is refused before anything begins.
func TestWhatCannotBeSent(t *testing.T) {
	b := newBench(t, setup{})
	_, err := b.Send(t.Context(), b.id, Prompt{Text: "look", References: []session.Reference{file("a"), file("a")}})
	if failure, ok := errors.AsType[*session.ReferenceError](err); !ok || !strings.Contains(failure.Reason, "which another one has too") {
		t.Errorf("got %v", err)
	}
	if _, err := b.Send(t.Context(), b.id, Prompt{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v", err)
	}
	if len(b.state().Turns) != 0 {
		t.Error("a turn began")
	}
}

// TestTheReaderIsToldItsBudget: a part of what is free, once it is known how much
// the model takes.
func TestTheReaderIsToldItsBudget(t *testing.T) {
	var budgets []int
	reader := readerFunc(func(_ context.Context, _ session.Reference, request ReferenceRequest) session.Content {
		budgets = append(budgets, request.Budget)
		return session.Content{Text: strings.Repeat("x", 3500), Size: 3500}
	})
	b := newBench(t, setup{reader: reader}, says("ok"), says("ok"))
	b.model.context = 100_000
	b.point("look", file("a"))
	b.point("again", file("a"))
	if len(budgets) != 2 || budgets[0] < 20_000 || budgets[0] > 25_000 || budgets[1] > budgets[0]-200 {
		t.Errorf("budgets %v", budgets)
	}
	budgets = nil
	b = newBench(t, setup{reader: reader}, says("ok"))
	b.point("look", file("a"))
	if d := cmp.Diff([]int{0}, budgets); d != "" {
		t.Error(d)
	}
}

// TestManyReferences: they are in two events, however long the turn is, and the
// session opens with them.
func TestManyReferences(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 4<<10)
	b := newBench(t, setup{reader: readerFunc(func(context.Context, session.Reference, ReferenceRequest) session.Content {
		return session.Content{Text: large, Size: int64(len(large)), At: 1}
	})}, calls("read", `{"path":"a"}`), calls("write", `{"path":"b","content":"x"}`), says("ok"))
	var references []session.Reference
	for n := range session.MaxReferences {
		references = append(references, file(fmt.Sprint("f", n)))
	}
	events := b.Subscribe(t.Context())
	turn := b.point("look", references...)
	if err := b.Rate(t.Context(), b.id, turn.ID, session.RatingUp); err != nil {
		t.Fatal(err)
	}
	state := b.state()
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	reader := session.Session{}
	turns, with, whole := 0, 0, 0
	for {
		event, err := events.Next(t.Context())
		if err != nil {
			break
		}
		for _, change := range event.Changes {
			session.Apply(&reader, change)
			if change.Kind != session.ChangeTurn {
				continue
			}
			turns++
			if change.Turn.References != nil {
				with++
				if change.Turn.References[0].Content != nil {
					whole++
				}
			}
		}
	}
	if turns < 3 || with > 2 || whole != 1 {
		t.Errorf("%d changes of the turn, %d with references, %d with their content", turns, with, whole)
	}
	if got := reader.Turn(turn.ID); len(got.References) != 50 || got.References[49].Content.Text != large || got.Rating != session.RatingUp {
		t.Error("a reader of events has something else")
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	loaded.Seq = state.Seq
	if d := cmp.Diff(state, loaded); d != "" {
		t.Errorf("journal (-state +journal):\n%.2000s", d)
	}
}

// TestQueuedReferences: messages that wait keep theirs when they are edited, and
// several that go together have ids of their own.
func TestQueuedReferences(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, setup{reader: readerFunc(echoes)}, scriptedReply{events: append(textEvents(0, "Half"), stop(provider.StopEndTurn)), wait: hold}, says("ok"))
	b.send("one")
	<-b.model.asked
	for range 2 {
		if _, err := b.Send(t.Context(), b.id, Prompt{Text: "see", References: []session.Reference{file("a")}}); err != nil {
			t.Fatal(err)
		}
	}
	queued := b.state().Queue
	if len(queued) != 2 || queued[0].References[0].Content != nil {
		t.Fatalf("queue %+v", queued)
	}
	if err := b.EditQueued(t.Context(), b.id, queued[0].ID, ""); err != nil {
		t.Fatal(err)
	}
	close(hold)
	if err := b.Wait(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	turn := b.state().Turns[1]
	if d := cmp.Diff([]string{"a content of a", "a-2 content of a"}, saysOf(turn.References)); d != "" || turn.Prompt != "see" {
		t.Errorf("%q: %s", turn.Prompt, d)
	}
}

// TestStoppedQueueKeepsReferences: a draft cannot hold them.
func TestStoppedQueueKeepsReferences(t *testing.T) {
	b := newBench(t, setup{reader: readerFunc(echoes)}, scriptedReply{hangs: true}, says("ok"))
	b.send("one")
	<-b.model.asked
	if _, err := b.Send(t.Context(), b.id, Prompt{Text: "see", References: []session.Reference{file("a")}}); err != nil {
		t.Fatal(err)
	}
	if err := b.Stop(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	state := b.state()
	if state.Draft != "" || len(state.Queue) != 1 || !state.Queue[0].Held || len(state.Queue[0].References) != 1 {
		t.Fatalf("draft %q, queue %+v", state.Draft, state.Queue)
	}
	if err := b.SendNow(t.Context(), b.id, state.Queue[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := b.Wait(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a content of a"}, saysOf(b.state().Turns[1].References)); d != "" {
		t.Error(d)
	}
}

// TestPicturesAtAddresses reach a model that takes pictures, and are told of to one
// that does not, and after a refusal.
func TestPicturesAtAddresses(t *testing.T) {
	reader := readerFunc(func(context.Context, session.Reference, ReferenceRequest) session.Content {
		return session.Content{Image: &session.Image{MediaType: "image/png", Data: onePixel}, Size: 70, At: 1}
	})
	page := session.Reference{ID: "p", Kind: session.ReferenceURL, Name: "shot", Address: "https://example.com/shot.png"}
	kinds := func(request provider.Request) []string {
		found := []string{}
		for _, block := range request.Messages[0].Blocks {
			found = append(found, string(block.Kind))
		}
		return found
	}
	b := newBench(t, setup{reader: reader}, scriptedReply{refuse: &provider.Error{Class: provider.ClassValidation}}, says("ok"))
	b.model.models = []provider.Model{{ID: "m1", Images: true}}
	b.point("see", page)
	b.turn("more")
	if d := cmp.Diff([]string{"text", "image", "text"}, kinds(b.model.requests[0])); d != "" {
		t.Error(d)
	}
	if blocks := b.model.requests[1].Messages[0].Blocks; blocks[1].Text != textRefusedImage {
		t.Errorf("after a refusal: %+v", blocks)
	}
	b = newBench(t, setup{reader: reader}, says("ok"))
	b.model.models = []provider.Model{{ID: "m1", NoImages: true}}
	b.point("see", page)
	if blocks := b.model.requests[0].Messages[0].Blocks; len(blocks) != 3 || blocks[1].Text != textNoImage {
		t.Errorf("without pictures: %+v", blocks)
	}
}

// TestOldReferencesMakeRoom: what earlier messages point at goes as old results do;
// its name stays, and the session keeps all.
func TestOldReferencesMakeRoom(t *testing.T) {
	content := strings.Repeat("0123456789", 600) // about 1,700 tokens
	b := newBench(t, setup{reader: readerFunc(func(context.Context, session.Reference, ReferenceRequest) session.Content {
		return session.Content{Text: content, Size: 6000, At: 1}
	})}, says("1"), says("2"), says("3"), says("4"), says("5"))
	b.model.context = 8_000
	for n := range 5 {
		if turn := b.point("look", file(fmt.Sprint("f", n))); turn.StopReason != "end_turn" {
			t.Fatalf("turn %d ended with %q: %s", n, turn.StopReason, turn.Outcome)
		}
	}
	state := b.state()
	wantNotice(t, state.Turns[3], "no longer reads what earlier messages point at")
	elided := []bool{}
	for _, turn := range state.Turns {
		elided = append(elided, turn.ReferencesElided)
		if turn.References[0].Content.Text != content {
			t.Error("the session lost a content")
		}
	}
	if d := cmp.Diff([]bool{false, true, true, false, false}, elided); d != "" {
		t.Error(d)
	}
	last := show(b.model.requests[4].Messages)
	if strings.Count(last, content) != 3 || !strings.Contains(last, "Its content was left out to make room") || strings.Count(last, `\"f1\"`) == 0 {
		t.Errorf("%d contents in the last request", strings.Count(last, content))
	}
}

// TestReferencesThatDoNotFitAlone: the model reads their names, and the turn goes on.
func TestReferencesThatDoNotFitAlone(t *testing.T) {
	content := strings.Repeat("0123456789", 6000)
	b := newBench(t, setup{reader: readerFunc(func(context.Context, session.Reference, ReferenceRequest) session.Content {
		return session.Content{Text: content, Size: 60_000, At: 1}
	})}, says("ok"))
	b.model.context = 10_000
	turn := b.point("look", file("a"))
	if turn.StopReason != "end_turn" || !turn.ReferencesElided || turn.References[0].Content.Text != content {
		t.Fatalf("ended with %q, elided %t", turn.StopReason, turn.ReferencesElided)
	}
	wantNotice(t, turn, "too much for the model's context of 10000 tokens")
	if last := show(b.model.requests[len(b.model.requests)-1].Messages); strings.Contains(last, content) || !strings.Contains(last, "look") {
		t.Error("the content was sent")
	}
}

func TestRate(t *testing.T) {
	b := newBench(t, setup{}, calls("run", `{"command":"rate"}`), says("ok"))
	b.disk.commands["rate"] = func(ctx context.Context, _ func([]byte)) Result {
		if err := b.Rate(ctx, b.id, b.state().Turns[0].ID, session.RatingDown); err != nil {
			t.Error(err)
		}
		return Result{Text: "rated"}
	}
	turn := b.turn("go")
	if turn.Rating != session.RatingDown {
		t.Errorf("after its end the turn is rated %q", turn.Rating)
	}
	if err := b.Rate(t.Context(), b.id, "other", session.RatingUp); !errors.Is(err, ErrNotFound) {
		t.Errorf("another turn: %v", err)
	}
	if err := b.Rate(t.Context(), b.id, turn.ID, "best"); !errors.Is(err, ErrRating) {
		t.Errorf("another rating: %v", err)
	}
	for _, rating := range []session.Rating{session.RatingUp, session.RatingNone, session.RatingUp} {
		if err := b.Rate(t.Context(), b.id, turn.ID, rating); err != nil {
			t.Error(err)
		}
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if loaded, err := b.store.Load(t.Context(), b.id); err != nil || loaded.Turns[0].Rating != session.RatingUp {
		t.Errorf("after a restart %q, %v", loaded.Turns[0].Rating, err)
	}
}

// TestQueuedTextIsSaidOnce: changes of the session do not repeat what a message that
// waits holds, and whoever reads them has it nevertheless.
func TestQueuedTextIsSaidOnce(t *testing.T) {
	hold := make(chan struct{})
	b := newBench(t, setup{reader: readerFunc(echoes)}, scriptedReply{events: append(textEvents(0, "Half"), stop(provider.StopEndTurn)), wait: hold}, says("ok"))
	events := b.Subscribe(t.Context())
	b.send("one")
	<-b.model.asked
	given := strings.Repeat("unsaved ", 1000)
	unsaved := file("a")
	unsaved.Given = &given
	picture := session.Image{Name: "dot.png", MediaType: "image/png", Data: onePixel}
	for _, images := range [][]session.Image{nil, {picture}} {
		if _, err := b.Send(t.Context(), b.id, Prompt{Text: "see", References: []session.Reference{unsaved}, Images: images}); err != nil {
			t.Fatal(err)
		}
	}
	for _, title := range []string{"first", "second"} {
		if err := b.RenameSession(t.Context(), b.id, title); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.EditQueued(t.Context(), b.id, b.state().Queue[0].ID, "see this"); err != nil {
		t.Fatal(err)
	}
	waiting := b.state()
	if err := b.opened(b.id).sync(); err != nil {
		t.Fatal(err)
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	for i := range waiting.Queue {
		waiting.Queue[i].Held = true // as after a crash, of which the journal tells
	}
	if d := cmp.Diff(waiting.Queue, loaded.Queue); d != "" || len(loaded.Queue) != 2 || *loaded.Queue[1].References[0].Given != given || len(loaded.Queue[1].Images) != 1 {
		t.Errorf("journal (-state +journal):\n%.2000s", d)
	}
	close(hold)
	if err := b.Wait(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	state := b.state()
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	reader, headers, with := session.Session{}, 0, 0
	for {
		event, err := events.Next(t.Context())
		if err != nil {
			break
		}
		for _, change := range event.Changes {
			session.Apply(&reader, change)
			if change.Kind != session.ChangeSession {
				continue
			}
			headers++
			for _, queued := range change.Session.Queue {
				if queued.References != nil {
					with++
				}
			}
		}
	}
	if headers < 4 || with != 2 {
		t.Errorf("%d changes of the session, in which messages that wait hold something %d times", headers, with)
	}
	reader.Seq = state.Seq
	if d := cmp.Diff(state.Turns, reader.Turns); d != "" || *reader.Turns[1].References[0].Given != given {
		t.Errorf("a reader of events has something else:\n%.2000s", d)
	}
}
