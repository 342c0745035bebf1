package app

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
)

func over(ended <-chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

func TestRequestsAreTakenOnceAndWaitsOutliveThePage(t *testing.T) {
	r := newRequests()
	ended := r.add(t.Context(), instance.Request{Folder: "/a", File: "/a/b/c.go", Line: 3, Column: 2, Wait: true})
	r.add(t.Context(), instance.Request{Folder: "/a"}) // the first one opens it anyway
	want := wire.OpenRequest{Kind: wire.OpenPlace, Folder: "/a", File: "b/c.go", Line: 3, Column: 2, Wait: "1"}
	if d := cmp.Diff([]wire.OpenRequest{want}, r.take(true, "/a")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if again := r.take(false, "/a"); len(again) != 0 {
		t.Errorf("taken twice: %+v", again)
	}
	want.Shown = true
	if d := cmp.Diff([]wire.OpenRequest{want}, r.take(true, "/a")); d != "" {
		t.Errorf("after a reload (-want +got):\n%s", d)
	}
	if over(ended) {
		t.Error("the wait has ended by itself")
	}
	r.end("1")
	r.end("1") // a page may say it twice
	if !over(ended) || len(r.take(true, "/a")) != 0 {
		t.Error("the wait goes on")
	}
}

func TestAFileOfAnotherFolderIsShownOnceThatIsOpen(t *testing.T) {
	r := newRequests()
	before := r.add(t.Context(), instance.Request{Folder: "/a", Wait: true})
	after := r.add(t.Context(), instance.Request{Folder: "/b", File: "/b/c.go", Wait: true})
	if taken := r.take(false, "/a"); len(taken) != 2 || taken[1].Folder != "/b" {
		t.Errorf("taken: %+v", taken)
	}
	r.opened("/b")
	if !over(before) || over(after) {
		t.Errorf("waits ended: %v, %v", over(before), over(after))
	}
	if taken := r.take(true, "/b"); len(taken) != 1 || taken[0].File != "c.go" || taken[0].Shown {
		t.Errorf("taken after opening: %+v", taken)
	}
	r.opened("/c")
	if !over(after) {
		t.Error("who waits for a folder that has gone is not told")
	}
}

func TestWhoHangsUpIsForgotten(t *testing.T) {
	r := newRequests()
	ctx, cancel := context.WithCancel(t.Context())
	ended := r.add(ctx, instance.Request{Folder: "/a", File: "/a/b", Wait: true})
	r.take(false, "/a")
	cancel()
	<-ended
	if taken := r.take(true, "/a"); len(taken) != 0 {
		t.Errorf("still waited for: %+v", taken)
	}
}

func TestALinkIsReadAgainAndAnsweredOnce(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "a b")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRequests()
	r.add(t.Context(), instance.Request{Link: "keel://open?file=" + folder + "/a%20b&line=4"})
	r.add(t.Context(), instance.Request{Link: "keel://open?folder=--help"})
	r.add(t.Context(), instance.Request{Link: "keel://open?folder=" + folder + "/none"})
	taken := r.take(false, "")
	if len(taken) != 3 {
		t.Fatalf("taken: %+v", taken)
	}
	want := wire.OpenRequest{Kind: wire.OpenLink, Link: "1", Path: file, IsFile: true, Line: 4}
	if d := cmp.Diff(want, taken[0]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, refused := range taken[1:] {
		if refused.Kind != wire.OpenRefused || refused.Message == "" || refused.Link != "" {
			t.Errorf("refused: %+v", refused)
		}
	}
	if target, ok := r.answer("1"); !ok || target.Path != file {
		t.Errorf("answered: %+v, %v", target, ok)
	}
	if _, ok := r.answer("1"); ok {
		t.Error("answered twice")
	}
}
