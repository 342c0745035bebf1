package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// TestAnotherModel: the conversation goes on with another model, which gets the
// calls but not the first one's reasoning.
func TestAnotherModel(t *testing.T) {
	thinking := calls("read", `{"path":"a"}`)
	thinking.events = append([]provider.Event{ // some models sign what they think, others do not
		{Kind: provider.EventBlockStart, Index: 8, Block: provider.BlockReasoning},
		{Kind: provider.EventDelta, Index: 8, Text: "Well."},
		{Kind: provider.EventBlockStop, Index: 8},
		{Kind: provider.EventBlockStart, Index: 9, Block: provider.BlockReasoning},
		{Kind: provider.EventDelta, Index: 9, Text: "I think."},
		{Kind: provider.EventSignature, Index: 9, Text: "signed"},
		{Kind: provider.EventBlockStop, Index: 9},
	}, thinking.events...)
	b := newBench(t, setup{files: map[string]string{"a": "one"}}, thinking, says("Seen."), says("Me too."), says("Back."))
	b.model.models = []provider.Model{{ID: "m1", Images: true}, {ID: "m2", NoImages: true}}
	id, err := b.Send(t.Context(), b.id, Prompt{Text: "look", Images: []session.Image{{Name: "p", Data: onePixel}}})
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
		1: {"m1", "image", "text", "reasoning", "reasoning", "tool_call", "tool_result"},
		2: {"m2", "text", "text", "tool_call", "tool_result"},
		3: {"m1", "image", "text", "reasoning", "reasoning", "tool_call", "tool_result"},
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

var onePixel = picture(png.Encode, 1)

// picture is one of some pixels on a side.
func picture(encode func(io.Writer, image.Image) error, wide int) []byte {
	var made bytes.Buffer
	if err := encode(&made, image.NewGray(image.Rect(0, 0, wide, 1))); err != nil {
		panic(err)
	}
	return made.Bytes()
}

func asJPEG(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }

func asGIF(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }

func TestImages(t *testing.T) {
	pictured := func(name, content string) session.Image { return session.Image{Name: name, Data: []byte(content)} }
	large := pictured("large.png", string(onePixel)+strings.Repeat("x", session.MaxImageBytes))
	many := slices.Repeat([]session.Image{pictured("one.png", string(onePixel))}, session.MaxImages+1)
	for _, test := range []struct {
		images []session.Image
		want   string // an error's text, or the media types
	}{
		{[]session.Image{pictured("a", string(onePixel)), pictured("b", string(picture(asJPEG, 1))), pictured("c", string(picture(asGIF, 1))), pictured("d", "RIFF1234WEBPVP8")}, "image/png image/jpeg image/gif image/webp"},
		{[]session.Image{pictured("a.png", string(onePixel)), pictured("notes.png", "hello")}, `image "notes.png" is not a PNG, JPEG, GIF or WebP picture`},
		{[]session.Image{pictured("cut.png", "\x89PNG\r\n\x1a\n and so on")}, `image "cut.png" is damaged`},
		{[]session.Image{pictured("cut.jpg", "\xff\xd8\xff")}, `image "cut.jpg" is damaged`},
		{[]session.Image{pictured("wide.png", string(picture(png.Encode, 8001)))}, `image "wide.png" has 8001 × 1 pixels; models take 8000 on a side`},
		{[]session.Image{pictured("", "")}, `image "image 1" is empty`},
		{[]session.Image{large}, `image "large.png" is larger than 3.75 MB, more than models take`},
		{many, `image "one.png" is one too many: a message may hold 20`},
		{many[:session.MaxImages], strings.TrimSpace(strings.Repeat("image/png ", session.MaxImages))},
	} {
		types := []string{}
		checked, err := Prompt{Images: test.images}.checked()
		for _, image := range checked.Images {
			types = append(types, image.MediaType)
		}
		got := strings.Join(types, " ")
		if failure, ok := errors.AsType[*ImageError](err); ok {
			got = failure.Error()
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
		id, err := b.Send(t.Context(), b.id, Prompt{Text: prompt, Images: []session.Image{{Name: "shot.png", Data: onePixel}}})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := pictured("")
	b.until(func(s session.Session) bool {
		return len(s.Turns[0].Items) == 1 && s.Turns[0].Items[0].Tool.Status == session.CallInProgress
	})
	pictured("see")
	close(hold)
	turn := b.ended(id)
	b.turn("more")
	picture := provider.Block{Kind: provider.BlockImage, Image: &provider.Image{MediaType: "image/png", Data: onePixel}}
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
	if _, err := b.Send(t.Context(), b.id, Prompt{Text: "see", Images: []session.Image{{Name: "a", Data: onePixel}}}); err != nil {
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
	if d := cmp.Diff([]string{"one: cancelled", "two: end_turn", "see: end_turn"}, promptsOf(state)); d != "" || len(state.Turns[2].Images) != 1 || len(state.Queue) != 0 {
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

// TestARefusedPictureIsNotSentAgain: else no later message would be answered.
func TestARefusedPictureIsNotSentAgain(t *testing.T) {
	no := scriptedReply{refuse: &provider.Error{Class: provider.ClassValidation, Message: "Could not process image"}}
	b := newBench(t, setup{}, no, says("ok"))
	id, err := b.Send(t.Context(), b.id, Prompt{Text: "see", Images: []session.Image{{Name: "a", Data: onePixel}}})
	if err != nil {
		t.Fatal(err)
	}
	b.ended(id)
	if turn := b.turn("never mind the picture"); turn.StopReason != "end_turn" {
		t.Fatalf("ended with %q", turn.StopReason)
	}
	blocks := b.model.requests[1].Messages[0].Blocks
	if blocks[0].Text != textRefusedImage || len(b.model.requests[0].Messages[0].Blocks) != 2 || b.model.requests[0].Messages[0].Blocks[0].Image == nil {
		t.Errorf("after the refusal: %+v", blocks)
	}
	loaded, err := b.store.Load(t.Context(), b.id)
	if err != nil || len(loaded.Turns[0].Images) != 1 {
		t.Errorf("the session lost the picture: %v", err)
	}
}
