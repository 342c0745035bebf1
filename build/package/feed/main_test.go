package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"
	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/update"
)

func TestAFeedIsMadeThatKeelTakes(t *testing.T) {
	folder := t.TempDir()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(name string) string { return filepath.Join(folder, name) }
	var public bytes.Buffer
	if err := run([]string{"open-key", at("key")}, "", &public, now); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{"open-key", at("key")}, "", &public, now); err == nil {
		t.Error("a key was written over another one")
	}
	for _, name := range []string{"notes.md", "keel-1.3.0-linux-amd64.tar.gz", "keel_1.3.0_arm64.deb", "keel-1.3.0-1.x86_64.rpm"} {
		if err := os.WriteFile(at(name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	arguments := []string{
		"make", "-key", at("key"), "-version", "1.3.0", "-at", "https://example.com/1.3.0/", "-notes", at("notes.md"), "-days", "10", "-out", at("feed.json"),
		at("keel-1.3.0-linux-amd64.tar.gz"), at("keel_1.3.0_arm64.deb"), at("keel-1.3.0-1.x86_64.rpm"),
	}
	if err := run(arguments, "", os.Stdout, now); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(at("feed.json"))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := os.ReadFile(at("feed.json.minisig"))
	if err != nil {
		t.Fatal(err)
	}
	key, _, _ := strings.Cut(public.String(), "\n")
	if err := update.Verify(key, text, signature, now.AddDate(0, 0, 9)); err != nil {
		t.Error(err)
	}
	if err := update.Verify(key, text, signature, now.AddDate(0, 0, 10)); err == nil {
		t.Error("it does not expire")
	}
	var feed update.Feed
	if err := json.Unmarshal(text, &feed); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range feed.Files {
		got = append(got, strings.Join([]string{a.OS, a.Arch, a.Kind, a.URL}, " "))
	}
	want := []string{
		"linux amd64 tar.gz https://example.com/1.3.0/keel-1.3.0-linux-amd64.tar.gz",
		"linux arm64 deb https://example.com/1.3.0/keel_1.3.0_arm64.deb",
		"linux amd64 rpm https://example.com/1.3.0/keel-1.3.0-1.x86_64.rpm",
	}
	if d := cmp.Diff(want, got); d != "" || feed.Notes != "notes.md" || feed.Version != "1.3.0" {
		t.Errorf("%+v\n%s", feed, d)
	}
}

func TestAFeedThatNoKeelWouldTakeLeavesTheOneThatIsThere(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	now := time.Date(2026, 5, 2, 3, 4, 5, 0, time.UTC)
	var public bytes.Buffer
	if err := run([]string{"open-key", at("key")}, "", &public, now); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("keel-1.3.0-linux-amd64.tar.gz"), []byte("keel"), 0o600); err != nil {
		t.Fatal(err)
	}
	renew := func(version, address string, more ...string) error {
		arguments := append([]string{"make", "-key", at("key"), "-version", version, "-at", address, "-out", at("feed.json")}, more...)
		return run(append(arguments, at("keel-1.3.0-linux-amd64.tar.gz")), "", os.Stdout, now)
	}
	if err := renew("1.3.0", "https://example.com/", "-released", "2026-01-31"); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(at("feed.json"))
	if err != nil {
		t.Fatal(err)
	}
	var feed update.Feed
	if err := json.Unmarshal(good, &feed); err != nil || !feed.ReleasedAt.Equal(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("released at %v, %v", feed.ReleasedAt, err)
	}
	for name, err := range map[string]error{
		"no version":          renew("new", "https://example.com/"),
		"an address of http":  renew("1.3.0", "http://example.com/"),
		"a day to come":       renew("1.3.0", "https://example.com/", "-released", "2027-01-31"),
		"a day that is none":  renew("1.3.0", "https://example.com/", "-released", "soon"),
		"a version with more": renew("1.3.0.1", "https://example.com/"),
	} {
		if err == nil {
			t.Errorf("%s: made", name)
		}
	}
	if left, err := os.ReadFile(at("feed.json")); err != nil || !bytes.Equal(left, good) {
		t.Errorf("the good feed was overwritten, %v", err)
	}
}

// It is sealed as the library does; opening it takes a gigabyte and seconds.
func TestAKeyIsSealed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "key")
	if err := run([]string{"key", name}, "", os.Stdout, time.Now()); err == nil {
		t.Error("a key was made without a password")
	}
	var public bytes.Buffer
	if err := run([]string{"key", name}, "secret", &public, time.Now()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil || !minisign.IsEncrypted(text) || public.Len() == 0 {
		t.Errorf("the key is not sealed, %v", err)
	}
	if _, err := readKey(name, ""); err == nil {
		t.Error("it was read without a password")
	}
}

func TestAFileThatNamesNoSystemIsRefused(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keel.tar.gz")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := describe(name, "https://example.com"); err == nil {
		t.Error("described")
	}
}
