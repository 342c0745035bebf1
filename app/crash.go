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

// openCrashes watches for faults from here on.
func openCrashes(ctx context.Context, paths folder.Paths, version string, redactor *redact.Redactor, log *slog.Logger) (*crashes, error) {
	c := &crashes{folder: filepath.Join(paths.Data, "crashes")}
	var err error
	c.reports, err = crash.Open(crash.Options{
		Folder: c.folder, Log: filepath.Join(paths.Data, "logs", "keel.log"), Version: version, Redactor: redactor,
	})
	if err != nil {
		return nil, err
	}
	// A report that cannot be made must not keep the window from opening.
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
	return c, nil
}

// pageGone decides what comes after the process that draws the page has ended. A
// window that closes, or that the system ends with all its processes, is no fault.
func (a *App) pageGone(reason string) revived {
	if a.closing.passed() {
		return leftAlone
	}
	verdict := a.revival.verdict(time.Now())
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
