package extension_test

import (
	"archive/zip"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
)

func TestARegistryThatStreamsForEver(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
	registry.Answer("/files/a/b/1.0.0/universal/download", func(w http.ResponseWriter, r *http.Request) {
		piece := make([]byte, 1<<20)
		for r.Context().Err() == nil {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})
	e := open(t, registry)
	if err := install(t, e, "a.b"); !errors.Is(err, extension.ErrRefused) || !strings.Contains(err.Error(), "larger than 256 MiB") {
		t.Errorf("got %v", err)
	}
	if got := onDisk(t, e); len(got) != 0 {
		t.Errorf("on the disk: %v", got)
	}
}
func TestTheRegistryIsNotBelieved(t *testing.T) {
	_, other, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	good := extensiontest.Pack(t, extensiontest.Manifest("a", "b", "1.0.0", nil), nil)
	node := extensiontest.Manifest("a", "b", "1.0.0", map[string]any{"main": "./m.js"})
	base := extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}
	tests := []struct {
		name   string
		change func(*extensiontest.Version)
		want   string
	}{
		{"another hash", func(v *extensiontest.Version) { v.SHA256 = strings.Repeat("0", 64) }, "its SHA-256 is another"},
		{"an empty hash", func(v *extensiontest.Version) { v.SHA256 = "\n" }, "its SHA-256 is another"},
		{"another key", func(v *extensiontest.Version) { v.Signature = extensiontest.Sigzip(t, other, good) }, "The signature of the package is wrong"},
		{"a signature of something else", func(v *extensiontest.Version) {
			v.Signature = extensiontest.Sigzip(t, other, []byte("something else"))
		}, "The signature of the package is wrong"},
		{"no signature in it", func(v *extensiontest.Version) {
			v.Signature = extensiontest.Zip(t, func(w *zip.Writer) { extensiontest.Put(t, w, ".signature.p7s", "") })
		}, "The signature of the package cannot be read"},
		{"a short signature", func(v *extensiontest.Version) {
			v.Signature = extensiontest.Zip(t, func(w *zip.Writer) { extensiontest.Put(t, w, ".signature.sig", "short") })
		}, "The signature of the package cannot be read"},
		{"two signatures", func(v *extensiontest.Version) {
			v.Signature = extensiontest.Zip(t, func(w *zip.Writer) {
				for range 2 {
					extensiontest.Put(t, w, ".signature.sig", string(ed25519.Sign(other, good)))
				}
			})
		}, "The signature of the package cannot be read"},
		{"no archive as a signature", func(v *extensiontest.Version) { v.Signature = []byte("none") }, "The signature of the package cannot be read"},
		{"somebody else's package", func(v *extensiontest.Version) {
			v.VSIX = extensiontest.Pack(t, extensiontest.Manifest("microsoft", "b", "1.0.0", nil), nil)
		}, "The package says to be microsoft.b 1.0.0, but the registry has it as a.b 1.0.0"},
		{"another version", func(v *extensiontest.Version) {
			v.VSIX = extensiontest.Pack(t, extensiontest.Manifest("a", "b", "0.1.0", nil), nil)
		}, "The package says to be a.b 0.1.0"},
		{"somebody else's manifest", func(v *extensiontest.Version) {
			v.Manifest = extensiontest.Manifest("microsoft", "b", "1.0.0", nil)
		}, "The package says to be microsoft.b 1.0.0"},
		{"code that the manifest hides", func(v *extensiontest.Version) { v.VSIX = extensiontest.Pack(t, node, nil) }, "It needs the Node extension host"},
		{"a truncated package", func(v *extensiontest.Version) { v.VSIX = good[:len(good)/2] }, "cannot be read as an archive"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			registry := extensiontest.New(t)
			v := base
			v.VSIX, v.Manifest = good, extensiontest.Manifest("a", "b", "1.0.0", nil)
			test.change(&v)
			registry.Add(t, v, nil)
			e := open(t, registry)
			if err := install(t, e, "a.b"); !errors.Is(err, extension.ErrRefused) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a refusal that says %q", err, test.want)
			}
			if got := append(installed(t, e), onDisk(t, e)...); len(got) != 0 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}

func TestUnsignedIsSaid(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0", Unsigned: true}, nil)
	e := open(t, registry)
	if plan(t, e, "a.b").Items[0].Signed {
		t.Error("it is said to be signed")
	}
	if err := install(t, e, "a.b"); err != nil {
		t.Fatal(err)
	}
	list, err := e.List(t.Context())
	if err != nil || list[0].Signed {
		t.Errorf("kept as %+v, %v", list, err)
	}
}

func TestSaysWhatCannotBeChecked(t *testing.T) {
	registry := extensiontest.New(t)
	for name, v := range map[string]extensiontest.Version{
		"both": {}, "hashed": {Unsigned: true}, "signed": {Unhashed: true}, "bare": {Unsigned: true, Unhashed: true},
	} {
		v.Publisher, v.Name, v.Version = "a", name, "1.0.0"
		registry.Add(t, v, nil)
	}
	e := open(t, registry)
	for _, name := range []string{"both", "hashed", "signed", "bare"} {
		if got := plan(t, e, "a."+name).Items[0].Unchecked; got != (name == "bare") {
			t.Errorf("%s: cannot be checked: %v", name, got)
		}
		if err := install(t, e, "a."+name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatTheRegistryLeadsTo(t *testing.T) {
	inner := extensiontest.New(t) // stands for a server in a private network
	inner.Answer("/secret", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "secret") })
	for name, answer := range map[string]http.HandlerFunc{
		"another port": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, inner.URL+"/secret", http.StatusFound)
		},
		"a cloud's keys": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		},
		"a file": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/hostname", http.StatusFound)
		},
		"itself": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
	} {
		t.Run(name, func(t *testing.T) {
			registry := extensiontest.New(t)
			registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
			registry.Answer("/files/a/b/1.0.0/universal/download", answer)
			registry.Answer("/vscode/asset/a/b/1.0.0/Microsoft.VisualStudio.Services.Content.Details", answer)
			e := open(t, registry)
			if err := install(t, e, "a.b"); !errors.Is(err, extension.ErrRegistry) {
				t.Errorf("installing: %v", err)
			}
			if _, err := e.Asset(t.Context(), "a", "b", "1.0.0", "Microsoft.VisualStudio.Services.Content.Details", ""); !errors.Is(err, extension.ErrRegistry) {
				t.Errorf("reading: %v", err)
			}
		})
	}
	if got := inner.Asked(); len(got) != 0 {
		t.Errorf("the inner server was asked: %v", got)
	}
}

