package folder

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
)

func TestWhatOneRestoreTookFromAnEditorIsNotGivenToTheNext(t *testing.T) {
	ctx, around, err := withEditors(t.Context(), wire.RestoreRequest{Merge: true, Unsaved: []wire.UnsavedText{
		{Path: "a", Content: "QQ=="}, {Path: "b", Content: "Qg=="},
	}})
	if err != nil {
		t.Fatal(err)
	}
	a, b := checkpoint.Unsaved{Path: "a", Content: []byte("A")}, checkpoint.Unsaved{Path: "b", Content: []byte("B")}
	agent := checkpoint.RestoreRequest{ID: "1", Verb: checkpoint.Agent}
	want := checkpoint.RestoreRequest{ID: "1", Verb: checkpoint.Agent, Merge: true, Unsaved: []checkpoint.Unsaved{a, b}}
	if d := cmp.Diff(want, editorsOf(ctx).fill(agent)); d != "" {
		t.Errorf("the first request (-want +got):\n%s", d)
	}
	around.note(checkpoint.Result{Merged: 1, Unsaved: []string{"a"}})
	want.Unsaved = []checkpoint.Unsaved{b}
	if d := cmp.Diff(want, editorsOf(ctx).fill(agent)); d != "" {
		t.Errorf("the second request (-want +got):\n%s", d)
	}
	around.note(checkpoint.Result{Merged: 2, Unsaved: []string{"b"}})
	got := wireResult(around)
	if d := cmp.Diff(wire.RestoreResult{Merged: 3, Unsaved: []string{"a", "b"}}, got); d != "" {
		t.Errorf("the result (-want +got):\n%s", d)
	}
}

func TestOnlyTheAgentsChangesAreMerged(t *testing.T) {
	around := &editors{merge: true}
	if around.fill(checkpoint.RestoreRequest{Verb: checkpoint.Exact}).Merge {
		t.Error("an exact restore was asked to merge")
	}
}

func TestUnsavedTextThatIsNotBase64IsRefused(t *testing.T) {
	_, _, err := withEditors(t.Context(), wire.RestoreRequest{Unsaved: []wire.UnsavedText{{Path: "a", Content: "?"}}})
	if err == nil {
		t.Error("it was taken for a text")
	}
}
