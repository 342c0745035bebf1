package extension_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/extension/extensiontest"
	"github.com/keel-ide/keel/backend/secret"
)

// keeper is a store of secrets in memory that a test can break.
type keeper struct {
	mu   sync.Mutex
	kept map[string]string
	err  error // what each call fails with
}

func (k *keeper) Get(_ context.Context, name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[name], k.err
}

func (k *keeper) Put(_ context.Context, name, value string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil || errors.Is(k.err, secret.ErrItem) {
		k.kept[name] = value
		return nil
	}
	return k.err
}

func (k *keeper) Remove(_ context.Context, name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		delete(k.kept, name)
	}
	return k.err
}

func (k *keeper) Names(prefix string) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(k.kept)), func(name string) bool { return !strings.HasPrefix(name, prefix) })
}

// names are of everything that is kept.
func (k *keeper) names() []string { return k.Names("") }

// own is what Keel keeps beside what extensions do.
const own = "github-models"

// openSecrets installs Acme.one and acme.two.
func openSecrets(t *testing.T) (*extension.Secrets, *keeper, *extension.Extensions) {
	t.Helper()
	e := openIn(t, t.TempDir(), "http://127.0.0.1:1", extension.Options{})
	for _, manifest := range []string{extensiontest.Manifest("Acme", "one", "1.0.0", nil), extensiontest.Manifest("acme", "two", "1.0.0", nil)} {
		if err := installFile(t, e, extensiontest.Pack(t, manifest, nil)); err != nil {
			t.Fatal(err)
		}
	}
	k := &keeper{kept: map[string]string{own: "Keel's own"}}
	return extension.NewSecrets(k, e), k, e
}

func key(id, key string) extension.SecretKey { return extension.SecretKey{ExtensionID: id, Key: key} }

func set(t *testing.T, s *extension.Secrets, id, name, value string) {
	t.Helper()
	if err := s.Set(t.Context(), key(id, name), value); err != nil {
		t.Fatalf("setting %q of %s: %v", name, id, err)
	}
}

func wantSecret(t *testing.T, s *extension.Secrets, id, name, want string, there bool) {
	t.Helper()
	got, found, err := s.Get(t.Context(), key(id, name))
	if err != nil || got != want || found != there {
		t.Errorf("%q of %s: %q, %t, %v; want %q, %t", name, id, got, found, err, want, there)
	}
}

