package app

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/notification"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/update"
)

// openWindow does what a start asks, and is the window where none of those that run
// takes it. It builds every service, joins them, and ends them.
func openWindow(start cli.Start, page fs.FS, build cli.Build, started time.Time) error {
	launched := leaveLauncher() // and git, before anything is started
	environment := os.Environ() // as it was given, for other windows
	paths, err := folder.DefaultPaths()
	if err != nil {
		return err
	}
	if err := paths.Make(); err != nil {
		return err
	}
	register, err := instance.Open(paths.Data, instance.Options{})
	if err != nil {
		return err
	}
	var notReplaced error
	if !launched { // whoever has launched this one is at work with the version that there is
		notReplaced = nextStart{
			updates: update.New(updateOptions(paths, build.Version())), now: update.Installed(folder.Near()), data: paths.Data, register: register,
			run: func(program string) error { return startAgain(program, environment) },
		}.newVersion(context.Background())
	}
	windows := launcher{register: register, environment: environment}
	var asked *requests
	var path string
	ctx, answered := endsOnSignal(os.Exit)
	left, claim, err := enter(ctx, start, windows, closingLimit, func(ctx context.Context, left own) (*instance.Claim, error) {
		if err := display(); err != nil {
			return nil, err
		}
		if path = left.folder; path == "" && !left.empty {
			path = lastFolder(paths)
		}
		asked = newRequests(look(path))
		for _, request := range left.requests {
			if _, err := asked.receive(ctx, request); err != nil {
				return nil, err
			}
		}
		return register.Join(ctx, path, asked.receive)
	})
	answered()
	if left == nil {
		return err
	}
	if err != nil {
		cli.Complain(err) // what else was asked for
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
		guard: newGuard(), build: build, windows: windows, requests: asked, claim: claim,
	}
	defer func() {
		if err := a.claim.Close(); err != nil {
			log.Debug("leaving the register of windows", "error", err)
		}
	}()
	defer asked.close()
	a.crashes = openCrashes(ctx, paths, build.Version(), redactor, log)
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
	asked.tell(a.arrived)
	a.sweepExtensions()
	a.shell = loginShell(log)
	defer func() { _ = a.shell.Close() }() // it only ends the shell
	if err := a.start(path, path != left.folder); err != nil {
		return err
	}
	defer a.close()
	if launched {
		if err := quieten(); err != nil {
			log.Debug("letting go of the launcher's file", "error", err)
		}
	}
	err = a.run(page)
	if err != nil {
		log.Error("showing the window", "error", err) // its standard error may lead nowhere
	}
	return err
}