func TestARegistryThatIsNotThere(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0", Files: extensiontest.Files{"README.md": "hi"}}, nil)
	folder := t.TempDir()
	e := openIn(t, folder, registry.URL, extension.Options{})
	if err := install(t, e, "a.b"); err != nil {
		t.Fatal(err)
	}
	const details = "Microsoft.VisualStudio.Services.Content.Details"
	if asset, err := e.Asset(t.Context(), "a", "b", "1.0.0", details, ""); err != nil || string(asset.Data) != "hi" {
		t.Fatalf("the README: %q, %v", asset.Data, err)
	}
	registry.Close()
	for what, err := range map[string]error{
		"plan": func() error { _, err := e.Plan(t.Context(), extension.PlanRequest{ID: "a.c"}); return err }(),
		"query": func() error {
			_, err := e.Query(t.Context(), []byte(`{"filters":[]}`), "wails://wails")
			return err
		}(),
	} {
		known, ok := errors.AsType[*extension.Error](err)
		if !ok || !errors.Is(err, extension.ErrRegistry) || !strings.Contains(known.Message, "Installed extensions go on working") || known.Hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if d := cmp.Diff([]string{"a.b 1.0.0"}, installed(t, e)); d != "" {
		t.Errorf("installed (-want +got):\n%s", d)
	}
	if served, err := e.OpenFile(t.Context(), "a.b-1.0.0", "README.md"); err != nil {
		t.Error(err)
	} else {
		served.File.Close()
	}
	if asset, err := e.Asset(t.Context(), "a", "b", "1.0.0", details, ""); err != nil || string(asset.Data) != "hi" {
		t.Errorf("the README once more: %q, %v", asset.Data, err)
	}
}

func TestARegistryThatNeverAnswers(t *testing.T) {
	registry := extensiontest.New(t)
	registry.Add(t, extensiontest.Version{Publisher: "a", Name: "b", Version: "1.0.0"}, nil)
	silent := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	half := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("PK"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	registry.Answer("/files/a/b/1.0.0/universal/download", half)
	registry.Answer("/api/a/c/1.0.0", silent)
	e := openIn(t, t.TempDir(), registry.URL, extension.Options{Patience: 300 * time.Millisecond, Silence: 300 * time.Millisecond})
	if _, err := e.Plan(t.Context(), extension.PlanRequest{ID: "a.c", Version: "1.0.0"}); !errors.Is(err, extension.ErrRegistry) || !strings.Contains(err.Error(), "no answer within") {
		t.Errorf("planning: %v", err)
	}
	if err := install(t, e, "a.b"); !errors.Is(err, extension.ErrRegistry) || !strings.Contains(err.Error(), "stopped half-way") {
		t.Errorf("installing: %v", err)
	}
	if got := onDisk(t, e); len(got) != 0 {
		t.Errorf("on the disk: %v", got)
	}
}
