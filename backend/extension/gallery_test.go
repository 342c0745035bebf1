package extension_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
)

func TestTheGalleryLeadsHere(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
	e := open(t, registry)
	data, err := e.Query(t.Context(), []byte(`{"filters":[{"criteria":[{"filterType":7,"value":"a.b"}]}],"flags":146}`), "wails://wails")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), registry.URL) {
		t.Errorf("the answer leads to the registry: %s", data)
	}
	var answer struct {
		Results []struct {
			Extensions []struct {
				Versions []struct {
					AssetURI string `json:"assetUri"`
					Fallback string `json:"fallbackAssetUri"`
					Files    []struct{ Source string }
				}
			}
		}
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	version := answer.Results[0].Extensions[0].Versions[0]
	const base = "wails://wails/keel/gallery/asset/a/b/1.0.0"
	got := []string{version.AssetURI, version.Fallback, version.Files[0].Source}
	if d := cmp.Diff([]string{base, base, base + "/Microsoft.VisualStudio.Code.Manifest"}, got); d != "" {
		t.Errorf("addresses (-want +got):\n%s", d)
	}
}

// What the registry says of the web is no more than a hint: a theme without the
// tag is offered, and looked at first.
func TestTheGalleryMarksWhatMayWork(t *testing.T) {
	registry := extensiontest.New(t)
	e := open(t, registry)
	const web = `{"properties":[{"key":"Microsoft.VisualStudio.Code.WebExtension","value":"true"}],"version":"2.0.0"}`
	const silent = `{"properties":[],"version":"1.0.0"}`
	for members, want := range map[string][]string{
		`"tags":["theme","__web_extension"],"versions":[` + silent + `]`: {"theme", "__web_extension"},
		`"tags":["theme"],"versions":[` + silent + `]`:                   {"theme", "__web_extension", "__keel_unsure"},
		`"tags":null,"versions":[` + silent + `]`:                        {"__web_extension", "__keel_unsure"},
		`"versions":[` + web + `]`:                                       {"__web_extension"},
		`"tags":[7],"versions":[` + web + `,` + silent + `]`:             {"7", "__web_extension", "__keel_unsure"},
		`"tags":"__web_extension"`:                                       {"__web_extension", "__keel_unsure"},
	} {
		registry.Answer("/vscode/gallery/extensionquery", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"results":[{"extensions":[{"extensionName":"b","publisher":{"publisherName":"a"},%s}]}]}`, members)
		})
		data, err := e.Query(t.Context(), []byte(`{}`), "wails://wails")
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Results []struct {
				Extensions []struct{ Tags []any }
			}
		}
		if err := json.Unmarshal(data, &answer); err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, tag := range answer.Results[0].Extensions[0].Tags {
			got = append(got, fmt.Sprint(tag))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("tags of %s (-want +got):\n%s", members, d)
		}
	}
}

func TestTheGalleryTakesNoNonsense(t *testing.T) {
	registry := extensiontest.New(t)
	e := open(t, registry)
	for _, origin := range []string{"", "null", "javascript:alert(1)", "wails://wails/path", "https://user@host", `https://a"b`, "wails://wails\n"} {
		if _, err := e.Query(t.Context(), []byte(`{}`), origin); err == nil {
			t.Errorf("origin %q was taken", origin)
		}
	}
	for _, query := range []string{"", "{", `"` + strings.Repeat("x", extension.MostQuery) + `"`} {
		if _, err := e.Query(t.Context(), []byte(query), "wails://wails"); err == nil {
			t.Errorf("a query of %d bytes was taken", len(query))
		}
	}
	if got := registry.Asked(); len(got) != 0 {
		t.Errorf("the registry was asked: %v", got)
	}
	for _, text := range []string{
		`<html>`, `null`, `[]`, `{"results":5}`, `{"results":[5,{"extensions":[5,{}]}]}`,
		`{"results":[{"extensions":[{"extensionName":"../x","publisher":{"publisherName":"a"}},{"extensionName":"b","publisher":{"publisherName":"a"},"displayName":"B` + "\u202e" + `","versions":[{"version":"1.0.0/..","assetUri":"http://evil"},7]}]}]}`,
	} {
		registry.Answer("/vscode/gallery/extensionquery", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
		data, err := e.Query(t.Context(), []byte(`{}`), "wails://wails")
		if err != nil && !errors.Is(err, extension.ErrRegistry) {
			t.Errorf("%s: %v", text, err)
		}
		for _, bad := range []string{"../x", "evil", "\u202e"} {
			if strings.Contains(string(data), bad) {
				t.Errorf("%s came through: %s", bad, data)
			}
		}
		if _, err := e.Plan(t.Context(), extension.PlanRequest{ID: "a.b"}); err == nil {
			t.Errorf("%s made a plan", text)
		}
	}
}

func TestAssets(t *testing.T) {
	registry := extensiontest.New(t)
	icon := "\x89PNG\r\n\x1a\n"
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0", Files: extensiontest.Files{"README.md": "<script>", "icon.png": icon}}, nil)
	e := open(t, registry)
	asset := func(kind string) (extension.Asset, error) {
		return e.Asset(t.Context(), "a", "b", "1.0.0", kind, "universal")
	}
	for kind, want := range map[string]extension.Asset{
		"Microsoft.VisualStudio.Services.Content.Details": {Type: "text/plain; charset=utf-8", Data: []byte("<script>")},
		"Microsoft.VisualStudio.Services.Icons.Default":   {Type: "image/png", Data: []byte(icon)},
	} {
		for range 2 {
			got, err := asset(kind)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", kind, d)
			}
		}
	}
	if got := len(registry.Asked()); got != 2 {
		t.Errorf("the registry was asked %d times, want once for each file", got)
	}
	for _, kind := range []string{"Microsoft.VisualStudio.Services.VSIXPackage", "../../../api", ""} {
		if _, err := asset(kind); !errors.Is(err, extension.ErrNotFound) {
			t.Errorf("%q: %v", kind, err)
		}
	}
	for _, parts := range [][]string{{"..", "b", "1.0.0"}, {"a", "..", "1.0.0"}, {"a", "b", ".."}, {"a", "b", "1.0.0", "../x"}} {
		platform := ""
		if len(parts) > 3 {
			platform = parts[3]
		}
		if _, err := e.Asset(t.Context(), parts[0], parts[1], parts[2], "Microsoft.VisualStudio.Services.Content.Details", platform); !errors.Is(err, extension.ErrNotFound) {
			t.Errorf("%v: %v", parts, err)
		}
	}
	registry.Answer("/vscode/asset/a/b/2.0.0/Microsoft.VisualStudio.Services.Icons.Default", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(make([]byte, 3<<20))
	})
	if _, err := e.Asset(t.Context(), "a", "b", "2.0.0", "Microsoft.VisualStudio.Services.Icons.Default", ""); !errors.Is(err, extension.ErrTooLarge) {
		t.Errorf("a large icon: %v", err)
	}
}

