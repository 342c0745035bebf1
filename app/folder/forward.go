package folder

import (
	"context"
	"fmt"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/event"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/settings"
	"github.com/keel-ide/keel/backend/workspace"
)

// forward starts to send what happens to the page. It subscribes to everything
// before it returns: what happens right after a folder was opened is sent too.
func (f *Folder) forward(ctx context.Context) error {
	changes, err := f.Settings.Changes(ctx)
	if err != nil {
		return fmt.Errorf("watching the settings: %w", err)
	}
	before := f.Settings.Values()
	f.group.Go(func() { f.forwardSettings(ctx, changes, before) })
	accounts := f.Accounts.Subscribe(ctx)
	f.group.Go(func() { f.forwardAccounts(ctx, accounts) })
	installed, progress := f.Extensions.Changes(ctx), f.Extensions.Progress(ctx)
	f.group.Go(func() { f.forwardExtensions(ctx, installed) })
	f.group.Go(func() { f.forwardExtensionProgress(ctx, progress) })
	if f.Workspace == nil {
		return nil
	}
	watch, err := f.Workspace.Watch(ctx, workspace.WatchOptions{Log: f.options.Log})
	if err != nil {
		return err
	}
	f.onClose(watch.Close)
	f.group.Go(func() { f.forwardFiles(ctx, watch) })
	sessions := f.Agent.Subscribe(ctx)
	f.group.Go(func() { f.forwardSessions(ctx, sessions) })
	events := f.Checkpoints.Subscribe(ctx)
	f.group.Go(func() { f.Activity.follow(ctx, events) })
	if !f.options.Headless {
		f.group.Go(func() {
			f.Activity.read(ctx)
			f.Restores.tidy(ctx, f.options.Log)
		})
	}
	return nil
}

func (f *Folder) forwardFiles(ctx context.Context, watch *workspace.Watch) {
	for seq := int64(1); ; seq++ {
		batch, err := watch.Next(ctx)
		if err != nil {
			if ctx.Err() == nil {
				f.options.Log.Error("watching the folder", "error", err)
				f.options.Events.Notice(wire.Notice{
					Severity: "warning",
					Message:  "Keel no longer sees what other programs change in this folder.",
					Hint:     "Reload the window to see the files as they are.",
				})
			}
			return
		}
		f.Agent.NoteFilesChanged() // a proposal that waits may be about them
		changes := make([]wire.FileChange, len(batch.Changes))
		for i, c := range batch.Changes {
			changes[i] = wire.FileChange{Path: c.Path, Kind: string(c.Kind)}
		}
		f.options.Events.Files(wire.FilesChanged{Area: wire.AreaWorkspace, Seq: seq, Overflow: batch.Overflow, Changes: changes})
	}
}

func (f *Folder) forwardSettings(ctx context.Context, changes *settings.Subscription, before settings.Values) {
	defer changes.Close()
	for seq := int64(1); ; seq++ {
		change, err := changes.Next(ctx)
		if err != nil {
			return
		}
		after := f.Settings.Values()
		f.auditSettings(ctx, before, after)
		extensions := before.Gallery != after.Gallery || before.ExtensionNetworkOff != after.ExtensionNetworkOff
		before = after
		state := f.SettingsState(change.Name)
		state.Seq = seq
		f.options.Events.Settings(state)
		f.trustChanged()
		f.tellAccounts(ctx) // client ids and roles are settings
		if extensions {     // their manifests go along, which can be megabytes
			f.tellExtensions(ctx)
		}
	}
}

// SettingsState returns what is in force, after a change of the named file.
func (f *Folder) SettingsState(name string) wire.SettingsChanged {
	v := f.Settings.Values()
	return wire.SettingsChanged{
		Name:     name,
		Problems: problems(f.Settings.Problems()),
		Values: wire.SettingsValues{
			Mode:            v.Mode,
			TrustedCommands: v.TrustedCommands,
			CommandDenylist: v.CommandDenylist,
			Provider:        v.Provider,
			Model:           v.Model,
		},
	}
}

func problems(found []settings.Problem) []wire.SettingsProblem {
	out := make([]wire.SettingsProblem, len(found))
	for i, p := range found {
		out[i] = wire.SettingsProblem{File: p.File, Line: p.Line, Column: p.Column, Message: p.Message}
	}
	return out
}

func (f *Folder) forwardSessions(ctx context.Context, events *event.Subscription[session.Event]) {
	for {
		event, err := events.Next(ctx)
		if err != nil {
			return
		}
		f.options.Events.Session(event)
		if changesList(event) {
			f.list.tell(ctx, f)
		}
	}
}

// changesList tells whether an event changes how its session looks in the list.
func changesList(event session.Event) bool {
	for _, change := range event.Changes {
		if change.Kind == session.ChangeSession || change.Kind == session.ChangeTurn {
			return true
		}
	}
	return false
}
