package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
)

// shown collects what is sent about extensions.
type shown struct {
	states chan wire.ExtensionsState
	events
}

func (s *shown) Extensions(state wire.ExtensionsState) { s.states <- state }

// serveExtensions returns a server over an empty window whose registry is on
// loopback.
func serveExtensions(t *testing.T) (*httptest.Server, *folder.Folder, *extensiontest.Registry, *shown) {
	t.Helper()
	registry := extensiontest.New(t)
	home := t.TempDir()
	config := filepath.Join(home, "config")
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "settings.json"), []byte(`{"keelExtensions.gallery": "`+registry.URL+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	sent := &shown{states: make(chan wire.ExtensionsState, 100)}
	server, opened := serveWith(t, home, "", folder.Options{Events: sent})
	return server, opened, registry, sent
}

// next waits for a state that is so.
func (s *shown) next(t *testing.T, so func(wire.ExtensionsState) bool) wire.ExtensionsState {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case state := <-s.states:
			if so(state) {
				return state
			}
		case <-limit:
			t.Fatal("the state did not come")
		}
	}
}

func TestExtensionsThroughTheWindow(t *testing.T) {
	server, f, registry, sent := serveExtensions(t)
	vsix := extensiontest.Pack(t, extensiontest.Manifest("Acme", "dusk", "1.0.0", map[string]any{"browser": "./dist/web.js"}), extensiontest.Files{
		"dist/web.js": "exports.activate = () => {}", "page.html": "<script>alert(1)</script>",
	})
	response, token := request(t, server, http.MethodPut, "/keel/extension-file", url.Values{"name": {"dusk.vsix"}}, vsix)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("handing over: %s %s", response.Status, token)
	}
	plan, err := f.PlanExtension(t.Context(), wire.ExtensionPlanRequest{File: string(token)})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AgreeToExtensions(t.Context(), plan.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.InstallExtension(t.Context(), wire.ExtensionInstallRequest{PlanID: plan.ID, ID: "Acme.dusk", Version: "1.0.0", Metadata: `{"a":1}`}); err != nil {
		t.Fatal(err)
	}
	first := sent.next(t, func(state wire.ExtensionsState) bool { return len(state.Installed) == 1 })
	if one := first.Installed[0]; one.Folder != "acme.dusk-1.0.0" || one.Kind != wire.ExtensionWeb || one.Metadata != `{"a":1}` || first.Gallery != registry.URL || !first.Network {
		t.Errorf("the state: %+v", first)
	}

	for path, kind := range map[string]string{"dist/web.js": "text/javascript; charset=utf-8", "page.html": "text/plain; charset=utf-8", "package.json": "application/json"} {
		response, _ := request(t, server, http.MethodGet, "/keel/extension/acme.dusk-1.0.0/"+path, nil, nil)
		header := response.Header
		if response.StatusCode != http.StatusOK || header.Get("Content-Type") != kind || header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(header.Get("Content-Security-Policy"), "sandbox; default-src 'none'") || header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %s %v", path, response.Status, header)
		}
	}
	for origin, want := range map[string]string{"null": "null", "https://example.com": "", server.URL: ""} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/keel/extension/acme.dusk-1.0.0/dist/web.js", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("to %s: %q", origin, got)
		}
	}
	for _, path := range []string{"/keel/extension/acme.dusk-1.0.0/%2e%2e/extensions.json", "/keel/extension/acme.dusk-1.0.0/..%2fextensions.json", "/keel/extension/extensions.json", "/keel/extension/acme.dusk-1.0.0/", "/keel/extension/none-1.0.0/package.json"} {
		response, body := request(t, server, http.MethodGet, path, nil, nil)
		var failure wire.Error
		if response.StatusCode != http.StatusNotFound || json.Unmarshal(body, &failure) != nil || failure.Code != wire.CodeNotFound {
			t.Errorf("%s: %s %s", path, response.Status, body)
		}
	}
	if response, _ := request(t, server, http.MethodPut, "/keel/extension/acme.dusk-1.0.0/package.json", nil, []byte("{}")); response.StatusCode != http.StatusNotFound {
		t.Errorf("writing: %s", response.Status)
	}

	if err := f.Settings.Set(t.Context(), "keelExtensions.network", []byte("false")); err != nil {
		t.Fatal(err)
	}
	off := sent.next(t, func(state wire.ExtensionsState) bool { return !state.Network })
	if off.Seq <= first.Seq {
		t.Errorf("state %d came after %d", off.Seq, first.Seq)
	}
	if err := f.UninstallExtension(t.Context(), "acme.dusk"); err != nil {
		t.Fatal(err)
	}
	sent.next(t, func(state wire.ExtensionsState) bool { return len(state.Installed) == 0 && state.Seq > off.Seq })
}

func TestTheGalleryThroughTheWindow(t *testing.T) {
	server, _, registry, _ := serveExtensions(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0", Files: extensiontest.Files{"README.md": "# <script>"}}, nil)
	origin := url.Values{"origin": {"wails://wails"}}
	response, body := request(t, server, http.MethodPost, "/keel/gallery/extensionquery", origin, []byte(`{"filters":[]}`))
	if response.StatusCode != http.StatusOK || !strings.Contains(string(body), `"assetUri":"wails://wails/keel/gallery/asset/a/b/1.0.0"`) {
		t.Errorf("a query: %s %s", response.Status, body)
	}
	const details = "/keel/gallery/asset/a/b/1.0.0/Microsoft.VisualStudio.Services.Content.Details"
	response, body = request(t, server, http.MethodGet, details, url.Values{"targetPlatform": {"universal"}}, nil)
	if response.StatusCode != http.StatusOK || string(body) != "# <script>" || response.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("a README: %s %s", response.Status, body)
	}
	if response, _ := request(t, server, http.MethodPost, "/keel/gallery/publishers/a/extensions/b/1.0.0/stats", url.Values{"statType": {"install"}}, nil); response.StatusCode != http.StatusOK {
		t.Errorf("counting: %s", response.Status)
	}
	registry.Close()
	response, body = request(t, server, http.MethodPost, "/keel/gallery/extensionquery", origin, []byte(`{"filters":[]}`))
	var failure wire.Error
	if response.StatusCode != http.StatusBadGateway || json.Unmarshal(body, &failure) != nil || failure.Code != wire.CodeProvider || !strings.Contains(failure.Message, "cannot be used now") || failure.Hint == "" {
		t.Errorf("without a registry: %s %s", response.Status, body)
	}
	if response, body := request(t, server, http.MethodGet, details, url.Values{"targetPlatform": {"universal"}}, nil); response.StatusCode != http.StatusOK || string(body) != "# <script>" {
		t.Errorf("a README that is at hand: %s %s", response.Status, body)
	}
}
