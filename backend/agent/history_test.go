package agent

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/providertest"
	"github.com/keel-ide/keel/backend/session"
	"pgregory.net/rapid"
)

func drawItem(t *rapid.T) session.Item {
	word := rapid.SampledFrom([]string{"", " ", "some text", string(make([]byte, 600))})
	item := session.Item{
		ID: fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "id")), Step: rapid.IntRange(0, 4).Draw(t, "step"), Text: word.Draw(t, "text"),
		Kind: rapid.SampledFrom([]session.ItemKind{
			session.ItemText, session.ItemReasoning, session.ItemTool, session.ItemTool, session.ItemNotice, session.ItemPrompt,
			session.ItemQuestion, session.ItemSummary, "later",
		}).Draw(t, "kind"),
		Streaming: rapid.Bool().Draw(t, "streaming"),
	}
	switch item.Kind {
	case session.ItemReasoning:
		item.Signature = word.Draw(t, "signature")
	case session.ItemPrompt:
		item.Images, item.References = drawImages(t), drawReferences(t)
	case session.ItemTool:
		item.Tool = &session.ToolCall{
			ID:        rapid.SampledFrom([]string{"", "a", "b", "a b"}).Draw(t, "call"),
			Name:      rapid.SampledFrom([]string{"", "read", "no such tool"}).Draw(t, "name"),
			Arguments: rapid.SampledFrom([]string{"", "{}", `{"path":`, "[]"}).Draw(t, "arguments"),
			Result:    word.Draw(t, "result"),
			Parent:    rapid.SampledFrom([]string{"", "", "x"}).Draw(t, "parent"),
			Status: rapid.SampledFrom([]session.CallStatus{
				session.CallPending, session.CallWaiting, session.CallInProgress, session.CallCompleted, session.CallFailed,
				session.CallRejected, session.CallCancelled, session.CallUnknown,
			}).Draw(t, "status"),
		}
	default:
	}
	return item
}

func drawReferences(t *rapid.T) []session.Reference {
	word := rapid.SampledFrom([]string{"", " ", "a\nb", "]", frameEnds, strings.Repeat("long ", 200)})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) session.Reference {
		r := session.Reference{
			ID: word.Draw(t, "id"), Kind: rapid.SampledFrom([]session.ReferenceKind{"file", "code", "url", "text", "later"}).Draw(t, "reference"),
			Name: word.Draw(t, "name"), Path: word.Draw(t, "path"), Address: word.Draw(t, "address"), From: rapid.IntRange(0, 2).Draw(t, "from"),
		}
		content := session.Content{Title: word.Draw(t, "title"), Cut: word.Draw(t, "cut")}
		switch rapid.IntRange(0, 3).Draw(t, "content") {
		case 0:
			return r
		case 1:
			content.Problem = "No: " + word.Draw(t, "problem")
		case 2:
			content.Text = word.Draw(t, "text")
		case 3:
			for _, image := range drawImages(t) {
				content.Image = &image
			}
		}
		r.Content = &content
		return r
	}), 0, 3).Draw(t, "references")
}

func drawImages(t *rapid.T) []session.Image {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) session.Image {
		return session.Image{
			MediaType: rapid.SampledFrom([]string{"image/png", "", "text/plain"}).Draw(t, "media type"),
			Data:      rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "data"),
		}
	}), 0, 2).Draw(t, "images")
}

