package app

import (
	"context"
	"errors"

	"github.com/keel-ide/keel/app/cli"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/instance"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/link"
)

// destination is where a link leads, as the user was asked about it: what opens
// after they have agreed is this and nothing else.
type destination struct {
	target link.Target
	real   string // its path without symbolic links
	folder instance.Folder
}

func (d destination) place() cli.Place {
	return cli.Place{Path: d.real, File: d.target.File, Line: d.target.Line, Column: d.target.Column}
}

// question is a link as the page asks about it: what it was made of is read again
// here, whoever has read it before.
func (a *App) question(ctx context.Context, id string) wire.OpenRequest {
	to, err := a.lead(ctx, a.requests.address(id))
	if err != nil {
		message := "This link was not followed: Keel could not find out where it leads."
		if refused, ok := errors.AsType[*link.Error](err); ok {
			message = refused.Message
		}
		return wire.OpenRequest{ID: id, Kind: wire.OpenRefused, Message: message}
	}
	a.requests.lead(id, to)
	return wire.OpenRequest{
		ID: id, Kind: wire.OpenLink, Folder: to.folder.Path, Path: to.real, IsFile: to.target.File,
		Line: to.target.Line, Column: to.target.Column, Trusted: folder.Trusts(a.paths, to.folder.Path),
	}
}

// lead finds out where an address leads, and which folder opens for it.
func (a *App) lead(ctx context.Context, address string) (destination, error) {
	target, err := link.Parse(address)
	if err != nil {
		return destination{}, err
	}
	real, err := target.Check()
	if err != nil {
		return destination{}, err
	}
	windows, err := a.windows.register.Windows(ctx)
	if err != nil {
		return destination{}, err
	}
	to := destination{target: target, real: real}
	to.folder = find(to.place(), windows, false).folder
	return to, nil
}

// FollowLink opens what a link names, after the user has agreed to it.
func (a *App) FollowLink(ctx context.Context, id string) error {
	to, ok := a.requests.answer(id)
	if !ok {
		return &wire.Error{Code: wire.CodeNotFound, Message: "This link was answered already.", Hint: "Click on it again."}
	}
	real, err := to.target.Check()
	if err != nil {
		refused, _ := errors.AsType[*link.Error](err)
		return &wire.Error{Code: wire.CodeNotFound, Message: refused.Message, Hint: "Nothing was opened."}
	}
	changed := &wire.Error{
		Code:    wire.CodeNotFound,
		Message: "This link was not followed: it leads elsewhere now than it did when you were asked.",
		Hint:    "Nothing was opened. Click on it again to see where it leads.",
	}
	if real != to.real {
		return changed
	}
	return a.send(ctx, to.place(), func(one errand) error {
		if !one.folder.Is(to.folder) {
			return changed
		}
		return nil
	})
}

// DropLink forgets a link that the user has said no to.
func (a *App) DropLink(id string) { _, _ = a.requests.answer(id) }

// address is a link as it came.
func (r *requests) address(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := r.find(id); at >= 0 {
		return r.all[at].link
	}
	return ""
}

// lead keeps where a link leads, which the user is asked about.
func (r *requests) lead(id string, to destination) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at := r.find(id); at >= 0 {
		r.all[at].leads = &to
	}
}

// answer returns where a link leads, once.
func (r *requests) answer(id string) (destination, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.find(id)
	if at < 0 || r.all[at].leads == nil {
		return destination{}, false
	}
	to := *r.all[at].leads
	r.all = append(r.all[:at:at], r.all[at+1:]...)
	return to, true
}
