package agent

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/session"
)

func TestSearchAndExport(t *testing.T) {
	b := newBench(t, setup{}, says("The needle is here."), calls("run", `{"command":"wait"}`), says("Done."))
	b.turn("look for it")
	running := make(chan struct{})
	b.disk.commands["wait"] = func(ctx context.Context, _ func([]byte)) Result {
		close(running)
		<-ctx.Done()
		return Result{IsError: true}
	}
	b.send("go on")
	<-running
	found, err := b.Search(t.Context(), "NEEDLE look")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0].ID != b.id || !found[0].Running || found[0].Excerpt != "The needle is here." {
		t.Errorf("found %+v", found)
	}
	if err := b.Stop(t.Context(), b.id); err != nil {
		t.Fatal(err)
	}
	text, err := b.Export(t.Context(), b.id)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(text, "# look for it\n") || !strings.Contains(text, "The needle is here.") {
		t.Errorf("exported %q", text)
	}
	if _, err := b.Export(t.Context(), "none"); !errors.Is(err, session.ErrNotFound) {
		t.Error(err)
	}
	none, err := b.Search(t.Context(), "nowhere")
	if d := cmp.Diff([]session.Found{}, none); d != "" || err != nil {
		t.Error(d, err)
	}
}