// TestAnyHistoryIsAValidRequest: whatever of a session's items is lost, doubled
// or out of its place, and whatever they hold, the request is one that services
// take.
func TestAnyHistoryIsAValidRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := session.Session{Turns: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) session.Turn {
			items := rapid.SliceOfN(rapid.Custom(drawItem), 0, 10).Draw(t, "items")
			if len(items) > 0 {
				items = items[:rapid.IntRange(0, len(items)).Draw(t, "cut")]
				items = append(items, items[:rapid.IntRange(0, len(items)).Draw(t, "doubled")]...)
				items = rapid.Permutation(items).Draw(t, "order")
			}
			return session.Turn{
				ID: rapid.SampledFrom([]string{"t", "u", "v"}).Draw(t, "turn"), Prompt: rapid.SampledFrom([]string{"", "do it"}).Draw(t, "prompt"),
				Provider: "p", Model: rapid.SampledFrom([]string{"m", "n"}).Draw(t, "model"), Images: drawImages(t), References: drawReferences(t),
				ReferencesElided: rapid.Bool().Draw(t, "references elided"), ImagesRefused: rapid.Bool().Draw(t, "refused"),
				Elided: rapid.IntRange(0, 4).Draw(t, "elided"), Items: items,
				StopReason: rapid.SampledFrom([]string{"", session.StopCancelled, "end_turn"}).Draw(t, "stop"),
			}
		}), 0, 4).Draw(t, "turns")}
		before := s.Clone()
		messages := Normalise(history(s, "p", "m"))
		request := provider.Request{Messages: messages, Tools: declare(nil, messages)}
		if err := providertest.CheckConverse(request); err != nil {
			t.Fatalf("%v in %s", err, show(messages))
		}
		if d := cmp.Diff(messages, Normalise(messages)); d != "" {
			t.Fatalf("not idempotent (-once +twice):\n%s", d)
		}
		if d := cmp.Diff(before, s.Clone()); d != "" {
			t.Fatalf("it wrote to the session:\n%s", d)
		}
		if len(s.Turns) > 0 {
			last := s.Turns[len(s.Turns)-1]
			upTo := rapid.IntRange(0, lastStep(last)).Draw(t, "summary")
			part := Normalise(history(covered(s, upTo), "p", "m"))
			if err := providertest.CheckConverse(provider.Request{Messages: part, Tools: declare(nil, part)}); err != nil {
				t.Fatalf("covered by a summary: %v in %s", err, show(part))
			}
			_ = summaryText(s, upTo, "made", 1000)
		}
	})
}

// comparing fails where a request is not the session as it is, made at once.
type comparing struct {
	*scripted
	bench *bench
	seen  int
}

func (c *comparing) Stream(ctx context.Context, request provider.Request) (provider.Stream, error) {
	if len(request.Tools) > 0 && !isSummaryRequest(request) && request.Messages[0].Blocks[0].Text != "look" {
		c.seen++
		want := Normalise(history(c.bench.state(), "fake", "m1"))
		if d := cmp.Diff(want, request.Messages); d != "" {
			c.bench.t.Errorf("request %d (-whole +step by step):\n%s", c.seen, d)
		}
	}
	return c.scripted.Stream(ctx, request)
}

// TestRequestsStepByStep: what a turn has sent already is not made anew, and is
// the same all the same.
func TestRequestsStepByStep(t *testing.T) {
	replies := []scriptedReply{says("First.")}
	for i := range 12 {
		replies = append(replies, calls("read", `{"path":"big"}`, "nonsense", `{}`, "write", fmt.Sprintf(`{"path":"%d","content":"x"}`, i)))
	}
	replies = append(replies, calls("sub_agent", `{"content":"look"}`), calls("run", `{"command":"say"}`), says("Whole."), says("Again."))
	b := newBench(t, setup{files: map[string]string{"big": strings.Repeat("0123456789", 400)}}, replies...)
	b.model.context = 10_000
	b.model.scripts = map[string][]scriptedReply{"look": {calls("read", `{"path":"big"}`), says("Looked.")}}
	model := &comparing{scripted: b.model, bench: b}
	b.o.Providers = []provider.Provider{model}
	b.disk.commands["say"] = func(context.Context, func([]byte)) Result { b.send("and this"); return Result{Text: "said"} }
	for _, prompt := range []string{"one", "two", "three"} {
		if turn := b.turn(prompt); turn.StopReason != "end_turn" {
			t.Fatalf("ended with %q: %s", turn.StopReason, turn.Outcome)
		}
	}
	if model.seen != 17 {
		t.Errorf("%d requests were compared, want 17", model.seen)
	}
}
