package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/notification"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/update"
)

// entry is what a process has become the window with.
type entry struct {
	launched    bool // by another window
	paths       folder.Paths
	windows     launcher
	claim       *instance.Claim
	asked       *requests
	path        string // the folder to open
	remembered  bool   // it was open last: nobody has asked for it now
	notReplaced error  // why a newer version did not get to its place
}

// openWindow does what a start asks, and is the window where none of those that run
// takes it. It builds every service, joins them, and ends them.
func openWindow(start cli.Start, page fs.FS, build cli.Build, started time.Time) error {
	e, err := become(start, build)
	if e == nil {
		return err
	}
	if err != nil {
		cli.Complain(err) // what else was asked for
	}
	redactor := redact.New(redact.Options{})
	redactor.LearnEnvironment(os.Environ())
	log, closeLog, err := openLog(e.paths, redactor)
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
		ctx: ctx, log: log, paths: e.paths, events: &events{}, redactor: redactor, started: started,
		guard: newGuard(), build: build, windows: e.windows, requests: e.asked, claim: e.claim,
	}
	defer ends(log, "leaving the register of windows", a.claim.Close)
	defer a.requests.close()
	a.crashes = openCrashes(ctx, e.paths, build.Version(), redactor, log)
	defer ends(log, "ending the watch for faults", a.crashes.reports.Close)
	if e.notReplaced != nil {
		log.Warn("putting the newer version in place", "error", e.notReplaced)
		a.failed = notUpdated(e.notReplaced)
	}
	a.webviews = a.newWebviews()
	if a.areas, err = folder.OpenAreas(ctx, e.paths); err != nil {
		return err
	}
	defer ends(log, "closing Keel's own folders", a.areas.Close)
	a.secrets = folder.NewSecrets(e.paths, redactor, a.tellSecrets)
	a.outbound = folder.NewOutbound(a.settings, a.environ, redactor, a.events.Notice)
	defer ends(log, "closing the connections", a.outbound.Close)
	if a.accounts, err = folder.NewAccounts(folder.AccountsOptions{
		Paths: e.paths, Secrets: a.secrets, Values: a.settings, HTTP: a.outbound, Redactor: redactor,
		Environ: a.environ, Clients: build.Clients, Log: log,
	}); err != nil {
		return err
	}
	defer ends(log, "closing the accounts", a.accounts.Close)
	a.extensions = folder.NewExtensions(folder.ExtensionsOptions{Paths: e.paths, Values: a.settings, Outbound: a.outbound, Secrets: a.secrets, Log: log})
	defer ends(log, "closing the extensions", a.extensions.Close)
	a.updates = a.newUpdates()
	defer a.updates.Close()
	a.notifier = notification.New(notification.Options{Raise: a.raise})
	defer ends(log, "closing notifications", a.notifier.Close)
	return a.untilClosed(e, page)
}

// untilClosed shows the window until it is closed.
func (a *App) untilClosed(e *entry, page fs.FS) error {
	a.requests.tell(a.arrived)
	a.sweepExtensions()
	a.shell = loginShell(a.log)
	defer ends(a.log, "ending the shell", a.shell.Close)
	if err := a.start(e.path, e.remembered); err != nil {
		return err
	}
	defer a.close()
	if e.launched {
		if err := quieten(); err != nil {
			a.log.Debug("letting go of the launcher's file", "error", err)
		}
	}
	err := a.run(page)
	if err != nil {
		a.log.Error("showing the window", "error", err) // its standard error may lead nowhere
	}
	return err
}

// become does what a start asks in other windows, or becomes one: then there is an
// entry, and the error is about what else was asked for.
func become(start cli.Start, build cli.Build) (*entry, error) {
	e := &entry{launched: leaveLauncher()} // and git, before anything is started
	environment := os.Environ()            // as it was given, for other windows
	var err error
	if e.paths, err = folder.DefaultPaths(); err != nil {
		return nil, err
	}
	if err := e.paths.Make(); err != nil {
		return nil, err
	}
	register, err := instance.Open(e.paths.Data, instance.Options{})
	if err != nil {
		return nil, err
	}
	if !e.launched { // whoever has launched this one is at work with the version that there is
		e.notReplaced = nextStart{
			updates: update.New(updateOptions(e.paths, build.Version())), now: update.Installed(folder.Near()), data: e.paths.Data, register: register,
			run: func(program string) error { return startAgain(program, environment) },
		}.newVersion(context.Background())
	}
	e.windows = launcher{register: register, environment: environment}
	ctx, answered := endsOnSignal(os.Exit)
	defer answered()
	left, claim, err := enter(ctx, start, e.windows, closingLimit, e.join)
	if left == nil {
		return nil, err
	}
	e.claim, e.remembered = claim, e.path != left.folder
	return e, err
}

// join makes this process the window of what no other one takes.
func (e *entry) join(ctx context.Context, left own) (*instance.Claim, error) {
	if err := display(); err != nil {
		return nil, err
	}
	if e.path = left.folder; e.path == "" && !left.empty {
		e.path = lastFolder(e.paths)
	}
	e.asked = newRequests(look(e.path))
	for _, request := range left.requests {
		if _, err := e.asked.receive(ctx, request); err != nil {
			return nil, err
		}
	}
	return e.windows.register.Join(ctx, e.path, e.asked.receive)
}

// ends ends a part of the window. What that has against it changes nothing any more.
func ends(log *slog.Logger, what string, end func() error) {
	if err := end(); err != nil {
		log.Debug(what, "error", err)
	}
}
