package folder_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/zalando/go-keyring"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/agent"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/ollama/ollamatest"
	"github.com/keel-ide/keel/backend/provider/openai/openaitest"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/session"
)

const key = "sk-very-secret-0123456789"

// keychain is one that a test can look into, or take away.
type keychain struct {
	mu   sync.Mutex
	kept map[string]string
	gone bool
	hung chan struct{} // nil: it answers
}

func (k *keychain) Get(_, user string) (string, error) {
	if k.hung != nil {
		<-k.hung
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if value, ok := k.kept[user]; ok {
		return value, nil
	}
	return "", keyring.ErrNotFound
}

func (k *keychain) Set(_, user, password string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept[user] = password
	return nil
}

func (k *keychain) Delete(_, user string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.kept[user]; !ok {
		return keyring.ErrNotFound
	}
	delete(k.kept, user)
	return nil
}

func (k *keychain) reachable() error {
	if k.gone {
		return errors.New("no bus")
	}
	return nil
}

// notices keeps what the person was told.
type notices struct {
	folder.Events
	mu   sync.Mutex
	told []wire.Notice
}

func (n *notices) Notice(notice wire.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, notice)
}

func (*notices) Session(session.Event)               {}
func (*notices) Sessions(wire.SessionsChanged)       {}
func (*notices) Settings(wire.SettingsChanged)       {}
func (*notices) Files(wire.FilesChanged)             {}
func (*notices) Checkpoints(wire.CheckpointActivity) {}
func (*notices) Trust(wire.TrustChanged)             {}
func (*notices) Audit(wire.AuditChanged)             {}
func (*notices) Accounts(wire.AccountsState)         {}
func (*notices) Secrets(wire.SecretsState)           {}
func (*notices) Extensions(wire.ExtensionsState)     {}
func (*notices) Extension(wire.ExtensionProgress)    {}

