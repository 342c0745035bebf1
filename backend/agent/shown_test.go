package agent

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// TestShownFilesCountAsRead: those that the model was shown whole, once each, and
// after it was.
func TestShownFilesCountAsRead(t *testing.T) {
	reader := readerFunc(func(_ context.Context, r session.Reference, _ ReferenceRequest) session.Content {
		switch r.ID {
		case "cut":
			return session.Content{Text: "a part", Cut: "The rest.", Hash: "5"}
		case "gone":
			return session.Content{Problem: "It is gone.", Hash: "6"}
		case "unhashed":
			return session.Content{Text: "of a large file"}
		}
		return session.Content{Text: "all of it", Hash: "hash-of-" + r.ID}
	})
	given := "what the editor has"
	unsaved, lines := file("unsaved"), file("lines")
	unsaved.Given = &given
	lines.Kind, lines.From, lines.To = session.ReferenceCode, 1, 2
	b := newBench(t, setup{reader: reader}, calls("read", `{"path":"a"}`), says("ok"), says("failed"), says("later"))
	turn := b.point("look", file("a"), file("cut"), file("gone"), file("unhashed"), unsaved, lines, file("b"))
	if turn.StopReason != "end_turn" {
		t.Fatalf("ended with %q", turn.StopReason)
	}
	if d := cmp.Diff([]string{"a hash-of-a", "b hash-of-b"}, b.disk.shown); d != "" {
		t.Errorf("shown (-want +got):\n%s", d)
	}
	for _, id := range []string{"cut", "gone", "unsaved"} {
		for _, r := range turn.References {
			if r.ID == id && r.Content.Hash != "" {
				t.Errorf("%s has the hash %q", id, r.Content.Hash)
			}
		}
	}
}

// TestFilesThatWereNotShown do not count as read: the request never came through, or
// they were left out of it.
func TestFilesThatWereNotShown(t *testing.T) {
	reader := readerFunc(func(_ context.Context, r session.Reference, _ ReferenceRequest) session.Content {
		return session.Content{Text: strings.Repeat("large ", 40_000), Hash: "1"}
	})
	b := newBench(t, setup{reader: reader}, scriptedReply{refuse: &provider.Error{Class: provider.ClassValidation}})
	if turn := b.point("look", file("a")); turn.StopReason != session.StopFailed || len(b.disk.shown) != 0 {
		t.Errorf("refused: ended with %q, shown %v", turn.StopReason, b.disk.shown)
	}
	b = newBench(t, setup{reader: reader}, says("ok"))
	b.model.context = 10_000
	if turn := b.point("look", file("a")); !turn.ReferencesElided || len(b.disk.shown) != 0 {
		t.Errorf("left out: %v, shown %v", turn.ReferencesElided, b.disk.shown)
	}
}

// TestImagesAreEstimated, those of messages and those of what they point at, by the
// same measure as in the request.
func TestImagesAreEstimated(t *testing.T) {
	picture := session.Image{Name: "dot.png", MediaType: "image/png", Data: onePixel}
	page := session.Reference{ID: "page", Kind: session.ReferenceURL, Name: "a page", Address: "https://example.com/", Content: &session.Content{Image: &picture, Size: 70}}
	bare := session.Turn{ID: "1", Prompt: "look", Items: []session.Item{{ID: "2", Step: 1, Kind: session.ItemPrompt, Text: "and here"}}}
	full := bare
	full.Images, full.References = []session.Image{picture}, []session.Reference{page}
	full.Items = []session.Item{{ID: "2", Step: 1, Kind: session.ItemPrompt, Text: "and here", Images: []session.Image{picture, picture}, References: []session.Reference{page}}}
	words := referenceTokens([]session.Reference{page}, false) - imageTokens
	if got, want := openingTokens(full)-openingTokens(bare), 2*imageTokens+words; got != want {
		t.Errorf("the prompt's take %d, want %d", got, want)
	}
	if got, want := stepSizes(full, 1)[0]-stepSizes(bare, 1)[0], 3*imageTokens+words; got != want {
		t.Errorf("those of a message in between take %d, want %d", got, want)
	}
	whole := messagesSize(history(session.Session{Turns: []session.Turn{full}}, "p", "m"))
	parts := openingTokens(full) + stepSizes(full, 1)[0]
	if whole < parts || whole-parts > 10*messageTokens {
		t.Errorf("the request is estimated at %d, its parts at %d", whole, parts)
	}
	full.ImagesRefused = true
	if got := openingTokens(full); got > imageTokens {
		t.Errorf("pictures that the service refused take %d", got)
	}
}
