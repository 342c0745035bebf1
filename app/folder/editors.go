package folder

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
)

// editors is what one restore has to do with the page's editors. The agent,
// which reverts turns, knows no editors: this passes it by in the context.
type editors struct {
	unsaved []checkpoint.Unsaved
	merge   bool

	merged int
	reread []string // what an editor should now read again from the disk
}

type editorsKey struct{}

// withEditors lets the restores under ctx know what the page's editors hold.
func withEditors(ctx context.Context, request wire.RestoreRequest) (context.Context, *editors, error) {
	e := &editors{merge: request.Merge}
	for _, text := range request.Unsaved {
		content, err := base64.StdEncoding.DecodeString(text.Content)
		if err != nil {
			return ctx, e, fmt.Errorf("reading the unsaved text of %q: %w", text.Path, err)
		}
		e.unsaved = append(e.unsaved, checkpoint.Unsaved{Path: text.Path, Content: content})
	}
	return context.WithValue(ctx, editorsKey{}, e), e, nil
}

// editorsOf returns what ctx knows of editors; nothing when no page is there.
func editorsOf(ctx context.Context) *editors {
	if e, ok := ctx.Value(editorsKey{}).(*editors); ok {
		return e
	}
	return &editors{}
}

// fill adds what the editors hold to a request.
func (e *editors) fill(r checkpoint.RestoreRequest) checkpoint.RestoreRequest {
	r.Unsaved = e.unsaved
	r.Merge = e.merge && r.Verb == checkpoint.Agent
	return r
}

// note takes in what a restore did. What it has taken over from an editor stands
// on the disk, for a next restore of the same act.
func (e *editors) note(r checkpoint.Result) {
	e.merged += r.Merged
	e.reread = append(e.reread, r.Unsaved...)
	e.unsaved = slices.DeleteFunc(slices.Clone(e.unsaved), func(u checkpoint.Unsaved) bool {
		return slices.Contains(r.Unsaved, u.Path)
	})
}

// wireUnsaved gives texts back to the page.
func wireUnsaved(texts []checkpoint.Unsaved) []wire.UnsavedText {
	out := make([]wire.UnsavedText, len(texts))
	for i, text := range texts {
		out[i] = wire.UnsavedText{Path: text.Path, Content: base64.StdEncoding.EncodeToString(text.Content)}
	}
	return out
}
