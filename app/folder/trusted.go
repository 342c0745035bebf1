package folder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/approval"
	foreign "github.com/keel-ide/keel/backend/editors"
	"github.com/keel-ide/keel/backend/settings"
	"github.com/keel-ide/keel/backend/trust"
	others "github.com/keel-ide/keel/backend/trust/editors"
)

// AddTrusted trusts a pattern. One that its scope holds already stays where it
// is.
func (f *Folder) AddTrusted(ctx context.Context, place wire.TrustPlace) error {
	if strings.TrimSpace(place.Pattern) == "" {
		return trust.ErrEmpty
	}
	return f.changed(ctx, trustedIn("Trusted a command", place.TrustEntry), func() error {
		switch place.Scope {
		case wire.TrustAlways:
			return f.Settings.EditList(ctx, settings.KeyTrustedCommands, func(items []string) ([]string, error) {
				if slices.Contains(items, place.Pattern) {
					return items, nil
				}
				index := place.Index
				if index < 0 || index > len(items) {
					index = len(items)
				}
				return slices.Insert(items, index, place.Pattern), nil
			})
		case wire.TrustWorkspace:
			return f.trust.Add(place.Pattern, place.Index)
		case wire.TrustSession:
			agent, err := f.agentOf()
			if err != nil {
				return err
			}
			return agent.Grant(ctx, place.SessionID, place.Pattern, place.Index)
		}
		return fmt.Errorf("trusting %q for %q: %w", place.Pattern, place.Scope, ErrScope)
	})
}

// RemoveTrusted takes a pattern out and returns its place, to undo it.
func (f *Folder) RemoveTrusted(ctx context.Context, entry wire.TrustEntry) (place wire.TrustPlace, err error) {
	place.TrustEntry = entry
	change := trustedIn("Stopped trusting a command", entry)
	change.Tightens = true
	err = f.changed(ctx, change, func() error {
		switch entry.Scope {
		case wire.TrustAlways:
			return f.Settings.EditList(ctx, settings.KeyTrustedCommands, func(items []string) ([]string, error) {
				place.Index = slices.Index(items, entry.Pattern)
				if place.Index < 0 {
					return nil, fmt.Errorf("removing %q: %w", entry.Pattern, trust.ErrNotFound)
				}
				return slices.DeleteFunc(items, func(item string) bool { return item == entry.Pattern }), nil
			})
		case wire.TrustWorkspace:
			place.Index, err = f.trust.Remove(entry.Pattern)
			return err
		case wire.TrustSession:
			agent, err := f.agentOf()
			if err != nil {
				return err
			}
			if place.Index, err = agent.Revoke(ctx, entry.SessionID, entry.Pattern); err == nil && place.Index < 0 {
				err = fmt.Errorf("removing %q: %w", entry.Pattern, trust.ErrNotFound)
			}
			return err
		}
		return fmt.Errorf("removing %q for %q: %w", entry.Pattern, entry.Scope, ErrScope)
	})
	return place, err
}

// EditTrusted puts one pattern in the place of another; where the scope stays the
// same, so does its place.
func (f *Folder) EditTrusted(ctx context.Context, edit wire.TrustEdit) error {
	from, to := edit.From, edit.To
	if strings.TrimSpace(to.Pattern) == "" {
		return trust.ErrEmpty
	}
	if from == to {
		return nil
	}
	place, err := f.RemoveTrusted(ctx, from)
	if err != nil {
		return err
	}
	next := wire.TrustPlace{TrustEntry: to, Index: -1}
	if from.Scope == to.Scope && from.SessionID == to.SessionID {
		next.Index = place.Index
	}
	if err := f.AddTrusted(ctx, next); err != nil {
		return errors.Join(err, f.AddTrusted(ctx, place))
	}
	return nil
}

// trustedIn is a change of one pattern, for the audit log. Of a pattern in the
// user's settings it is nothing: a change of those is kept there whoever makes it.
func trustedIn(what string, entry wire.TrustEntry) trustChange {
	change := trustChange{What: what, Pattern: entry.Pattern, SessionID: entry.SessionID}
	switch entry.Scope {
	case wire.TrustWorkspace:
		change.Tier = string(approval.TierWorkspace)
	case wire.TrustSession:
		change.Tier = string(approval.TierSession)
	default:
		return trustChange{}
	}
	return change
}

// changed keeps a change in the audit log, makes it, and tells the page of it. That
// one was not made after all is kept as well.
func (f *Folder) changed(ctx context.Context, change trustChange, work func() error) error {
	if change.What != "" {
		if err := f.auditTrust(ctx, change); err != nil {
			return err
		}
	}
	if err := work(); err != nil {
		if change.What != "" {
			change.Reason, change.Tightens = fmt.Sprintf("It did not come to that: %v", err), true
			err = errors.Join(err, f.auditTrust(ctx, change))
		}
		return err
	}
	f.trustChanged()
	return nil
}

// TrustImports looks for commands that other editors on this machine trust.
func (f *Folder) TrustImports(ctx context.Context) ([]wire.TrustImport, error) {
	where, err := foreign.Folder()
	if err != nil {
		return nil, err
	}
	found, err := others.Find(ctx, where)
	if err != nil {
		return nil, err
	}
	trusted := f.Settings.Values().TrustedCommands
	imports := []wire.TrustImport{}
	for _, each := range found {
		next := wire.TrustImport{Editor: each.Editor, File: each.File, Problem: each.Problem, Denied: each.Denied, Patterns: []wire.TrustImportPattern{}}
		for _, p := range each.Patterns {
			next.Patterns = append(next.Patterns, wire.TrustImportPattern{
				Pattern: p.Text, Original: p.Original, Note: p.Note, Usable: p.Usable,
				Known: slices.Contains(trusted, p.Text), Wide: p.Usable && (p.Text == "*" || approval.Wide(p.Text)),
			})
		}
		imports = append(imports, next)
	}
	return imports, nil
}

// ImportTrusted takes patterns and denied texts over into the user's settings, the
// texts first: they can only make a command ask.
func (f *Folder) ImportTrusted(ctx context.Context, request wire.TrustImportRequest) error {
	return f.changed(ctx, trustChange{}, func() error {
		if err := f.addAll(ctx, settings.KeyCommandDenylist, request.Denied); err != nil {
			return err
		}
		return f.addAll(ctx, settings.KeyTrustedCommands, request.Patterns)
	})
}

func (f *Folder) addAll(ctx context.Context, key string, more []string) error {
	if len(more) == 0 {
		return nil
	}
	return f.Settings.EditList(ctx, key, func(items []string) ([]string, error) {
		for _, item := range more {
			if strings.TrimSpace(item) != "" && !slices.Contains(items, item) {
				items = append(items, item)
			}
		}
		return items, nil
	})
}
