package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/session"
)

// What a reference holds that was not read, where its reader did not say why.
func unreadHere() session.Content {
	return session.Content{Problem: "Keel cannot read what messages point at here.", Hint: "Say in the message what is in it."}
}

func unreadBroken() session.Content {
	return session.Content{Problem: "Keel made an error of its own while it read this.", Hint: session.HintUnread}
}

func unreadNothing() session.Content {
	return session.Content{Problem: "Nothing came of reading it.", Hint: session.HintUnread}
}

func unreadStopped() session.Content {
	return session.Content{Problem: "The turn ended before it was read.", Hint: session.HintUnread}
}

// referenceShare is the part of what is free in the model's context that the
// references of a message may take.
const referenceShare = 4

// readPrompt reads what the turn's prompt points at and puts it in the turn, in
// one change. It ends at once when ctx does.
func (t *turn) readPrompt(ctx context.Context, m model) {
	if len(t.head.References) == 0 || ctx.Err() != nil {
		return
	}
	read := t.readReferences(ctx, m, t.head.Prompt, t.head.References, len(t.head.Images))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.head.Reading = false
	t.showReferences(read)
}

// showReferences puts references in the turn; t.mu is held.
func (t *turn) showReferences(references []session.Reference) {
	t.live.mu.Lock()
	defer t.live.mu.Unlock()
	t.showReferencesLocked(references)
}

func (t *turn) showReferencesLocked(references []session.Reference) {
	t.head.References = references
	t.live.keepReviewLocked(&t.head)
	changed := t.head
	changed.Images = nil
	t.live.emitLocked(newTurnChange(changed))
}

// readQueued reads what messages point at that the user sent during the turn, and
// that stand in it already.
func (t *turn) readQueued(ctx context.Context, m model, queue []session.Queued, step int) {
	points := func(q session.Queued) bool { return len(q.References) > 0 }
	if !slices.ContainsFunc(queue, points) {
		return
	}
	t.change(func(head *session.Turn) { head.Reading = true })
	images := 0
	for _, queued := range queue {
		images += len(queued.Images)
	}
	for _, queued := range queue {
		if !points(queued) || ctx.Err() != nil {
			continue // what is left is said at the turn's end
		}
		read := t.readReferences(ctx, m, queued.Text, queued.References, images)
		for _, r := range read {
			if isImage(r) {
				images++
			}
		}
		t.add(promptItem(queued, step, read))
	}
	if ctx.Err() == nil {
		t.change(func(head *session.Turn) { head.Reading = false })
	}
}

func promptItem(queued session.Queued, step int, references []session.Reference) session.Item {
	return session.Item{
		ID: queued.ID, Step: step, Kind: session.ItemPrompt, Text: queued.Text, Images: queued.Images, References: references,
	}
}

// readReferences has references read. Each that comes back has content, whatever
// the reader did.
func (t *turn) readReferences(ctx context.Context, m model, prompt string, references []session.Reference, images int) []session.Reference {
	why, read := unreadHere(), []session.Reference(nil)
	if reader := t.agent.o.References; reader != nil {
		request := ReferenceRequest{
			SessionID: t.live.id, Prompt: prompt, References: slices.Clone(references), Budget: t.referenceBudget(m),
		}
		var came []session.Reference
		ended, panicked := t.await(ctx, func() { came = reader.Read(ctx, request) })
		switch {
		case !ended:
			why = unreadStopped()
		case panicked != nil:
			why = unreadBroken()
		default:
			read = came
			if why = unreadNothing(); ctx.Err() != nil {
				why = unreadStopped()
			}
		}
	}
	all, _ := session.Unread(t.taken(references, read, images), why)
	return all
}

// taken gives references the content that was read for them: by their id, as only
// the content is the reader's to say.
func (t *turn) taken(references, read []session.Reference, images int) []session.Reference {
	contents := map[string]*session.Content{}
	for _, r := range read {
		if contents[r.ID] == nil {
			contents[r.ID] = r.Content
		}
	}
	taken := slices.Clone(references)
	for i := range taken {
		content := contents[taken[i].ID]
		if content == nil {
			continue
		}
		kept := *content
		kept.Text = strings.ToValidUTF8(kept.Text, "\uFFFD")
		if kept.Image != nil {
			if kept.Problem = pictureFault(*kept.Image, images); kept.Problem != "" {
				kept.Image, kept.Tokens = nil, 0
			} else {
				image := *kept.Image
				image.MediaType = mediaType(image.Data)
				kept.Image, images = &image, images+1
			}
		}
		if kept.Problem != "" {
			kept.Text = ""
		}
		if kept.Problem != "" || kept.Cut != "" || taken[i].Given != nil {
			kept.Hash = "" // it is not all of a file
		}
		if kept.Problem == "" && kept.At == 0 {
			kept.At = t.agent.now()
		}
		taken[i].Content = &kept
	}
	return taken
}

// pictureFault says why a picture cannot go along with so many others.
func pictureFault(picture session.Image, others int) string {
	picture.MediaType = mediaType(picture.Data)
	var fault string
	switch {
	case others >= session.MaxImages:
		return fmt.Sprintf("It is a picture, and a message may hold %d.", session.MaxImages)
	case picture.MediaType == "":
		fault = "is not a PNG, JPEG, GIF or WebP picture"
	case len(picture.Data) > session.MaxImageBytes:
		fault = fmt.Sprintf("is larger than %.2f MB, more than models take", session.MaxImageBytes/1e6)
	default:
		fault = faultOf(picture)
	}
	if fault == "" {
		return ""
	}
	return "The picture " + fault + "."
}

// stopReadingLocked says of what was still to be read when the turn ended that it
// was not; t.mu and l.mu are held.
func (t *turn) stopReadingLocked() {
	if !t.head.Reading {
		return
	}
	t.head.Reading = false
	l := t.live
	for _, item := range l.state.Turn(t.head.ID).Items {
		if read, some := session.Unread(item.References, unreadStopped()); some {
			item.References = read
			l.emitLocked(itemChange(t.head.ID, item))
		}
	}
	if read, some := session.Unread(t.head.References, unreadStopped()); some {
		t.showReferencesLocked(read)
	}
}

// referenceBudget is how many tokens the references of a message may take; 0 when
// it is not known how many the model takes.
func (t *turn) referenceBudget(m model) int {
	limit := t.agent.limit(m)
	if limit == 0 {
		return 0
	}
	free := limit
	t.live.read(func(s session.Session) {
		guess := messagesSize(history(s, m.info.ID, m.id)) +
			overheadTokens(provider.Request{System: system, Tools: t.agent.specs(m)})
		free -= t.live.gauge.tokens(m, guess)
	})
	return int(max(1, free/referenceShare))
}
