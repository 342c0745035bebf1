package webview

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/wire"
)

const (
	name  = "0123456789abcdef0123456789abcdef"
	other = "fedcba9876543210fedcba9876543210"
)

// world is a server over a folder, and what the page is asked.
type world struct {
	folder string
	server *Server
	asked  chan wire.WebviewRequest
}

func newWorld(t *testing.T, change func(*Options)) *world {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{folder: folder, asked: make(chan wire.WebviewRequest, 1000)}
	options := Options{
		Open: func(_ context.Context, path string) (io.ReadSeekCloser, error) {
			if !below(folder, path) {
				return nil, errors.New("outside")
			}
			return os.Open(path)
		},
		Ask:     func(request wire.WebviewRequest) { w.asked <- request },
		Network: func() bool { return true },
		Refused: func() error { return nil },
	}
	if change != nil {
		change(&options)
	}
	w.server = New(options)
	return w
}

func (w *world) write(t *testing.T, file, text string) {
	t.Helper()
	path := filepath.Join(w.folder, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (w *world) do(t *testing.T, method, target, origin string, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, target, bytes.NewReader(body))
	if origin != "" {
		request.Header.Set("Origin", origin)
	}
	recorder := httptest.NewRecorder()
	w.server.ServeHTTP(recorder, request)
	return recorder
}

func (w *world) get(t *testing.T, target string) *httptest.ResponseRecorder {
	t.Helper()
	return w.do(t, http.MethodGet, target, "null", nil)
}

func (w *world) show(t *testing.T, name string, document Document) {
	t.Helper()
	document.Origin, document.Nonce = "wails://wails", name
	body, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.do(t, http.MethodPut, Prefix+name, "wails://wails", body); got.Code != http.StatusOK {
		t.Fatalf("showing: %d %s", got.Code, got.Body)
	}
}

func TestDocumentIsServedInItsPolicy(t *testing.T) {
	w := newWorld(t, nil)
	w.show(t, name, Document{Version: 3, HTML: "<p>x", Scripts: true})
	got := w.get(t, Prefix+name+"/page/3")
	if got.Code != http.StatusOK || got.Body.String() != "<p>x" {
		t.Fatalf("got %d %q", got.Code, got.Body)
	}
	base := "wails://wails" + Prefix + name + "/"
	want := "sandbox allow-scripts allow-pointer-lock; default-src 'none'; " +
		"script-src 'unsafe-inline' 'unsafe-eval' blob: data: " + base + "; " +
		"style-src 'unsafe-inline' blob: data: " + base + "; " +
		"img-src blob: data: " + base + "; font-src blob: data: " + base + "; media-src blob: data: " + base + "; " +
		"connect-src blob: data: " + base + "; worker-src blob: data:; frame-src blob: data:; " +
		"object-src 'none'; manifest-src 'none'; base-uri " + base + "; form-action 'none'; frame-ancestors 'self'"
	if d := cmp.Diff(want, got.Header().Get("Content-Security-Policy")); d != "" {
		t.Errorf("policy (-want +got):\n%s", d)
	}
	for _, target := range []string{"/page/2", "/page/", "/page/3/x", "/"} {
		if got := w.get(t, Prefix+name+target); got.Code != http.StatusNotFound {
			t.Errorf("%s: got %d", target, got.Code)
		}
	}
}

func TestWithoutScriptsOnlyOurs(t *testing.T) {
	w := newWorld(t, nil)
	w.show(t, name, Document{Version: 1})
	policy := w.get(t, Prefix+name+"/page/1").Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "; script-src 'nonce-"+name+"'; ") {
		t.Errorf("policy: %s", policy)
	}
}

func TestNetworkOnlyWhereBothSay(t *testing.T) {
	for _, test := range []struct{ document, all, want bool }{
		{true, true, true}, {true, false, false}, {false, true, false},
	} {
		w := newWorld(t, func(o *Options) { o.Network = func() bool { return test.all } })
		w.show(t, name, Document{Version: 1, Network: test.document})
		policy := w.get(t, Prefix+name+"/page/1").Header().Get("Content-Security-Policy")
		if got := strings.Contains(policy, "https:"); got != test.want {
			t.Errorf("%+v: %s", test, policy)
		}
	}
}

