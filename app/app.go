// Package app is the shell around the product: it puts the services behind a
// window or a command line, and is the only Go code that imports Wails.
package app

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/notification"
	"github.com/keel-ide/keel/app/updates"
	"github.com/keel-ide/keel/app/webview"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
	"github.com/keel-ide/keel/backend/shellenv"
)

// Main runs Keel and returns its exit code: the command line when the first
// argument names one of its commands, else the window.
func Main(arguments []string, page fs.FS, build cli.Build) int {
	if code, ok := cli.Helper(arguments); ok {
		return code
	}
	started := time.Now()
	if cli.Is(arguments) {
		return cli.Run(context.Background(), arguments, build)
	}
	start, err := cli.ParseStart(arguments)
	if err == nil {
		err = openWindow(start, page, build, started)
	}
	if err != nil {
		return cli.Complain(err)
	}
	return 0
}

// App is the window's composition root: it owns the opened folder and replaces
// it when another is opened.
type App struct {
	ctx      context.Context
	log      *slog.Logger
	paths    folder.Paths
	events   *events
	redactor *redact.Redactor
	areas    *folder.Areas
	secrets  *secret.Store
	outbound *outbound.Transport
	accounts *folder.Accounts
	shell    *shellenv.Environment
	guard    *guard
	webviews *webview.Server

	extensions *folder.Extensions

	build   cli.Build
	started time.Time
	closing closing
	crashes *crashes
	revival revival
	updates *updates.Updates

	notifier *notification.Notifier

	windows  launcher
	claim    *instance.Claim
	requests *requests

	opening sync.Mutex // held while a folder replaces another, or the last one is closed

	mu     sync.Mutex // guards what follows
	folder *folder.Folder
	failed *wire.Error // why the asked-for folder is not open
	placed place       // where the window is, and whether that was kept before

	placeKnown bool
}

// Folder returns what the window works on now.
func (a *App) Folder() *folder.Folder {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.folder
}

// settings are those of the opened folder; before there is one, none are made.
func (a *App) settings() settings.Values {
	if f := a.Folder(); f != nil {
		return f.Settings.Values()
	}
	return settings.Values{}
}

// environ is what names a proxy where the settings do not.
func (a *App) environ() []string {
	if a.shell == nil {
		return os.Environ()
	}
	return a.shell.Environ()
}

// tellSecrets tells the page where keys and tokens are kept.
func (a *App) tellSecrets() {
	if f := a.Folder(); f != nil {
		f.TellSecrets()
	}
}

func (a *App) close() {
	a.opening.Lock()
	defer a.opening.Unlock()
	if f := a.Folder(); f != nil {
		if err := f.Close(); err != nil {
			a.log.Error("closing the folder", "error", err)
		}
	}
}