// openWith opens a folder whose keys are kept in k. It returns the home too.
func openWith(t *testing.T, k *keychain, events folder.Events) (*folder.Folder, string) {
	t.Helper()
	home := t.TempDir()
	f, err := folder.Open(t.Context(), t.TempDir(), folder.Options{
		Paths:    folder.Paths{Config: filepath.Join(home, "config"), Data: filepath.Join(home, "data")},
		Headless: true,
		Events:   events,
		Secrets:  secret.New(secret.Options{Keychain: k, Reachable: k.reachable}),
		Explain:  bind.Explain,
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, home
}

// endpoints sets the addresses of endpoints.
func endpoints(t *testing.T, f *folder.Folder, value string) {
	t.Helper()
	if err := f.Settings.Set(t.Context(), "keelAgent.openai.endpoints", []byte(value)); err != nil {
		t.Fatal(err)
	}
}

func infoOf(t *testing.T, f *folder.Folder, id string) (provider.Info, bool) {
	t.Helper()
	for _, info := range f.Providers.Infos(t.Context()) {
		if info.ID == id {
			return info, true
		}
	}
	return provider.Info{}, false
}

// An endpoint is there as soon as the settings name it, takes a key that is
// kept in the keychain and nowhere else, and answers turns.
func TestCustomEndpoint(t *testing.T) {
	server, err := openaitest.New(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	server.Answer("/v1/models", `{"data":[{"id":"m1"},{"id":"m2"}]}`)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	k := &keychain{kept: map[string]string{}}
	f, home := openWith(t, k, nil)
	if _, ok := infoOf(t, f, "openai:work"); ok {
		t.Fatal("it is there before it was named")
	}
	endpoints(t, f, `{"work": "`+server.URL+`/v1"}`)
	if info, ok := infoOf(t, f, "openai:work"); !ok || !info.Ready || !info.NeedsKey || info.HasKey {
		t.Fatalf("%v %+v", ok, info)
	}
	if err := f.Providers.SetKey(t.Context(), "openai:work", " "+key+"\n"); err != nil {
		t.Fatal(err)
	}
	if got := k.kept["openai:work "+server.URL]; got != key {
		t.Errorf("the keychain holds %v", k.kept)
	}
	if info, _ := infoOf(t, f, "openai:work"); !info.HasKey {
		t.Errorf("%+v", info)
	}
	if err := f.Settings.Set(t.Context(), "keelAgent.prices", []byte(`{"openai:work/m2": "1 / 2"}`)); err != nil {
		t.Fatal(err)
	}
	for _, state := range f.Providers.States(t.Context()) {
		if state.ID != "openai:work" {
			continue
		}
		if len(state.Models) != 2 || state.Problem != "" {
			t.Fatalf("%+v", state)
		}
		// This one runs here, so it costs nothing but what was set.
		if m1, m2 := state.Models[0].Price, state.Models[1].Price; m1 == nil || *m1 != (provider.Price{}) || m2 == nil || m2.Input != 1_000_000 {
			t.Errorf("prices %+v, %+v", m1, m2)
		}
	}
	made, err := f.Agent.CreateSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Agent.SetModel(t.Context(), made.ID, "openai:work", "m1"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Agent.Send(t.Context(), made.ID, agent.Prompt{Text: "Hello"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Agent.Wait(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	state, err := f.Agent.Session(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if turn := state.Turns[0]; turn.StopReason != string(provider.StopEndTurn) || turn.Model != "m1" {
		t.Errorf("%+v", turn)
	}
	// At another address the key is not there.
	endpoints(t, f, `{"work": "http://127.0.0.1:9/v1"}`)
	if info, _ := infoOf(t, f, "openai:work"); info.HasKey {
		t.Error("the key went to another address")
	}
	endpoints(t, f, `{"work": "`+server.URL+`/v1"}`)
	if err := f.Providers.RemoveKey(t.Context(), "openai:work"); err != nil || len(k.kept) > 0 {
		t.Errorf("%v, %v", err, k.kept)
	}
	endpoints(t, f, `{}`)
	if _, ok := infoOf(t, f, "openai:work"); ok {
		t.Error("it is there after it was taken out")
	}
	nowhere(t, home)
}

// nowhere checks that the key is in no file.
func nowhere(t *testing.T, home string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), key) {
			t.Errorf("the key is in %s", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	f, _ := openWith(t, &keychain{kept: map[string]string{}}, nil)
	for _, each := range [][2]string{{"openai:nobody", key}, {"practice", key}, {"github-models", ""}, {"github-models", "two words"}, {"github-models", "a\nb"}, {"github-models", "schlüssel"}} {
		err := f.Providers.SetKey(t.Context(), each[0], each[1])
		if explained, ok := errors.AsType[*wire.Error](err); !ok || explained.Hint == "" || strings.Contains(explained.Message, key) {
			t.Errorf("%q for %s: %v", each[1], each[0], err)
		}
	}
}

// Without a keychain the key serves until Keel closes, and the person is asked.
func TestKeyWithoutKeychain(t *testing.T) {
	told := &notices{}
	f, home := openWith(t, &keychain{kept: map[string]string{}, gone: true}, told)
	if err := f.Providers.SetKey(t.Context(), "github-models", key); err != nil {
		t.Fatal(err)
	}
	if info, _ := infoOf(t, f, "github-models"); !info.HasKey || !info.Ready {
		t.Errorf("%+v", info)
	}
	if state := f.SecretsState(t.Context()); !state.Undecided || state.Message == "" || state.Hint == "" {
		t.Errorf("%+v", state)
	}
	told.mu.Lock()
	if len(told.told) != 0 {
		t.Errorf("told %+v, while the page asks", told.told)
	}
	told.mu.Unlock()
	if err := f.UseMemory(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := f.Providers.SetKey(t.Context(), "github-models", key); err != nil {
		t.Fatal(err)
	}
	told.mu.Lock()
	if len(told.told) != 1 || !strings.Contains(told.told[0].Message, "until Keel closes") {
		t.Errorf("told %+v", told.told)
	}
	told.mu.Unlock()
	if err := f.Providers.RemoveKey(t.Context(), "github-models"); err != nil {
		t.Error(err)
	}
	if info, _ := infoOf(t, f, "github-models"); info.HasKey {
		t.Error("still there")
	}
	nowhere(t, home)
}

// A keychain that waits for its password is what stands in the way, where there
// is no other way into Bedrock.
func TestKeychainThatWaits(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "",
		"AWS_ACCESS_KEY_ID": "", "AWS_BEARER_TOKEN_BEDROCK": "",
	} {
		t.Setenv(name, value)
	}
	k := &keychain{hung: make(chan struct{})}
	defer close(k.hung)
	f, _ := openWith(t, k, nil)
	if info, _ := infoOf(t, f, "bedrock"); info.Ready || !strings.Contains(info.Hint, "Unlock the keychain") {
		t.Errorf("%+v", info)
	}
}

// OPENAI_API_KEY serves the endpoint of that name, and no other.
func TestKeyFromTheEnvironment(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", key)
	f, _ := openWith(t, &keychain{kept: map[string]string{}}, nil)
	endpoints(t, f, `{"openai": "https://api.openai.com/v1", "other": "https://llm.example.com/v1"}`)
	if info, _ := infoOf(t, f, "openai:openai"); !info.Ready || !info.HasKey {
		t.Errorf("%+v", info)
	}
	if info, _ := infoOf(t, f, "openai:other"); info.Ready || info.HasKey {
		t.Errorf("%+v", info)
	}
}

// A new session starts with what runs on this machine, else with the practice
// model, and with what the user chose before either.
func TestDefaultProvider(t *testing.T) {
	server, err := ollamatest.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("OLLAMA_HOST", server.URL)
	server.Answer("/api/tags", `{"models":[{"name":"qwen3"}]}`)
	started := func(f *folder.Folder) string {
		t.Helper()
		made, err := f.Agent.CreateSession(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return made.Provider
	}
	f, _ := openWith(t, &keychain{}, nil)
	if len(server.Lookups()) > 0 {
		t.Error("opening a folder looked for servers")
	}
	if got := started(f); got != "ollama" {
		t.Errorf("with Ollama: %q", got)
	}
	if free, ok := f.Providers.Price("ollama", "qwen3"); !ok || free != (provider.Price{}) {
		t.Errorf("it costs %+v, %v", free, ok)
	}
	if err := f.Settings.Set(t.Context(), "keelAgent.provider", []byte(`"practice"`)); err != nil {
		t.Fatal(err)
	}
	if got := started(f); got != "practice" {
		t.Errorf("chosen: %q", got)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	f, _ = openWith(t, &keychain{}, nil)
	if got := started(f); got != "practice" {
		t.Errorf("without a server: %q", got)
	}
	if err := f.Settings.Set(t.Context(), "keelAgent.model", []byte(`"us.amazon.nova-lite-v1:0"`)); err != nil {
		t.Fatal(err)
	}
	if got := started(f); got != "bedrock" {
		t.Errorf("with a model named: %q", got)
	}
}
