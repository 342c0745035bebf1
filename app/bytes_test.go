package app

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// desk is a window's desk with one folder on it.
type desk struct{ folder *folder.Folder }

func (d desk) Folder() *folder.Folder { return d.folder }

// serve returns a server over a fresh folder, and the folder's path.
func serve(t *testing.T) (*httptest.Server, string) {
	t.Helper()
	path := t.TempDir()
	server, _ := serveWith(t, t.TempDir(), path, folder.Options{Headless: true})
	return server, path
}

// serveWith returns a server over what is opened with these options, for a person
// whose home this is.
func serveWith(t *testing.T, home, path string, options folder.Options) (*httptest.Server, *folder.Folder) {
	t.Helper()
	options.Paths = folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")}
	options.Explain = bind.Explain
	options.Log = slog.New(slog.DiscardHandler)
	opened, err := folder.Open(t.Context(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(byteHandler{desk: desk{opened}, log: options.Log})
	t.Cleanup(server.Close)
	return server, opened
}

func request(t *testing.T, server *httptest.Server, method, path string, query url.Values, body []byte) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, got
}

func TestBytesPassUnchanged(t *testing.T) {
	server, path := serve(t)
	content := []byte("\xef\xbb\xbfone\r\ntwo\xff\x00three")
	response, got := request(t, server, http.MethodPut, "/keel/file/workspace", url.Values{"path": {"odd name #1.bin"}, "create": {"1"}}, content)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("saving: %s %s", response.Status, got)
	}
	onDisk, err := os.ReadFile(filepath.Join(path, "odd name #1.bin"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(content, onDisk); d != "" {
		t.Errorf("on the disk (-want +got):\n%s", d)
	}
	response, got = request(t, server, http.MethodGet, "/keel/file/workspace", url.Values{"path": {"odd name #1.bin"}}, nil)
	if d := cmp.Diff(content, got); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
	if kind := response.Header.Get("Content-Type"); kind != "application/octet-stream" {
		t.Errorf("a file of the folder came as %q: the window could take it for a page", kind)
	}
}

func TestFailuresAreExplained(t *testing.T) {
	server, path := serve(t)
	if err := os.WriteFile(filepath.Join(path, "a.txt"), []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, method, path string
		query              url.Values
		want               wire.Code
	}{
		{"missing file", http.MethodGet, "/keel/file/workspace", url.Values{"path": {"b.txt"}}, wire.CodeNotFound},
		{"outside", http.MethodGet, "/keel/file/workspace", url.Values{"path": {"../../etc/passwd"}}, wire.CodeOutside},
		{"outside, absolute", http.MethodGet, "/keel/file/workspace", url.Values{"path": {"/etc/passwd"}}, wire.CodeOutside},
		{"changed meanwhile", http.MethodPut, "/keel/file/workspace", url.Values{"path": {"a.txt"}, "overwrite": {"1"}, "version": {"older"}}, wire.CodeChanged},
		{"there already", http.MethodPut, "/keel/file/workspace", url.Values{"path": {"a.txt"}, "create": {"1"}}, wire.CodeExists},
		{"unknown area", http.MethodGet, "/keel/file/elsewhere", url.Values{"path": {"a.txt"}}, wire.CodeOutside},
	} {
		t.Run(test.name, func(t *testing.T) {
			response, got := request(t, server, test.method, test.path, test.query, []byte("new"))
			var failure wire.Error
			if err := json.Unmarshal(got, &failure); err != nil {
				t.Fatalf("%s: %q is no explained failure", response.Status, got)
			}
			if response.StatusCode < 400 || failure.Code != test.want || failure.Message == "" {
				t.Errorf("%s: %+v, want code %q", response.Status, failure, test.want)
			}
		})
	}
	kept, err := os.ReadFile(filepath.Join(path, "a.txt"))
	if err != nil || string(kept) != "a" {
		t.Errorf("a refused write changed the file: %q, %v", kept, err)
	}
}

func TestRangesAreHonoured(t *testing.T) {
	server, path := serve(t)
	// A sparse gigabyte: reading it whole would be seen.
	file, err := os.Create(filepath.Join(path, "huge.bin"))
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(1 << 30); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/keel/file/workspace?path=huge.bin", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Range", "bytes=1073741820-1073741823")
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusPartialContent || len(got) != 4 {
		t.Errorf("the last four bytes: %s, %d bytes, %v", response.Status, len(got), err)
	}
}

// TestEveryAnswerSetsItsStatus because the window's web view, unlike a server,
// takes an answer without one for a failure.
func TestEveryAnswerSetsItsStatus(t *testing.T) {
	path := t.TempDir()
	_, opened := serveWith(t, t.TempDir(), path, folder.Options{Headless: true})
	if err := os.WriteFile(filepath.Join(path, "empty"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	made, err := opened.Restores.Create(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	handler := byteHandler{desk: desk{opened}, log: slog.New(slog.DiscardHandler)}
	for _, test := range []struct{ method, target string }{
		{http.MethodPut, "/keel/file/workspace?path=a.txt&create=1"},
		{http.MethodPut, "/keel/file/data?path=User/state&create=1"},
		{http.MethodGet, "/keel/file/workspace?path=empty"},
		{http.MethodGet, "/keel/file/workspace?path=missing"},
		{http.MethodGet, "/keel/checkpoint/" + made.ID + "?path=empty"},
		{http.MethodDelete, "/keel/file/workspace?path=empty"},
	} {
		w := &statusWriter{header: http.Header{}}
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), test.method, test.target, nil))
		if w.status == 0 {
			t.Errorf("%s %s was answered without a status", test.method, test.target)
		}
	}
}

// statusWriter keeps the status that was set, 0 while there is none.
type statusWriter struct {
	header http.Header
	status int
}

func (w *statusWriter) Header() http.Header         { return w.header }
func (w *statusWriter) Write(b []byte) (int, error) { return len(b), nil }
func (w *statusWriter) WriteHeader(status int)      { w.status = status }
