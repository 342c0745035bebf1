package folder

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/event"
	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
)

// ExtensionsOptions is what [NewExtensions] stands on; all are required.
type ExtensionsOptions struct {
	Paths    Paths
	Values   func() settings.Values // as they are now
	Outbound *outbound.Transport
	Secrets  *secret.Store
	Log      *slog.Logger
}

// Extensions are the installed extensions of this user, kept as long as the
// program runs, while folders come and go.
type Extensions struct {
	*extension.Extensions
	values func() settings.Values
	kept   *extension.Secrets

	showing sync.Mutex // held while a state is made; guards seq
	seq     int64      // of the last state
}

// NewExtensions reads and reaches nothing.
func NewExtensions(o ExtensionsOptions) *Extensions {
	installed := extension.New(extension.Options{
		Folder:   filepath.Join(o.Paths.Data, "extensions"),
		Cache:    filepath.Join(o.Paths.Data, "gallery-cache"),
		Outbound: o.Outbound,
		Gallery:  func() string { return cmp.Or(o.Values().Gallery, extension.DefaultGallery) },
		Log:      o.Log,
	})
	return &Extensions{values: o.Values, Extensions: installed, kept: extension.NewSecrets(tokens{o.Secrets}, installed)}
}

// openExtensions makes them where the program gave none along.
func (f *Folder) openExtensions() {
	f.Extensions = f.options.Extensions
	if f.Extensions == nil {
		f.Extensions = NewExtensions(ExtensionsOptions{
			Paths: f.options.Paths, Values: f.Settings.Values, Outbound: f.Outbound, Secrets: f.secrets, Log: f.options.Log,
		})
		f.onClose(f.Extensions.Close)
	}
}

// ExtensionsState returns what is installed.
func (f *Folder) ExtensionsState(ctx context.Context) (wire.ExtensionsState, error) {
	return f.Extensions.state(ctx, f.Settings.Values())
}

// state is one after the other, so that a greater number is a newer state.
func (e *Extensions) state(ctx context.Context, values settings.Values) (wire.ExtensionsState, error) {
	e.showing.Lock()
	defer e.showing.Unlock()
	installed, err := e.List(ctx)
	if err != nil {
		return wire.ExtensionsState{}, err
	}
	e.seq++
	state := wire.ExtensionsState{
		Seq: e.seq, Gallery: cmp.Or(values.Gallery, extension.DefaultGallery), Network: !values.ExtensionNetworkOff,
		Installed: []wire.Extension{},
	}
	for _, each := range installed {
		state.Installed = append(state.Installed, wire.Extension{
			ID: each.ID, Version: each.Version, Folder: each.Folder, Kind: wire.ExtensionKind(each.Kind),
			Manifest: each.Manifest, Translations: each.Translations, Metadata: each.Metadata,
			Readme: each.Readme, Changelog: each.Changelog, Size: each.Size, InstalledAt: each.InstalledAt,
		})
	}
	return state, nil
}

// forwardExtensions sends what changes about what is installed.
func (f *Folder) forwardExtensions(ctx context.Context, changes *event.Subscription[struct{}]) {
	defer changes.Close()
	for {
		f.sweepExtensionSecrets(ctx)
		if _, err := changes.Next(ctx); err != nil {
			return
		}
		f.tellExtensions(ctx)
	}
}

// tellExtensions sends what is installed.
func (f *Folder) tellExtensions(ctx context.Context) {
	if f.options.Events == nil {
		return
	}
	state, err := f.ExtensionsState(ctx)
	if err != nil {
		f.options.Log.Warn("reading what is installed", "error", err)
		return
	}
	f.options.Events.Extensions(state)
}

// forwardExtensionProgress sends how far installations are.
func (f *Folder) forwardExtensionProgress(ctx context.Context, progress *event.Subscription[extension.Progress]) {
	defer progress.Close()
	for {
		now, err := progress.Next(ctx)
		if err != nil {
			return
		}
		f.options.Events.Extension(f.extensionProgress(now))
	}
}

func (f *Folder) extensionProgress(now extension.Progress) wire.ExtensionProgress {
	out := wire.ExtensionProgress{JobID: now.JobID, ID: now.ID, Phase: now.Phase, Done: now.Done, Total: now.Total, Ended: now.Ended}
	if now.Err == nil {
		return out
	}
	said, ok := errors.AsType[*wire.Error](f.options.Explain(now.Err))
	if !ok {
		said = &wire.Error{Code: wire.CodeInternal, Message: now.Err.Error()}
	}
	out.Error = said
	return out
}
