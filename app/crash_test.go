package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/redact"
)

// faulty is an App that has its reports, and nothing more.
func faulty(t *testing.T, paths folder.Paths) *App {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	a := &App{log: log, crashes: openCrashes(t.Context(), paths, "1", redact.New(redact.Options{}), log)}
	t.Cleanup(func() {
		if err := a.crashes.reports.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestAWindowWhosePageIsGivenUpCloses(t *testing.T) {
	a := faulty(t, folder.Paths{Data: t.TempDir()})
	for range maxRevivals {
		if verdict := a.pageGone("it crashed"); verdict != loadedAgain {
			t.Fatalf("then comes %q", verdict)
		}
	}
	if a.closing.passes(true) {
		t.Error("while the page comes back, a window at work closed without a question")
	}
	a.closing.stays()
	if verdict := a.pageGone("it crashed"); verdict != givenUp {
		t.Fatalf("then comes %q", verdict)
	}
	if !a.closing.passes(true) {
		t.Error("a page that is not there was asked")
	}
}

func TestKeelStartsWhereNoReportCanBeMade(t *testing.T) {
	paths := folder.Paths{Data: t.TempDir()}
	if err := os.WriteFile(filepath.Join(paths.Data, "crashes"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a := faulty(t, paths)
	if verdict := a.pageGone("it crashed"); verdict != loadedAgain {
		t.Errorf("then comes %q", verdict)
	}
}