func TestServesOnlyFilesOfExtensions(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0", Files: extensiontest.Files{"lib/x.js": "1"}}, nil)
	e := open(t, registry)
	if err := install(t, e, "a.b"); err != nil {
		t.Fatal(err)
	}
	if served, err := e.OpenFile(t.Context(), "a.b-1.0.0", "lib/x.js"); err != nil || served.Type != "text/javascript; charset=utf-8" {
		t.Errorf("a script: %+v, %v", served, err)
	} else {
		served.File.Close()
	}
	for _, parts := range [][2]string{
		{"a.b-1.0.0", "../extensions.json"}, {"a.b-1.0.0", "lib/../../extensions.json"}, {"a.b-1.0.0", "/lib/x.js"}, {"a.b-1.0.0", "lib"},
		{"a.b-1.0.0", ""}, {"a.b-1.0.0", "."}, {"a.b-1.0.0", "none"}, {"..", "extensions/extensions.json"}, {".", "extensions.json"}, {"", "extensions.json"},
		{"A.B-1.0.0", "lib/x.js"}, {"a.b-2.0.0", "lib/x.js"}, {"a.b-1.0.0/lib", "x.js"},
	} {
		if served, err := e.OpenFile(t.Context(), parts[0], parts[1]); !errors.Is(err, extension.ErrNotFound) {
			t.Errorf("%v: %+v, %v", parts, served, err)
		}
	}
}

func TestGalleryAddresses(t *testing.T) {
	for _, address := range []string{"", "open-vsx.org", "ftp://x", "https://", "https://user:pass@x", "https://x?y", "file:///etc"} {
		e := openIn(t, t.TempDir(), address, extension.Options{})
		_, err := e.Plan(t.Context(), extension.PlanRequest{ID: "a.b"})
		if known, ok := errors.AsType[*extension.Error](err); !ok || !strings.Contains(known.Hint, "keelExtensions.gallery") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestAQueryThatMoves(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Answer("/vscode/gallery/extensionquery", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/moved", http.StatusPermanentRedirect)
	})
	registry.Answer("/moved", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || err != nil || string(body) != `{"filters":[]}` {
			http.Error(w, "no query", http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `{"results":[]}`)
	})
	e := open(t, registry)
	if data, err := e.Query(t.Context(), []byte(`{"filters":[]}`), "wails://wails"); err != nil || string(data) != `{"results":[]}` {
		t.Errorf("%s, %v", data, err)
	}
}
