package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/crash"
	"github.com/keel-ide/keel/backend/redact"
)

// crashes are the reports about faults, and what the next page is to tell of them.
type crashes struct {
	reports *crash.Reports
	folder  string
	notice  wire.CrashNotice // guarded by App.mu; none, or once it was told
}

// openCrashes watches for faults from here on. What keeps a report from being made
// must not keep the window from opening.
func openCrashes(ctx context.Context, paths folder.Paths, version string, redactor *redact.Redactor, log *slog.Logger) *crashes {
	c := &crashes{folder: filepath.Join(paths.Data, "crashes")}
	c.reports = crash.New(crash.Options{
		Folder: c.folder, Log: filepath.Join(paths.Data, "logs", "keel.log"), Version: version, Redactor: redactor,
	})
	last, err := c.reports.Collect(ctx)
	if err != nil {
		log.Warn("looking for what a fault has left", "error", err)
	}
	if last != "" {
		c.notice = wire.CrashNotice{Kind: wire.CrashProgram, Report: last}
	}
	if err := c.reports.Watch(); err != nil {
		log.Warn("watching for faults", "error", err)
	}
	return c
}

// pageGone decides what comes after the process that draws the page has ended. A
// window that closes, or that the system ends with all its processes, is no fault.
func (a *App) pageGone(reason string) revived {
	if a.closing.passed() {
		return leftAlone
	}
	verdict := a.revival.verdict(time.Now())
	if verdict == givenUp {
		a.closing.allow() // from here on there is no page that could ask
	}
	a.log.Warn("the process that draws the page has ended", "reason", reason, "then", verdict)
	report, err := a.crashes.reports.Page("The process that draws the page has ended: " + reason)
	if err != nil {
		a.log.Warn("reporting it", "error", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.crashes.notice = wire.CrashNotice{Kind: wire.CrashPage, Report: report}
	return verdict
}
