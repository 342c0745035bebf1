// Package app is the shell around the product: it puts the services behind a
// window or a command line, and is the only Go code that imports Wails.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/notification"
	"github.com/keel-ide/keel/app/webview"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
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
	if err := openWindow(arguments, page, build, started); err != nil {
		fmt.Fprintf(os.Stderr, "keel: %v\n", err)
		return 1
	}
	return 0
}

func openWindow(arguments []string, page fs.FS, build cli.Build, started time.Time) error {
	path := ""
	if len(arguments) > 0 {
		absolute, err := filepath.Abs(arguments[0])
		if err != nil {
			return fmt.Errorf("resolving %q: %w", arguments[0], err)
		}
		path = absolute
	}
	paths, err := folder.DefaultPaths()
	if err != nil {
		return err
	}
	if err := paths.Make(); err != nil {
		return err
	}
	redactor := redact.New(redact.Options{})
	redactor.LearnEnvironment(os.Environ())
	log, closeLog, err := openLog(paths, redactor)
	if err != nil {
		return err
	}
	defer func() {
		if err := closeLog(); err != nil {
			fmt.Fprintf(os.Stderr, "keel: closing the log: %v\n", err)
		}
	}()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a := &App{
		ctx: ctx, log: log, paths: paths, events: &events{}, redactor: redactor, started: started,
		guard: newGuard(), build: build,
	}
	a.webviews = a.newWebviews()
	if a.areas, err = folder.OpenAreas(ctx, paths); err != nil {
		return err
	}
	defer func() {
		if err := a.areas.Close(); err != nil {
			log.Debug("closing Keel's own folders", "error", err)
		}
	}()
	a.secrets = folder.NewSecrets(paths, redactor, a.tellSecrets)
	a.outbound = folder.NewOutbound(a.settings, a.environ, redactor, a.events.Notice)
	defer func() { _ = a.outbound.Close() }() // it never fails
	if a.accounts, err = folder.NewAccounts(folder.AccountsOptions{
		Paths: paths, Secrets: a.secrets, Values: a.settings, HTTP: a.outbound, Redactor: redactor,
		Environ: a.environ, Clients: build.Clients, Log: log,
	}); err != nil {
		return err
	}
	defer func() {
		if err := a.accounts.Close(); err != nil {
			log.Debug("closing the accounts", "error", err)
		}
	}()
	a.extensions = folder.NewExtensions(folder.ExtensionsOptions{Paths: paths, Values: a.settings, Outbound: a.outbound, Secrets: a.secrets, Log: log})
	defer func() {
		if err := a.extensions.Close(); err != nil {
			log.Debug("closing the extensions", "error", err)
		}
	}()
	a.notifier = notification.New(notification.Options{Raise: a.raise})
	defer func() {
		if err := a.notifier.Close(); err != nil {
			log.Debug("closing notifications", "error", err)
		}
	}()
	asking, stop := context.WithTimeout(ctx, 10*time.Second)
	claim, err := instance.ClaimOrTell(asking, paths.Data, instance.Request{Path: path}, a.later)
	stop()
	if claim == nil {
		return err
	}
	defer claim.Close()
	if err := display(); err != nil {
		return err
	}
	if err := a.extensions.Sweep(ctx); err != nil {
		log.Warn("sweeping the folder of extensions", "error", err)
	}
	a.shell = loginShell(log)
	defer func() { _ = a.shell.Close() }() // it only ends the shell
	if err := a.start(path); err != nil {
		return err
	}
	defer a.close()
	return a.run(page)
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

	notifier *notification.Notifier

	opening sync.Mutex // held while a folder replaces another, or the last one is closed

	mu     sync.Mutex // guards what follows
	folder *folder.Folder
	failed *wire.Error // why the asked-for folder is not open
	wanted string      // what a later start asked for before there was a page
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

// start opens the folder that was asked for, else the last one. A folder that
// cannot be opened leaves an empty window that says why, or asks where something
// can be done about it; without even settings there is no window to say it in.
func (a *App) start(path string) error {
	consent := false
	if path == "" {
		if recent := folder.ReadRecent(a.paths); len(recent) > 0 {
			path, consent = recent[0].Path, true // it was agreed to when it was opened
		}
	}
	opened, err := a.open(wire.OpenFolderRequest{Path: path, Consent: consent})
	if errors.Is(err, checkpoint.ErrNoRecord) || errors.Is(err, checkpoint.ErrNewer) {
		a.log.Warn("opening the folder", "path", path, "error", err)
		a.wanted = path // the page asks what to do
		if opened, err = a.open(wire.OpenFolderRequest{}); err != nil {
			return err
		}
	}
	if err != nil {
		a.log.Warn("opening the folder", "path", path, "error", err)
		explained, ok := errors.AsType[*wire.Error](bind.Explain(err))
		if !ok {
			explained = &wire.Error{Code: wire.CodeInternal, Message: err.Error()}
		}
		explained.Message = fmt.Sprintf("%s is not open: %s", path, explained.Message)
		a.failed = explained
		if opened, err = a.open(wire.OpenFolderRequest{}); err != nil {
			return err
		}
	}
	a.folder = opened
	return nil
}

func (a *App) open(request wire.OpenFolderRequest) (*folder.Folder, error) {
	return folder.Open(a.ctx, request.Path, folder.Options{
		Paths:    a.paths,
		Consent:  request.Consent,
		Rescue:   request.Rescue,
		SetAside: request.SetAside,
		Events:   a.events,
		Areas:    a.areas,
		Secrets:  a.secrets,
		Outbound: a.outbound,
		Accounts: a.accounts,

		Extensions: a.extensions,

		Helper:   folder.HelperProgram(),
		Symbols:  folder.SymbolsProgram(),
		Shell:    a.shell,
		Redactor: a.redactor,
		Explain:  bind.Explain,
		Log:      a.log,
	})
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
