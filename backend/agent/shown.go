package agent

import (
	"context"

	"github.com/keel-ide/keel/backend/session"
)

// shown are whole files that the model has been shown in a turn. The zero value has
// none.
type shown map[shownFile]bool

type shownFile struct{ path, hash string }

// showed tells the tools which whole files the request that was just answered had
// shown to the model: it may change them as if it had read them with a call.
func (t *turn) showed(ctx context.Context) {
	var files []shownFile
	take := func(references []session.Reference) {
		for _, r := range references {
			if r.Kind == session.ReferenceFile && r.Content != nil && r.Content.Hash != "" {
				files = append(files, shownFile{r.Path, r.Content.Hash})
			}
		}
	}
	t.live.read(func(s session.Session) {
		turn := s.Turn(t.head.ID)
		if turn == nil {
			return
		}
		if !turn.ReferencesElided {
			take(turn.References)
		}
		for i := range turn.Items {
			if item := &turn.Items[i]; item.Step > turn.Elided {
				take(item.References)
			}
		}
	})
	var fresh []shownFile
	for _, file := range files {
		if t.shown[file] {
			continue
		}
		if t.shown == nil {
			t.shown = shown{}
		}
		t.shown[file] = true
		fresh = append(fresh, file)
	}
	if len(fresh) == 0 {
		return
	}
	_, _ = t.await(ctx, func() {
		for _, file := range fresh {
			t.agent.o.Tools.Shown(ctx, View{SessionID: t.live.id}, file.path, file.hash)
		}
	})
}
