package folder

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/session"
)

// TestNewestPartsCount: calls overtake each other, and parts are counted apart from
// the text.
func TestNewestPartsCount(t *testing.T) {
	var kept []string
	d := &Drafts{
		save: func(_ context.Context, id, text string) error { kept = append(kept, id+" "+text); return nil },
		saveParts: func(_ context.Context, id string, parts session.DraftParts) error {
			kept = append(kept, id+" "+parts.References[0].ID)
			return nil
		},
		seen: map[string]int64{}, seenParts: map[string]int64{},
	}
	parts := func(id string) session.DraftParts {
		return session.DraftParts{References: []session.Reference{{ID: id}}}
	}
	for _, err := range []error{
		d.SaveParts(t.Context(), "s", 2, parts("second")),
		d.SaveParts(t.Context(), "s", 1, parts("first")),
		d.SaveParts(t.Context(), "s", 2, parts("second again")),
		d.Save(t.Context(), "s", 1, "text"),
		d.SaveParts(t.Context(), "other", 1, parts("first")),
		d.SaveParts(t.Context(), "s", 3, parts("third")),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if d := cmp.Diff([]string{"s second", "s text", "other first", "s third"}, kept); d != "" {
		t.Error(d)
	}
}