func TestFilesOnlyBelowItsRoots(t *testing.T) {
	w := newWorld(t, nil)
	w.write(t, "media/a.css", "a")
	w.write(t, "media/page.html", "<script>")
	w.write(t, "mediaother/b.css", "b")
	w.write(t, "secret.txt", "secret")
	outside := filepath.Join(t.TempDir(), "outside.txt")
	if err := os.WriteFile(outside, []byte("out"), 0o644); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"media/up.txt": "../secret.txt", "media/out.txt": outside, "linked": "media"} {
		if err := os.Symlink(target, filepath.Join(w.folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	w.show(t, name, Document{Version: 1, Roots: []string{filepath.Join(w.folder, "media"), filepath.Dir(outside)}})
	w.show(t, other, Document{Version: 1})
	at := Prefix + name + "/at/file+" + w.folder
	for target, want := range map[string]int{
		at + "/media/a.css":                   http.StatusOK,
		at + "/media/page.html":               http.StatusOK,
		at + "/media/":                        http.StatusNotFound,
		at + "/media":                         http.StatusNotFound,
		at + "/secret.txt":                    http.StatusNotFound,
		at + "/mediaother/b.css":              http.StatusNotFound,
		at + "/media/../secret.txt":           http.StatusNotFound,
		at + "/media/..%2fsecret.txt":         http.StatusNotFound,
		at + "/media/%2e%2e/secret.txt":       http.StatusNotFound,
		at + "/media//a.css":                  http.StatusNotFound,
		at + "/media/a.css%00":                http.StatusNotFound,
		at + "/media/up.txt":                  http.StatusNotFound,
		at + "/media/out.txt":                 http.StatusNotFound,
		at + "/linked/a.css":                  http.StatusNotFound,
		Prefix + name + "/at/file+" + outside: http.StatusNotFound,
		Prefix + name + "/at/file+host" + w.folder + "/media/a.css": http.StatusNotFound,
		Prefix + name + "/at/file" + w.folder + "/media/a.css":      http.StatusNotFound,
		Prefix + other + "/at/file+" + w.folder + "/media/a.css":    http.StatusNotFound,
		Prefix + "x/at/file+" + w.folder + "/media/a.css":           http.StatusNotFound,
	} {
		got := w.get(t, target)
		if got.Code != want {
			t.Errorf("%s: got %d %q, want %d", target, got.Code, got.Body, want)
		}
		if strings.Contains(got.Body.String(), "secret") && got.Code == http.StatusOK {
			t.Errorf("%s gave the secret", target)
		}
	}
	page := w.get(t, at+"/media/page.html")
	if got := page.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("HTML is served as %q", got)
	}
	if got := page.Header().Get("Content-Security-Policy"); got != "sandbox; default-src 'none'; style-src 'unsafe-inline'" {
		t.Errorf("a file's policy is %q", got)
	}
	if got := w.get(t, at+"/media/a.css").Header().Get("Access-Control-Allow-Origin"); got != "null" {
		t.Errorf("a stylesheet may be read by %q", got)
	}
}

func TestAWebviewRegistersAndAnswersNothing(t *testing.T) {
	w := newWorld(t, nil)
	w.show(t, name, Document{Version: 1, HTML: "mine"})
	body := []byte(`{"origin":"wails://wails","version":1,"html":"theirs","roots":["/"],"nonce":"` + name + `"}`)
	for _, each := range []struct{ method, target string }{
		{http.MethodPut, Prefix + name}, {http.MethodPut, Prefix + other}, {http.MethodDelete, Prefix + name},
		{http.MethodPut, Prefix + name + "/answer/1?found=1"}, {http.MethodPost, Prefix + name}, {http.MethodOptions, Prefix + name},
	} {
		if got := w.do(t, each.method, each.target, "null", body); got.Code != http.StatusNotFound {
			t.Errorf("%s %s: got %d", each.method, each.target, got.Code)
		}
	}
	if got := w.get(t, Prefix+name+"/page/1"); got.Body.String() != "mine" {
		t.Errorf("the document is %q", got.Body)
	}
	if got := w.get(t, Prefix+other+"/page/1"); got.Code != http.StatusNotFound {
		t.Errorf("another is there: %d", got.Code)
	}
}

func TestOtherSchemesAreAskedOfThePage(t *testing.T) {
	w := newWorld(t, nil)
	w.show(t, name, Document{Version: 1})
	go func() {
		request := <-w.asked
		if d := cmp.Diff(wire.WebviewRequest{
			Webview: name, ID: 1, Scheme: "extension-file", Authority: "a-002eb", Path: "/media/x.js", Query: "q=1",
		}, request); d != "" {
			t.Errorf("request (-want +got):\n%s", d)
		}
		w.do(t, http.MethodPut, Prefix+name+"/answer/1?found=1", "wails://wails", []byte("code"))
	}()
	got := w.get(t, Prefix+name+"/at/extension-file%2Ba-002eb/media/x.js?q=1")
	if got.Code != http.StatusOK || got.Body.String() != "code" || got.Header().Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("got %d %q %q", got.Code, got.Body, got.Header())
	}
	go func() {
		request := <-w.asked
		w.do(t, http.MethodPut, Prefix+name+"/answer/2", "wails://wails", nil)
		w.do(t, http.MethodPut, Prefix+name+"/answer/2?found=1", "wails://wails", []byte("late"))
		_ = request
	}()
	if got := w.get(t, Prefix+name+"/at/x+/y"); got.Code != http.StatusNotFound {
		t.Errorf("nothing there: got %d", got.Code)
	}
}

func TestAPageThatDoesNotAnswer(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Patience = time.Millisecond })
	w.show(t, name, Document{Version: 1})
	for range 2 * maxAsked {
		if got := w.get(t, Prefix+name+"/at/x+/y"); got.Code != http.StatusGatewayTimeout {
			t.Fatalf("got %d", got.Code)
		}
	}
}

func TestRefusedWhereFramesAreNotKept(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Refused = func() error { return errors.New("not here") } })
	got := w.do(t, http.MethodPut, Prefix+name, "wails://wails", []byte(`{"origin":"wails://wails","nonce":"`+name+`"}`))
	if got.Code != http.StatusForbidden || !strings.Contains(got.Body.String(), "not here") {
		t.Errorf("got %d %s", got.Code, got.Body)
	}
}

func TestForgottenWithThePage(t *testing.T) {
	w := newWorld(t, nil)
	w.show(t, name, Document{Version: 1})
	w.server.Forget()
	if got := w.get(t, Prefix+name+"/page/1"); got.Code != http.StatusNotFound {
		t.Errorf("got %d", got.Code)
	}
}

func TestThePageRunsNoScriptsOfExtensions(t *testing.T) {
	for _, origin := range []string{"wails://wails", "http://127.0.0.1:3000"} {
		want := "frame-src " + origin + "/keel/webview/ " + origin + "/extensionHost.html; " +
			"script-src " + origin + "/assets/ " + origin + "/splash.js " + origin + "/early.js " + origin + "/wails/ 'wasm-unsafe-eval'; " +
			"worker-src " + origin + "/assets/ blob:"
		if d := cmp.Diff(want, Framing(origin, "/extensionHost.html")); d != "" {
			t.Errorf("policy (-want +got):\n%s", d)
		}
	}
}
