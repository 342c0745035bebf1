package app

import (
	"errors"
	"fmt"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/checkpoint"
	"github.com/keel-ide/keel/backend/workspace"
)

// start opens a folder. One that cannot be opened leaves an empty window that
// says why, or asks where something can be done about it; without even settings
// there is no window to say it in.
func (a *App) start(path string, consent bool) error {
	opened, err := a.open(wire.OpenFolderRequest{Path: path, Consent: consent})
	if err != nil && path != "" {
		a.log.Warn("opening the folder", "path", path, "error", err)
		opened, err = a.startWithout(path, err)
	}
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.folder = opened
	return nil
}

// startWithout is start where the folder cannot be opened. There is one window
// without a folder at most: where another one is that, it says why.
func (a *App) startWithout(path string, cause error) (*folder.Folder, error) {
	if err := a.claim.Take(a.ctx, ""); err != nil {
		if taken, ok := errors.AsType[*instance.TakenError](err); ok {
			return nil, a.passOn(taken.Window, path, cause)
		}
		return nil, err
	}
	if err := a.claim.Only(a.ctx); err != nil {
		return nil, err
	}
	a.requests.without()
	if errors.Is(cause, checkpoint.ErrNoRecord) || errors.Is(cause, checkpoint.ErrNewer) || errors.Is(cause, workspace.ErrNeedsConsent) {
		// The page asks what to do.
		if _, err := a.requests.receive(a.ctx, instance.Request{Folder: path, Replace: true}); err != nil {
			return nil, err
		}
		return a.open(wire.OpenFolderRequest{})
	}
	explained, ok := errors.AsType[*wire.Error](bind.Explain(cause))
	if !ok {
		explained = &wire.Error{Code: wire.CodeInternal, Message: cause.Error()}
	}
	explained.Message = fmt.Sprintf("%s is not open: %s", path, explained.Message)
	a.mu.Lock()
	a.failed = explained
	a.mu.Unlock()
	return a.open(wire.OpenFolderRequest{})
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
