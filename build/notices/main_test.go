package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// page makes a page's folder out of a list of packages and the files they hold.
func page(t *testing.T, lock string, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	files["package-lock.json"] = lock
	for name, text := range files {
		name = filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestPage(t *testing.T) {
	folder := page(t, `{"packages": {
		"": {"name": "page"},
		"node_modules/one": {"version": "1.0.0", "license": "ISC"},
		"node_modules/one/node_modules/@scope/two": {"version": "2.0.0", "license": "MIT"},
		"node_modules/alias": {"name": "real", "version": "3.0.0", "license": "(MPL-2.0 OR Apache-2.0)"},
		"node_modules/tool": {"version": "4.0.0", "license": "MIT", "dev": true},
		"node_modules/svelte": {"version": "5.0.0", "license": "MIT", "dev": true},
		"node_modules/of-another-system": {"version": "6.0.0", "license": "MIT"},
		"node_modules/untold": {"version": "7.0.0"}
	}}`, map[string]string{
		"node_modules/one/LICENSE.md":                           "The ISC licence of one.",
		"node_modules/one/node_modules/@scope/two/package.json": "{}",
		"node_modules/alias/license":                            "Of alias.\r\n",
		"node_modules/alias/ThirdPartyNotices.txt":              "Of others.",
		"node_modules/svelte/LICENSE.md":                        "Of Svelte.",
		"node_modules/tool/LICENSE":                             "Of a tool.",
		"node_modules/untold/LICENCE":                           mit("somebody"),
	})
	parts, err := pageParts(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range parts {
		got = append(got, p.name+" "+p.version+" "+p.licence)
	}
	want := "real 3.0.0 MPL-2.0 OR Apache-2.0, one 1.0.0 ISC, @scope/two 2.0.0 MIT, svelte 5.0.0 MIT, untold 7.0.0 MIT"
	if strings.Join(got, ", ") != want {
		t.Errorf("listed\n%s, want\n%s", strings.Join(got, ", "), want)
	}
	if texts := parts[0].texts; len(texts) != 2 || texts[0] != "Of others." || texts[1] != "Of alias." {
		t.Errorf("of alias there is %q", texts)
	}
	if texts := parts[2].texts; len(texts) != 1 || !strings.Contains(texts[0], "the authors of @scope/two") {
		t.Errorf("of what brings no licence along there is %q", texts)
	}
}

// Everything that this build is made of is under a licence that was looked at, and
// each part's text is there.
func TestThisBuild(t *testing.T) {
	if _, err := os.Stat("../../frontend/node_modules"); err != nil {
		t.Skip("the page's packages are not installed")
	}
	parts, err := gather(t.Context(), "../..", "desktop,production,webkit2_41")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if len(p.texts) == 0 && p.licence != "CC0-1.0" {
			t.Errorf("no text comes with %s %s (%s)", p.name, p.version, p.licence)
		}
	}
	var first, second strings.Builder
	for _, to := range []*strings.Builder{&first, &second} {
		if err := writeNotices(to, parts); err != nil {
			t.Fatal(err)
		}
		if err := writeBill(to, "1.2.3", parts); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("written twice, it differs")
	}
	for _, name := range []string{"svelte", "std", "github.com/wailsapp/wails/v2", "@codingame/monaco-vscode-api", "@vscode/ripgrep"} {
		if !strings.Contains(first.String(), "\n"+name+" ") {
			t.Errorf("%s is not listed", name)
		}
	}
}
