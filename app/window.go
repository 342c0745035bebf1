package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	wails2 "github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
)

// run shows the window and returns when it is closed.
func (a *App) run(page fs.FS) error {
	dist, err := fs.Sub(page, "frontend/dist")
	if err != nil {
		return fmt.Errorf("finding the page: %w", err)
	}
	seam := bind.NewSeam(a.ctx, a.log, a)
	window := &options.App{
		Title:            "Keel",
		Width:            defaultWidth,
		Height:           defaultHeight,
		MinWidth:         minWidth,
		MinHeight:        minHeight,
		BackgroundColour: options.NewRGB(0x1f, 0x1f, 0x1f),
		AssetServer: &assetserver.Options{
			Assets:  dist,
			Handler: byteHandler{desk: a, webviews: a.webviews, log: a.log},
			Middleware: func(next http.Handler) http.Handler {
				return a.pages(extensionHost(a.extensionsUseNetwork, next))
			},
		},
		Logger: wailsLog{a.log},
		OnStartup: func(ctx context.Context) {
			a.events.ctx.Store(&ctx)
			a.guard.close(ctx, servesBrowser())
			reviveWhenGone(a.pageGone)
			a.settle()
		},
		OnBeforeClose:  a.keepOpen,
		ErrorFormatter: format,
		Linux: &linux.Options{
			ProgramName: "keel",
			// Of Wails' three values only this one means to WebKit what it says.
			WebviewGpuPolicy: linux.WebviewGpuPolicyNever,
		},
		Mac: &mac.Options{OnFileOpen: a.pass, OnUrlOpen: a.pass},
		Bind: []any{
			bind.NewWindow(seam, a),
			bind.NewFiles(seam),
			bind.NewSearch(seam),
			bind.NewTerminals(seam),
			bind.NewSettings(seam),
			bind.NewStorage(seam),
			bind.NewSessions(seam),
			bind.NewAgent(seam),
			bind.NewProviders(seam),
			bind.NewCheckpoints(seam),
			bind.NewReview(seam),
			bind.NewReferences(seam),
			bind.NewEditors(seam),
			bind.NewTrust(seam),
			bind.NewImports(seam),
			bind.NewAudit(seam),
			bind.NewAccess(seam),
			bind.NewAccounts(seam),
			bind.NewSecrets(seam),
			bind.NewSamples(seam),
			bind.NewExtensions(seam, a),
			bind.NewUpdates(seam, a.updates),
			bind.NewCrashes(seam, a.crashes.reports, a.crashes.folder),
		},
	}
	a.size(window)
	tune(window)
	signals, done := context.WithCancel(a.ctx)
	var looking sync.WaitGroup
	defer looking.Wait()
	defer done()
	go a.endOnSignal(signals)
	looking.Go(func() { a.updates.Run(signals) })
	failed := wails.Run(window)
	// First of all: what is asked from now on is asked of another window.
	a.requests.hangUp()
	if err := a.claim.Shut(); err != nil {
		a.log.Debug("leaving the register of windows", "error", err)
	}
	return failed
}

// pass opens what the desktop of a Mac hands to the program that runs: elsewhere it
// starts another one.
func (a *App) pass(path string) {
	if err := a.windows.pass(path); err != nil {
		a.log.Warn("opening what the desktop asks for", "error", err)
		a.events.Notice(wire.Notice{Severity: "error", Message: fmt.Sprintf("%s was not opened: %v", path, err)})
	}
}

// format is how an error of a bound method reaches the page: as JSON in a text,
// since the page's side of Wails makes an Error of it, whose message is a text.
func format(err error) any {
	explained, ok := errors.AsType[*wire.Error](bind.Explain(err))
	if !ok {
		explained = &wire.Error{Code: wire.CodeInternal, Message: err.Error()}
	}
	text, err := json.Marshal(explained)
	if err != nil {
		return explained.Message
	}
	return string(text)
}

