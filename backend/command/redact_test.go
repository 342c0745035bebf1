//go:build unix

package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/keel-ide/keel/backend/redact"
)

const learnt = "gho_Zq3xW8vT5nR2mK7pL4jH9sD6fG1aB0cE"

// A secret that comes in two writes, with a reader that has seen what was before
// the second one, reaches neither the log nor the reader nor the model.
func TestLearntSecretsInTwoWrites(t *testing.T) {
	folder := t.TempDir()
	redactor := redact.New(redact.Options{Known: []string{learnt}})
	r := New(Options{LogDir: t.TempDir(), Redactor: redactor})
	t.Cleanup(func() { _ = r.Close() })
	const line = `mkfifo on; printf 'before\ngho_Zq3xW8vT5nR2'; read go < on; printf 'mK7pL4jH9sD6fG1aB0cE after, password=hunter2, gho_Zq3x'`
	var seen strings.Builder
	var goOn sync.Once
	var writing sync.WaitGroup
	result, err := r.Run(t.Context(), Spec{Command: line, Folder: folder}, func(piece []byte) {
		seen.Write(piece)
		if strings.Contains(seen.String(), "before") {
			goOn.Do(func() {
				writing.Go(func() {
					if err := os.WriteFile(filepath.Join(folder, "on"), []byte("go\n"), 0o600); err != nil {
						t.Error(err)
					}
				})
			})
		}
	})
	writing.Wait()
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(result.LogPath)
	if err != nil {
		t.Fatal(err)
	}
	want := "before\n" + redact.Mark("known secret") + " after, password=hunter2, gho_Zq3x"
	for where, got := range map[string]string{"model": result.Head, "reader": seen.String(), "log": string(log)} {
		if got != want {
			t.Errorf("%s: %q, want %q", where, got, want)
		}
	}
}

// Escapes within a secret are taken out of what the model reads: it must not be
// whole then.
func TestLearntSecretsWithEscapesWithin(t *testing.T) {
	r := New(Options{Redactor: redact.New(redact.Options{Known: []string{learnt}})})
	t.Cleanup(func() { _ = r.Close() })
	line := `printf 'a ` + learnt[:9] + `\033[1m` + learnt[9:] + `\n'`
	result, err := r.Run(t.Context(), Spec{Command: line, Folder: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "a " + redact.Mark("known secret") + "\n"; result.Head != want {
		t.Errorf("%q, want %q", result.Head, want)
	}
}

func TestCompleteComesAfterTheAllowList(t *testing.T) {
	r := New(Options{
		Environ: func() []string {
			return []string{"PATH=" + os.Getenv("PATH"), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.pager", "GIT_CONFIG_VALUE_0=evil"}
		},
		Complete: func(environ []string) []string {
			if slices.ContainsFunc(environ, func(entry string) bool { return strings.HasPrefix(entry, "GIT_CONFIG_") }) {
				t.Errorf("the user's settings came through: %q", environ)
			}
			return append(environ, "GIT_CONFIG_COUNT=0", "OURS=yes")
		},
	})
	t.Cleanup(func() { _ = r.Close() })
	result, err := r.Run(t.Context(), Spec{Command: `echo "$GIT_CONFIG_COUNT $GIT_CONFIG_KEY_0$OURS"`, Folder: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if result.Head != "0 yes\n" {
		t.Errorf("%q", result.Head)
	}
}
