package extension_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"unicode"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
)

// FuzzManifest reads manifests, alone and in a package, and packages. What passes
// can be installed: its names lead nowhere, and what is shown of it is plain.
func FuzzManifest(f *testing.F) {
	good := extensiontest.Manifest("a", "b", "1.0.0", map[string]any{"browser": "./x.js", "extensionPack": []string{"c.d"}})
	f.Add([]byte(good))
	f.Add([]byte(`{"name":"b","publisher":"a","version":"1.0.0","engines":{"vscode":"*"},"displayName":"\u202e%x%"}`))
	f.Add([]byte("\xef\xbb\xbf{}"))
	f.Add(extensiontest.Pack(f, good, extensiontest.Files{"x.js": "1"}))
	f.Add(extensiontest.Zip(f, func(w *zip.Writer) { extensiontest.Put(f, w, "../x", "1") }))
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := extension.ReadManifest(data); err == nil {
			look(t, m)
			packed := extensiontest.Pack(t, string(data), nil)
			again, _, err := extension.LookAt(bytes.NewReader(packed), int64(len(packed)))
			if err != nil || again.ID() != m.ID() || again.Kind() != m.Kind() {
				t.Errorf("in a package it is %+v, %v; alone %+v", again, err, m)
			}
		}
		if m, _, err := extension.LookAt(bytes.NewReader(data), int64(len(data))); err == nil {
			look(t, m)
		}
		extension.Tame(data)
	})
}

func look(t *testing.T, m extension.Manifest) {
	for _, name := range []string{m.Name, m.Publisher, m.Version} {
		if name == "" || strings.ContainsAny(name, "/\\: \x00") || strings.Contains(name, "..") {
			t.Errorf("the name %q passed", name)
		}
	}
	for _, entry := range []string{m.Main, m.Browser} {
		if strings.Contains("/"+entry+"/", "/../") || strings.HasPrefix(entry, "/") || strings.ContainsAny(entry, "\\:") {
			t.Errorf("the entry %q passed", entry)
		}
	}
	shown := m.Shown(nil)
	if strings.ContainsFunc(shown, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		t.Errorf("it is shown as %q", shown)
	}
	_ = m.Refusal("web")
}
