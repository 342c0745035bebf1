package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
)

// ask has a window take a request.
func ask(t *testing.T, r *requests, asked instance.Request) (closed <-chan bool) {
	t.Helper()
	closed, err := r.receive(t.Context(), asked)
	if err != nil {
		t.Fatal(err)
	}
	return closed
}

// fate is how a wait has ended.
func fate(closed <-chan bool) string {
	select {
	case well := <-closed:
		if well {
			return "closed"
		}
		return "failed"
	default:
		return "waits"
	}
}

func shows(path string) *requests { return newRequests(instance.Folder{Path: path}) }

func TestARequestStaysUntilThePageHasDoneIt(t *testing.T) {
	r := shows("/a")
	closed := ask(t, r, instance.Request{Folder: "/a", File: "/a/b/c.go", Line: 3, Column: 2, Wait: true})
	ask(t, r, instance.Request{Folder: "/a", File: "/a/d.go"})
	want := []wire.OpenRequest{
		{ID: "1", Kind: wire.OpenPlace, Folder: "/a", File: "b/c.go", Line: 3, Column: 2, Wait: true},
		{ID: "2", Kind: wire.OpenPlace, Folder: "/a", File: "d.go"},
	}
	for _, loaded := range []bool{false, true} { // the page that had them first was loaded again
		if d := cmp.Diff(want, r.take(loaded)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if again := r.take(false); len(again) != 0 {
			t.Errorf("taken twice: %+v", again)
		}
	}
	r.shown("1")
	r.shown("2")
	want[0].Shown = true
	if d := cmp.Diff(want[:1], r.take(true)); d != "" {
		t.Errorf("after they were shown (-want +got):\n%s", d)
	}
	if got := fate(closed); got != "waits" {
		t.Errorf("before its editor was closed: %s", got)
	}
	r.end("1", true)
	r.end("1", true) // a page may say it twice
	if got := fate(closed); got != "closed" || len(r.take(true)) != 0 {
		t.Errorf("afterwards: %s", got)
	}
}

// Whoever waits is told that all is well only of what a person has closed.
func TestHowWaitsEnd(t *testing.T) {
	file := instance.Request{Folder: "/a", File: "/a/b.go", Wait: true}
	whole := instance.Request{Folder: "/a", Wait: true}
	for name, test := range map[string]struct {
		asked instance.Request
		shown bool
		end   func(r *requests)
		want  string
	}{
		"closed":                              {file, true, func(r *requests) { r.end("1", true) }, "closed"},
		"not shown":                           {file, false, func(r *requests) { r.end("1", false) }, "failed"},
		"another folder":                      {file, true, func(r *requests) { r.opened(instance.Folder{Path: "/b"}) }, "failed"},
		"another folder, before it was shown": {file, false, func(r *requests) { r.opened(instance.Folder{Path: "/b"}) }, "failed"},
		"the window":                          {file, true, (*requests).close, "failed"},
		"the window, before it was shown":     {file, false, (*requests).close, "failed"},
		"a folder and its window":             {whole, true, (*requests).close, "closed"},
		"a folder and another one":            {whole, true, func(r *requests) { r.opened(instance.Folder{Path: "/b"}) }, "closed"},
		"a folder that was not shown":         {instance.Request{Folder: "/b", Replace: true, Wait: true}, false, (*requests).close, "failed"},
		"nothing":                             {file, true, func(r *requests) { r.opened(instance.Folder{Path: "/a"}) }, "waits"},
	} {
		r := shows("/a")
		closed := ask(t, r, test.asked)
		r.take(false)
		if test.shown {
			r.shown("1")
		}
		test.end(r)
		if got := fate(closed); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// A page that opens a folder is loaded again: what it had taken before comes to the
// next one.
func TestNothingIsLostWhileAFolderOpens(t *testing.T) {
	r := shows("")
	first := ask(t, r, instance.Request{Folder: "/a", File: "/a/x", Wait: true})
	r.take(true)
	ask(t, r, instance.Request{Folder: "/a", File: "/a/y"})
	ask(t, r, instance.Request{Folder: "/a"}) // the first one opens it anyway
	r.take(false)                             // by the page that goes
	r.opened(instance.Folder{Path: "/a"})
	taken := r.take(true)
	if len(taken) != 2 || taken[0].File != "x" || taken[0].Shown || taken[1].File != "y" || fate(first) != "waits" {
		t.Errorf("taken: %+v", taken)
	}
}

func TestAWindowTakesOneFolder(t *testing.T) {
	r := shows("")
	ask(t, r, instance.Request{Folder: "/a"})
	ask(t, r, instance.Request{Folder: "/a", File: "/a/x"})
	if _, err := r.receive(t.Context(), instance.Request{Folder: "/b"}); !errors.Is(err, instance.ErrElsewhere) {
		t.Errorf("a window that was given a folder, asked for another: %v", err)
	}
	r.opened(instance.Folder{Path: "/a"})
	if _, err := r.receive(t.Context(), instance.Request{Folder: "/b"}); !errors.Is(err, instance.ErrElsewhere) {
		t.Errorf("a window that shows a folder, asked for another: %v", err)
	}
	ask(t, r, instance.Request{Folder: "/b", Replace: true})
	r.hangUp()
	if _, err := r.receive(t.Context(), instance.Request{Folder: "/a"}); !errors.Is(err, instance.ErrGone) {
		t.Errorf("a window that closes: %v", err)
	}
}

func TestWhoHangsUpIsForgotten(t *testing.T) {
	r := shows("/a")
	ctx, cancel := context.WithCancel(t.Context())
	closed, err := r.receive(ctx, instance.Request{Folder: "/a", File: "/a/b", Wait: true})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if <-closed {
		t.Error("it was closed")
	}
	if taken := r.take(true); len(taken) != 0 {
		t.Errorf("still waited for: %+v", taken)
	}
}

func TestOnlyLinksAreLimitedAndThatIsSaid(t *testing.T) {
	r := shows("/a")
	for range maxLinks {
		ask(t, r, instance.Request{Folder: "/a", File: "/a/b"})
		ask(t, r, instance.Request{Link: "keel://open?folder=/a"})
	}
	ask(t, r, instance.Request{Folder: "/a", File: "/a/b"})
	_, err := r.receive(t.Context(), instance.Request{Link: "keel://open?folder=/a"})
	if _, ok := errors.AsType[*instance.RefusedError](err); !ok {
		t.Errorf("one link too many: %v", err)
	}
	if taken := r.take(true); len(taken) != 2*maxLinks+1 {
		t.Errorf("%d are kept", len(taken))
	}
}

func TestALinkIsReadAgainAndAnsweredOnce(t *testing.T) {
	home := t.TempDir()
	a := registered(t, folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")})
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(top, "sub", "a b")
	for _, name := range []string{filepath.Join(top, ".git"), filepath.Dir(file)} {
		if err := os.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, filepath.Join(top, "link")); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"?file=" + top + "/link&line=4", "?folder=--help", "?folder=" + top + "/none", "?file=" + top + "/link"} {
		ask(t, a.requests, instance.Request{Link: "keel://open" + address})
	}
	taken, err := a.Requests(t.Context(), false)
	if err != nil || len(taken) != 4 {
		t.Fatalf("taken: %+v, %v", taken, err)
	}
	// What is asked about is the file that it leads to, and the repository around it.
	want := wire.OpenRequest{ID: "1", Kind: wire.OpenLink, Path: file, Folder: top, IsFile: true, Line: 4}
	if d := cmp.Diff(want, taken[0]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, refused := range taken[1:3] {
		if refused.Kind != wire.OpenRefused || refused.Message == "" {
			t.Errorf("refused: %+v", refused)
		}
		a.Shown(refused.ID)
	}
	if again, err := a.Requests(t.Context(), true); err != nil || len(again) != 2 || again[0] != want {
		t.Errorf("of a page that was loaded again: %+v, %v", again, err)
	}
	if _, ok := a.requests.answer("1"); !ok {
		t.Error("it cannot be answered")
	}
	if _, ok := a.requests.answer("1"); ok {
		t.Error("answered twice")
	}

	// It leads elsewhere by the time the user agrees.
	other := filepath.Join(top, "other")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(filepath.Join(top, "link")), os.Symlink(other, filepath.Join(top, "link"))); err != nil {
		t.Fatal(err)
	}
	explained, ok := errors.AsType[*wire.Error](a.FollowLink(t.Context(), "4"))
	if !ok || explained.Code != wire.CodeNotFound || len(a.requests.places()) != 0 {
		t.Errorf("a link that has changed: %+v", explained)
	}
}
