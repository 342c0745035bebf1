package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
)

// TestAGlanceTellsSizeAndPermissions because the page asks for the first bytes
// of a file, on the disk or in a checkpoint, before it decides how to show it.
func TestAGlanceTellsSizeAndPermissions(t *testing.T) {
	home, path := t.TempDir(), t.TempDir()
	opened, err := folder.Open(t.Context(), path, folder.Options{
		Paths:    folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Headless: true,
		Explain:  bind.Explain,
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	name := filepath.Join(path, "run.sh")
	if err := os.WriteFile(name, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, 0o750); err != nil {
		t.Fatal(err)
	}
	made, err := opened.Restores.Create(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	handler := byteHandler{desk: desk{opened}, log: slog.New(slog.DiscardHandler)}
	for _, target := range []string{"/keel/file/workspace?path=run.sh", "/keel/checkpoint/" + made.ID + "?path=run.sh"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		r.Header.Set("Range", "bytes=0-3")
		handler.ServeHTTP(w, r)
		response := w.Result()
		got, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusPartialContent || string(got) != "0123" {
			t.Errorf("%s: %s %q, %v", target, response.Status, got, err)
		}
		if size, mode := response.Header.Get("Content-Range"), response.Header.Get("X-Keel-Mode"); size != "bytes 0-3/10" || mode != "0750" {
			t.Errorf("%s: range %q, mode %q", target, size, mode)
		}
	}
}
