package folder_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/account/accounttest"
	"github.com/keel-ide/keel/backend/settings"
)

// The settings say how a model's service is reached, those of the opened folder
// do not.
func TestOutbound(t *testing.T) {
	w, err := accounttest.New(accounttest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Handle("llm.example.com", http.HandlerFunc(func(to http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(to, `{"object":"list","data":[{"id":"reached","object":"model"}]}`)
	}))
	home, path := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("OPENAI_API_KEY", "a-key-of-nobody")
	certificate, err := os.ReadFile(w.Certificates())
	if err != nil {
		t.Fatal(err)
	}
	for file, value := range map[string]any{
		filepath.Join(home, "config", "settings.json"): map[string]any{
			settings.KeyProxy: w.Proxy(), settings.KeyCertificates: []string{"~/company.pem"},
			settings.KeyOpenAIEndpoints: map[string]string{"openai": "https://llm.example.com/v1"},
		},
		filepath.Join(path, ".vscode", "settings.json"): map[string]any{
			settings.KeyProxy: "http://127.0.0.1:1", settings.KeyNoProxy: []string{"*"}, settings.KeyCertificates: []string{},
		},
	} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(home, "company.pem"), certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := folder.Open(t.Context(), path, folder.Options{
		Paths:    folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Headless: true,
		Explain:  bind.Explain,
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	look := func() (models []string, problem string) {
		for _, state := range f.Providers.States(t.Context()) {
			if state.ID == "openai:openai" {
				for _, m := range state.Models {
					models = append(models, m.ID)
				}
				problem = state.Problem + " " + state.ProblemHint
			}
		}
		return models, problem
	}
	if models, problem := look(); len(models) != 1 || models[0] != "reached" {
		t.Errorf("%q, %s", models, problem)
	}
	if state := f.Outbound.State(); state.Proxy != w.Proxy() || state.Certificates != 1 {
		t.Errorf("%+v", state)
	}
	w.Switch(accounttest.Switches{Refusing: true})
	_, problem := look()
	for _, words := range []string{"makes no connection to llm.example.com", settings.KeyProxy, settings.KeyNoProxy} {
		if !strings.Contains(problem, words) {
			t.Errorf("%q does not hold %q", problem, words)
		}
	}
	w.Switch(accounttest.Switches{Unknown: true})
	if _, problem := look(); !strings.Contains(problem, settings.KeyCertificates) {
		t.Errorf("%q", problem)
	}
}
