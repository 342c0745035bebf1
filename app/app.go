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
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/notification"
	"github.com/keel-ide/keel/app/updates"
	"github.com/keel-ide/keel/app/webview"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
	"github.com/keel-ide/keel/backend/shellenv"
	"github.com/keel-ide/keel/backend/workspace"
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

func openWindow(start cli.Start, page fs.FS, build cli.Build, started time.Time) error {
	environment := os.Environ() // as it was given, for other windows
	paths, err := folder.DefaultPaths()
	if err != nil {
		return err
	}
	if err := paths.Make(); err != nil {
		return err
	}
	register, err := instance.Open(paths.Data)
	if err != nil {
		return err
	}
	asking, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	left, err := begin(asking, start, launcher{register, environment})
	stop()
	if left == nil {
		return err
	}
	if err := display(); err != nil {
		return err
	}
	notReplaced := startNewVersion(context.Background(), paths, register, environment)
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
		guard: newGuard(), build: build, register: register, environment: environment, requests: newRequests(),
	}
	if a.crashes, err = openCrashes(ctx, paths, build.Version(), redactor, log); err != nil {
		return err
	}
	defer func() {
		if err := a.crashes.reports.Close(); err != nil {
			log.Debug("ending the watch for faults", "error", err)
		}
	}()
	if notReplaced != nil {
		log.Warn("putting the newer version in place", "error", notReplaced)
		a.failed = notUpdated(notReplaced)
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
	a.updates = a.newUpdates()
	defer a.updates.Close()
	a.notifier = notification.New(notification.Options{Raise: a.raise})
	defer func() {
		if err := a.notifier.Close(); err != nil {
			log.Debug("closing notifications", "error", err)
		}
	}()
	if a.claim, err = register.Join(ctx, a.later); err != nil {
		return err
	}
	defer func() {
		if err := a.claim.Close(); err != nil {
			log.Debug("leaving the register of windows", "error", err)
		}
	}()
	path := left.folder
	if path == "" && !left.empty {
		path = lastFolder(paths)
	}
	if _, err := a.claimFolder(path); err != nil {
		taken, ok := errors.AsType[*instance.TakenError](err)
		if !ok {
			return err
		}
		return tellAll(ctx, taken.Window, left.requests) // it was faster
	}
	for _, request := range left.requests {
		if request.File != "" || request.Link != "" {
			a.later(ctx, request)
		}
	}
	a.sweepExtensions()
	a.shell = loginShell(log)
	defer func() { _ = a.shell.Close() }() // it only ends the shell
	if err := a.start(path, path != left.folder); err != nil {
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
	crashes *crashes
	revival revival
	updates *updates.Updates

	notifier *notification.Notifier

	register    *instance.Register
	claim       *instance.Claim
	requests    *requests
	environment []string // that the program was started with

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

// start opens a folder. One that cannot be opened leaves an empty window that
// says why, or asks where something can be done about it; without even settings
// there is no window to say it in.
func (a *App) start(path string, consent bool) error {
	opened, err := a.open(wire.OpenFolderRequest{Path: path, Consent: consent})
	if errors.Is(err, checkpoint.ErrNoRecord) || errors.Is(err, checkpoint.ErrNewer) || errors.Is(err, workspace.ErrNeedsConsent) {
		a.log.Warn("opening the folder", "path", path, "error", err)
		a.later(a.ctx, instance.Request{Folder: path}) // the page asks what to do
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

// open opens a folder that no other window has.
func (a *App) open(request wire.OpenFolderRequest) (*folder.Folder, error) {
	giveBack, err := a.claimFolder(request.Path)
	if err != nil {
		return nil, err
	}
	opened, err := folder.Open(a.ctx, request.Path, folder.Options{
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
	if err != nil {
		giveBack()
	}
	return opened, err
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
