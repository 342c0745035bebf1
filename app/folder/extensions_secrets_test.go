package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
	"github.com/keel-ide/keel/backend/redact"
)

const (
	guest       = "acme.guest"
	guestSecret = "guest0secret1of2its3own"
)

func guestKey(key string) wire.ExtensionSecretKey {
	return wire.ExtensionSecretKey{ExtensionID: guest, Key: key}
}

// installGuest installs an extension from a file.
func installGuest(t *testing.T, f *folder.Folder) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "guest.vsix")
	if err := os.WriteFile(file, extensiontest.Pack(t, extensiontest.Manifest("acme", "guest", "1.0.0", nil), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	token, err := f.NameExtensionFile(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := f.PlanExtension(t.Context(), wire.ExtensionPlanRequest{File: token})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AgreeToExtensions(t.Context(), plan.ID); err != nil {
		t.Fatal(err)
	}
	progress := f.Extensions.Progress(t.Context())
	defer progress.Close()
	job, err := f.InstallExtension(t.Context(), wire.ExtensionInstallRequest{PlanID: plan.ID, ID: plan.Items[0].ID, Version: plan.Items[0].Version})
	if err != nil {
		t.Fatal(err)
	}
	if err := extension.Wait(t.Context(), progress, job, func(extension.Progress) {}); err != nil {
		t.Fatal(err)
	}
}

func keep(t *testing.T, f *folder.Folder, key, value string) {
	t.Helper()
	if err := f.KeepExtensionSecret(t.Context(), guestKey(key), value); err != nil {
		t.Fatal(err)
	}
}

func wantKept(t *testing.T, f *folder.Folder, key string, want wire.ExtensionSecret) {
	t.Helper()
	got, err := f.ExtensionSecret(t.Context(), guestKey(key))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%s (-want +got), %v:\n%s", key, err, diff)
	}
}

// nothingOnDisk looks for the secret in every file below the home.
func nothingOnDisk(t *testing.T, home string) {
	t.Helper()
	err := filepath.WalkDir(home, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(data), guestSecret) {
			t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// What an extension keeps is where keys and tokens are, under a name of its own,
// and goes with the extension.
func TestExtensionSecretsInKeychain(t *testing.T) {
	home, k := t.TempDir(), &keychain{kept: map[string]string{"github-models": "Keel's own"}}
	f := openAt(t, home, k, &secretEvents{})
	installGuest(t, f)
	wantKept(t, f, "github-models", wire.ExtensionSecret{})
	keep(t, f, "github-models", guestSecret)
	wantKept(t, f, "github-models", wire.ExtensionSecret{Value: guestSecret, Found: true})
	if len(k.kept) != 2 || k.kept["github-models"] != "Keel's own" || !strings.Contains(k.kept["extension:acme.guest"], guestSecret) {
		t.Errorf("the keychain holds %q", k.kept)
	}
	keys, err := f.ExtensionSecretKeys(t.Context())
	if diff := cmp.Diff([]wire.ExtensionSecretKey{guestKey("github-models")}, keys); diff != "" || err != nil {
		t.Errorf("keys (-want +got), %v:\n%s", err, diff)
	}

	f = openAt(t, home, k, &secretEvents{})
	wantKept(t, f, "github-models", wire.ExtensionSecret{Value: guestSecret, Found: true})
	keep(t, f, "large", strings.Repeat(guestSecret, 2000))
	nothingOnDisk(t, home)
	if err := f.UninstallExtension(t.Context(), "ACME.guest"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"github-models": "Keel's own"}, k.kept); diff != "" {
		t.Errorf("the keychain holds (-want +got):\n%s", diff)
	}
	if err := f.KeepExtensionSecret(t.Context(), guestKey("a"), "x"); !errors.Is(err, extension.ErrNotFound) {
		t.Errorf("keeping after it was uninstalled: %v", err)
	}
}

// Without a keychain the window asks, as for any other key; locked it says so,
// and nothing is lost.
func TestExtensionSecretsWithoutKeychain(t *testing.T) {
	home, k, events := t.TempDir(), &keychain{gone: true}, &secretEvents{}
	f := openAt(t, home, k, events)
	installGuest(t, f)
	keep(t, f, "a", guestSecret)
	if got := events.last(); !got.Undecided {
		t.Errorf("the page was sent %+v", got)
	}
	if err := f.UsePassphrase(t.Context(), "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	keep(t, f, "b", "second")
	nothingOnDisk(t, home)

	f = openAt(t, home, k, &secretEvents{})
	_, reading := f.ExtensionSecret(t.Context(), guestKey("a"))
	for what, err := range map[string]error{
		"reading": reading, "keeping": f.KeepExtensionSecret(t.Context(), guestKey("c"), "x"), "deleting": f.ForgetExtensionSecret(t.Context(), guestKey("a")),
	} {
		said, known := errors.AsType[*wire.Error](bind.Explain(err))
		if !known || said.Code != wire.CodeNotAllowed || !strings.Contains(said.Message, "sealed with a passphrase") || said.Hint == "" {
			t.Errorf("%s while locked: %+v", what, said)
		}
	}
	if err := f.UnlockSecrets(t.Context(), "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	wantKept(t, f, "a", wire.ExtensionSecret{Value: guestSecret, Found: true})
	wantKept(t, f, "b", wire.ExtensionSecret{Value: "second", Found: true})
	wantKept(t, f, "c", wire.ExtensionSecret{})

	// Uninstalled while it is locked, they go once it is unlocked, also at a later start.
	f = openAt(t, home, k, &secretEvents{})
	if err := f.UninstallExtension(t.Context(), guest); err != nil {
		t.Fatal(err)
	}
	f = openAt(t, home, k, &secretEvents{})
	if err := f.UnlockSecrets(t.Context(), "a long passphrase"); err != nil {
		t.Fatal(err)
	}
	if state := f.SecretsState(t.Context()); state.Kept != 0 {
		t.Errorf("still kept: %+v", state)
	}
	installGuest(t, f)
	wantKept(t, f, "a", wire.ExtensionSecret{})
}

// Each secret of an extension stays out of logs, as Keel's own do.
func TestExtensionSecretsAreLearnt(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	redactor := redact.New(redact.Options{})
	store := folder.NewSecrets(folder.Paths{Data: t.TempDir()}, redactor, func() {})
	if err := store.UseMemory(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"own": "own0secret", "extension:acme.guest": `keel-extension-secrets:1:{"a":"` + guestSecret + `"}`} {
		if err := store.Put(t.Context(), name, value); err != nil {
			t.Fatal(err)
		}
	}
	mark := redact.Mark("known secret")
	if got := redactor.Text("own0secret " + guestSecret); got != mark+" "+mark {
		t.Errorf("a log says %q", got)
	}
}
