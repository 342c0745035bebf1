package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keel-ide/keel/app/instance"
)

// program is a script in place of Keel.
func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keel")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil { //nolint:gosec // it is started
		t.Fatal(err)
	}
	return path
}

// A new window that ends at once is not waited for.
func TestAWindowThatEndsAtOnce(t *testing.T) {
	windows := emptyRegister(t)
	never := func(window instance.Window) error {
		t.Errorf("it asks %v", window)
		return nil
	}
	for text, want := range map[string]string{
		"exit 0":                            "it was closed at once",
		"echo keel: no display >&2; exit 1": "starting a window: no display",
	} {
		windows.program = program(t, text)
		err := windows.launch(t.Context(), instance.Folder{}, never)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	// Another start was faster: its window is the one.
	claim, _ := joined(t, windows, "")
	windows.program = program(t, "exit 0")
	asked := ""
	if err := windows.launch(t.Context(), instance.Folder{}, func(window instance.Window) error {
		asked = window.ID
		return nil
	}); err != nil || asked != claim.ID() {
		t.Errorf("asked %q, %v", asked, err)
	}
}

func TestAWindowIsToldThatItWasLaunched(t *testing.T) {
	windows := emptyRegister(t)
	windows.program = program(t, `test "$KEEL_LAUNCHED" = 1 || echo it was not told >&2; exit 3`)
	err := windows.launch(t.Context(), instance.Folder{}, nil)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("told: %v", err)
	}
}

// What a desktop asks of this program, another start does: as if typed, but never an option.
func TestWhatTheDesktopAsksForIsPassedOn(t *testing.T) {
	said := filepath.Join(t.TempDir(), "said")
	windows := launcher{program: program(t, `printf '%s\n' "$@" >"$SAID.part" && mv "$SAID.part" "$SAID"`)}
	windows.environment = []string{"SAID=" + said, "PATH=" + os.Getenv("PATH")}
	if err := windows.pass("--wait"); err != nil {
		t.Fatal(err)
	}
	for {
		if text, err := os.ReadFile(said); err == nil {
			if string(text) != "--\n--wait\n" {
				t.Errorf("it is given %q", text)
			}
			return
		}
		if t.Context().Err() != nil {
			t.Fatal("it was not started")
		}
		<-time.After(10 * time.Millisecond)
	}
}
