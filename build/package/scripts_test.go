// Package package_test holds the packaging scripts to what they must not do.
package package_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// copied puts a script into a tree of its own, where it may delete what it likes.
func copied(t *testing.T, script, as string) string {
	t.Helper()
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.FromSlash(as))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o700); err != nil { //nolint:gosec // it is started
		t.Fatal(err)
	}
	return path
}

func TestASuiteIsAName(t *testing.T) {
	script := copied(t, "clean.sh", "build/package/clean.sh")
	for _, suite := range []string{"../../../backend", "a/b", ".", "--", "root", "Bookworm", "a b"} {
		said, err := exec.CommandContext(t.Context(), script, suite).CombinedOutput()
		if err == nil || !strings.Contains(string(said), "Nothing was done") || strings.Contains(string(said), "no .deb") {
			t.Errorf("%q: %v, %s", suite, err, said)
		}
	}
}

// It starts itself anew, from wherever it was called.
func TestTheCleanSystemIsMadeFromAnywhere(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may make a clean system")
	}
	script := copied(t, "clean.sh", "build/package/clean.sh")
	command := exec.CommandContext(t.Context(), "./clean.sh")
	command.Dir = filepath.Dir(script)
	said, err := command.CombinedOutput()
	if strings.Contains(string(said), "unshare failed") {
		t.Skipf("no clean system can be made here: %s", said)
	}
	if err == nil || !strings.Contains(string(said), "there is no .deb") {
		t.Errorf("%v, %s", err, said)
	}
}

// A program of the same name in the folder of the download must not be taken.
func TestTheInstallerStartsTheSystemsPowershell(t *testing.T) {
	text, err := os.ReadFile("windows/keel.nsi")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`[^ ']*powershell\.exe`).FindAllString(string(text), -1)
	for _, each := range all {
		if each != `"$SYSDIR\WindowsPowerShell\v1.0\powershell.exe` {
			t.Errorf("it starts %s", each)
		}
	}
	if len(all) != 2 {
		t.Errorf("it starts PowerShell %d times", len(all))
	}
}

func TestKeelInTheShellOfGitForWindows(t *testing.T) {
	script := copied(t, "windows/keel.sh", "Keel App/bin/keel")
	program := filepath.Join(filepath.Dir(script), "..", "keel.exe")
	if err := os.WriteFile(program, []byte("#!/bin/sh\nprintf '<%s>' \"$@\"\nexit 3\n"), 0o700); err != nil { //nolint:gosec // it is started
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), "sh", script, "--wait", "a b").CombinedOutput()
	if ended, ok := err.(*exec.ExitError); !ok || ended.ExitCode() != 3 || string(said) != "<--wait><a b>" { //nolint:errorlint // as it is
		t.Errorf("%v, %s", err, said)
	}
}