func TestSecretsOfExtensions(t *testing.T) {
	s, k, _ := openSecrets(t)
	wantSecret(t, s, "acme.one", "token", "", false)
	set(t, s, "Acme.one", "token", "first")
	set(t, s, "acme.ONE", "token", "second")
	set(t, s, "acme.one", "empty", "")
	set(t, s, "acme.two", "token", "of two")
	wantSecret(t, s, "acme.one", "token", "second", true)
	wantSecret(t, s, "acme.one", "empty", "", true)
	wantSecret(t, s, "acme.two", "token", "of two", true)
	wantSecret(t, s, "acme.two", "empty", "", false)

	keys, err := s.Keys(t.Context())
	if diff := cmp.Diff([]extension.SecretKey{key("acme.one", "empty"), key("acme.one", "token"), key("acme.two", "token")}, keys); diff != "" || err != nil {
		t.Errorf("keys (-want +got), %v:\n%s", err, diff)
	}
	for _, name := range []string{"token", "empty", "was never there"} {
		if err := s.Delete(t.Context(), key("acme.one", name)); err != nil {
			t.Error(err)
		}
	}
	wantSecret(t, s, "acme.one", "token", "", false)
	wantSecret(t, s, "acme.two", "token", "of two", true)
	if diff := cmp.Diff([]string{"extension:acme.two", own}, k.names()); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

// Whatever an extension calls itself or its keys, it names nothing of another.
func TestHostileNamesOfSecrets(t *testing.T) {
	s, k, _ := openSecrets(t)
	for _, id := range []string{
		"", ".", "acme", own, "acme.one.two", "acme.one:token", "extension:acme.one", "../acme.one", "acme.one/..",
		"acme.one\x00", "acme.one ", "acme.оne", "acme.absent", strings.Repeat("a", 5000) + ".one",
	} {
		if err := s.Set(t.Context(), key(id, "token"), "x"); !errors.Is(err, extension.ErrNotFound) {
			t.Errorf("setting for %q: %v", id, err)
		}
		if _, _, err := s.Get(t.Context(), key(id, "token")); !errors.Is(err, extension.ErrNotFound) {
			t.Errorf("getting for %q: %v", id, err)
		}
		if err := s.Delete(t.Context(), key(id, "token")); !errors.Is(err, extension.ErrNotFound) {
			t.Errorf("deleting for %q: %v", id, err)
		}
	}
	hostile := []string{"", own, ":", "../../" + own, "extension:acme.two", "\x00", "a\nb", `","x":"`, "__proto__", strings.Repeat("k", 1<<10)}
	for at, name := range hostile {
		set(t, s, "acme.one", name, fmt.Sprint(at))
	}
	for at, name := range hostile {
		wantSecret(t, s, "acme.one", name, fmt.Sprint(at), true)
		wantSecret(t, s, "acme.two", name, "", false)
	}
	if diff := cmp.Diff([]string{"extension:acme.one", own}, k.names()); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if k.kept[own] != "Keel's own" {
		t.Errorf("Keel's own is %q", k.kept[own])
	}
}

func TestLimitsOfSecrets(t *testing.T) {
	s, _, _ := openSecrets(t)
	refused := func(what, name, value string) {
		t.Helper()
		if err := s.Set(t.Context(), key("acme.one", name), value); !errors.Is(err, extension.ErrTooLarge) {
			t.Errorf("%s: %v", what, err)
		}
		wantSecret(t, s, "acme.one", name, "", false)
	}
	refused("a long key", strings.Repeat("k", 1<<10+1), "x")
	refused("a large value", "large", strings.Repeat("x", 64<<10+1))
	set(t, s, "acme.one", "0", strings.Repeat("x", 64<<10))
	for at := 1; at < 200; at++ {
		set(t, s, "acme.one", fmt.Sprint(at), "x")
	}
	refused("one too many", "200", "x")
	set(t, s, "acme.one", "199", "can still be changed")
	wantSecret(t, s, "acme.one", "0", strings.Repeat("x", 64<<10), true)

	for at := range 15 {
		set(t, s, "acme.two", fmt.Sprint(at), strings.Repeat("\x01", 64<<10)) // the longest as JSON
	}
	if err := s.Set(t.Context(), key("acme.two", "more"), strings.Repeat("x", 64<<10)); !errors.Is(err, extension.ErrTooLarge) {
		t.Errorf("more than 1 MiB in all: %v", err)
	}
	wantSecret(t, s, "acme.two", "more", "", false)
	wantSecret(t, s, "acme.two", "14", strings.Repeat("\x01", 64<<10), true)
}

func TestSecretsGoWithTheirExtension(t *testing.T) {
	s, k, e := openSecrets(t)
	set(t, s, "acme.one", "token", "x")
	set(t, s, "acme.two", "token", "y")
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantSecret(t, s, "acme.one", "token", "x", true)
	// Another version of it is the same extension.
	if err := installFile(t, e, extensiontest.Pack(t, extensiontest.Manifest("Acme", "one", "2.0.0", nil), nil)); err != nil {
		t.Fatal(err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantSecret(t, s, "acme.one", "token", "x", true)

	if err := e.Uninstall(t.Context(), "acme.one"); err != nil {
		t.Fatal(err)
	}
	// Its code may go on until the window is loaded again.
	if err := s.Set(t.Context(), key("acme.one", "token"), "back again"); !errors.Is(err, extension.ErrNotFound) {
		t.Errorf("setting after it was uninstalled: %v", err)
	}
	locked := &secret.Error{Message: "locked", Err: secret.ErrLocked}
	k.err = locked
	if err := s.Sweep(t.Context()); !errors.Is(err, secret.ErrLocked) {
		t.Errorf("sweeping while it is locked: %v", err)
	}
	k.err = nil
	if err := extension.NewSecrets(k, e).Sweep(t.Context()); err != nil { // after the next start
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"extension:acme.two", own}, k.names()); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	// Installed again it starts anew.
	if err := installFile(t, e, extensiontest.Pack(t, extensiontest.Manifest("acme", "one", "1.0.0", nil), nil)); err != nil {
		t.Fatal(err)
	}
	wantSecret(t, s, "acme.one", "token", "", false)
}

// What cannot be read is an error and stays as it is.
func TestUnreadableSecrets(t *testing.T) {
	s, k, _ := openSecrets(t)
	set(t, s, "acme.one", "a", "x")
	before := maps.Clone(k.kept)
	attempt := func(want error) {
		t.Helper()
		_, _, get := s.Get(t.Context(), key("acme.one", "a"))
		_, keys := s.Keys(t.Context())
		for what, err := range map[string]error{
			"get": get, "keys": keys, "set": s.Set(t.Context(), key("acme.one", "b"), "y"), "delete": s.Delete(t.Context(), key("acme.one", "a")),
		} {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
	}
	for _, want := range []error{secret.ErrLocked, secret.ErrSlow, secret.ErrDamaged} {
		k.err = &secret.Error{Message: "no", Err: want}
		attempt(want)
	}
	k.err = nil
	if diff := cmp.Diff(before, k.kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	wantSecret(t, s, "acme.one", "a", "x", true)

	// A later version of Keel has written it: it is let be, and nobody else's trouble.
	set(t, s, "acme.two", "c", "z")
	k.kept["extension:acme.one"] = "keel-extension-secrets:2:?"
	_, _, err := s.Get(t.Context(), key("acme.one", "a"))
	for what, err := range map[string]error{
		"get": err, "set": s.Set(t.Context(), key("acme.one", "b"), "y"), "delete": s.Delete(t.Context(), key("acme.one", "a")),
	} {
		if !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("%s: %v, want %v", what, err, secret.ErrDamaged)
		}
	}
	keys, err := s.Keys(t.Context())
	if diff := cmp.Diff([]extension.SecretKey{key("acme.two", "c")}, keys); diff != "" || err != nil {
		t.Errorf("keys (-want +got), %v:\n%s", err, diff)
	}
	if got := k.kept["extension:acme.one"]; got != "keel-extension-secrets:2:?" {
		t.Errorf("it was written over with %q", got)
	}

	// One that alone is damaged can be set again, as the store's hint says.
	k.kept["extension:acme.one"] = ""
	k.err = &secret.Error{Message: "damaged", Err: fmt.Errorf("%w: %w", secret.ErrDamaged, secret.ErrItem)}
	set(t, s, "acme.one", "b", "new")
	k.err = nil
	wantSecret(t, s, "acme.one", "b", "new", true)
}

func TestManyChangesOfSecrets(t *testing.T) {
	s, _, _ := openSecrets(t)
	var group sync.WaitGroup
	for at := range 40 {
		group.Go(func() {
			if err := s.Set(t.Context(), key("acme.one", fmt.Sprint(at)), "x"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for at := range 40 {
		wantSecret(t, s, "acme.one", fmt.Sprint(at), "x", true)
	}
}

func TestSecretValues(t *testing.T) {
	s, k, _ := openSecrets(t)
	set(t, s, "acme.one", "b", "second <&>")
	set(t, s, "acme.one", "a", "first")
	values, ok := extension.SecretValues(k.kept["extension:acme.one"])
	if diff := cmp.Diff([]string{"first", "second <&>"}, values); diff != "" || !ok {
		t.Errorf("values (-want +got), %t:\n%s", ok, diff)
	}
	for _, other := range []string{"", "gho_token", "{}", "keel-extension-secrets:1:", "keel-extension-secrets:1:null", "keel-extension-secrets:1:[]"} {
		if values, ok := extension.SecretValues(other); ok {
			t.Errorf("%q holds %q", other, values)
		}
	}
}
