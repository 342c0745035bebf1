package app

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What git itself calls local to a repository does not reach what a window starts.
func TestAnEditorOfGitIsNotGivenItsRepository(t *testing.T) {
	command := exec.CommandContext(t.Context(), "git", "rev-parse", "--local-env-vars")
	out, err := command.Output()
	if err != nil {
		t.Skipf("git cannot be asked: %v", err)
	}
	local := append(strings.Fields(string(out)), "GIT_PREFIX", "GIT_EXEC_PATH", "GIT_REFLOG_ACTION")
	kept := []string{"GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0", "GIT_AUTHOR_NAME"}
	for _, name := range append(slices.Clone(kept), local...) {
		t.Setenv(name, "0")
	}
	t.Setenv(launchedVariable, "1")
	if !leaveLauncher() {
		t.Error("it does not know that a window has started it")
	}
	for _, name := range local {
		if _, has := os.LookupEnv(name); has && !slices.Contains(kept, name) {
			t.Errorf("%s is still there", name)
		}
	}
	for _, name := range kept {
		if _, has := os.LookupEnv(name); !has {
			t.Errorf("%s has gone", name)
		}
	}
	if leaveLauncher() {
		t.Error("what this window starts is told that it was launched")
	}
}