// State is what the page starts from.
func (a *App) State() wire.WindowState {
	f := a.Folder()
	state := wire.WindowState{
		Version:   a.build.Version(),
		Platform:  runtime.GOOS,
		Recent:    folder.ReadRecent(a.paths),
		Timings:   os.Getenv("KEEL_TIMINGS") != "",
		StartedAt: a.started.UnixMilli(),
	}
	a.mu.Lock()
	if a.failed != nil {
		state.Message, state.Hint = a.failed.Message, a.failed.Hint
		a.failed = nil // said once, not again after each reload
	}
	state.Crash, a.crashes.notice = a.crashes.notice, wire.CrashNotice{} // said once, too
	a.mu.Unlock()
	if f.Workspace != nil {
		state.Trust = f.FolderTrust()
		state.Workspace = wire.Workspace{ID: f.Workspace.ID(), Path: f.Workspace.Path(), Name: f.Workspace.Name()}
	}
	return state
}

// OpenFolder replaces the opened folder. The old one is closed only after the
// new one is open, so a folder that cannot be opened changes nothing; and calls
// reach the new one only once the old one is closed, because the page that is
// still shown names its files by their paths in the old one.
func (a *App) OpenFolder(ctx context.Context, request wire.OpenFolderRequest) error {
	path, err := expand(request.Path)
	if err != nil {
		return err
	}
	a.opening.Lock()
	defer a.opening.Unlock()
	before := a.Folder()
	if before.Workspace != nil && before.Holds(path) {
		return nil
	}
	request.Path = path
	opened, err := a.open(request)
	if taken, ok := errors.AsType[*instance.TakenError](err); ok {
		return a.elsewhere(ctx, taken)
	}
	if err != nil {
		return err
	}
	if err := before.Close(); err != nil {
		a.log.Error("closing the folder before", "error", err)
	}
	a.mu.Lock()
	a.folder, a.failed = opened, nil
	a.mu.Unlock()
	if err := a.claim.Only(a.ctx); err != nil {
		a.log.Warn("giving up the folder before", "error", err)
	}
	a.requests.opened(look(opened.Workspace.Path()))
	return nil
}

// PickFolder shows the system's dialog.
func (a *App) PickFolder(context.Context) (string, error) {
	start := ""
	if f := a.Folder(); f.Workspace != nil {
		start = filepath.Dir(f.Workspace.Path())
	}
	return wails2.OpenDirectoryDialog(a.wails(), wails2.OpenDialogOptions{Title: "Open Folder", DefaultDirectory: start})
}

// PickExtension shows the system's dialog for a packed extension.
func (a *App) PickExtension(context.Context) (string, error) {
	return wails2.OpenFileDialog(a.wails(), wails2.OpenDialogOptions{
		Title:   "Install from VSIX",
		Filters: []wails2.FileFilter{{DisplayName: "VSIX Extensions (*.vsix)", Pattern: "*.vsix"}},
	})
}

// SetTitle names the window.
func (a *App) SetTitle(title string) { wails2.WindowSetTitle(a.wails(), title) }

// Quit closes the window; the user has agreed to it.
func (a *App) Quit() {
	a.closing.allow()
	wails2.Quit(a.wails())
}

// Stay takes back a try to close the window.
func (a *App) Stay() { a.closing.stays() }

// Timing prints how long the start took, for KEEL_TIMINGS=1.
func (a *App) Timing(timing wire.Timing) {
	if os.Getenv("KEEL_TIMINGS") == "" {
		return
	}
	page := time.UnixMilli(timing.StartedAt).Sub(a.started).Milliseconds()
	fmt.Printf("timings: page %d ms, code %d ms, state %d ms, workbench %d ms, first paint %d ms, editor usable %d ms after the process started\n",
		page, page+timing.Loaded, page+timing.Answered, page+timing.Initialized, page+timing.FirstPaint, page+timing.EditorUsable)
}

// extensionsUseNetwork reports whether the settings let extensions use the network.
func (a *App) extensionsUseNetwork() bool { return !a.settings().ExtensionNetworkOff }

// wails is the context Wails wants for its own calls; none come before it is set.
func (a *App) wails() context.Context {
	if ctx := a.events.ctx.Load(); ctx != nil {
		return *ctx
	}
	return a.ctx
}

var errNoDisplay = errors.New("there is no display to open a window on.\n" +
	"Start it from a desktop session, or set DISPLAY; without a display, `keel exec` runs the agent on the command line")
