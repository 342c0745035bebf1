package bind

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/settings"
)

// Settings are the user's settings and key bindings.
type Settings struct{ seam *Seam }

// NewSettings binds settings.
func NewSettings(seam *Seam) *Settings { return &Settings{seam} }

// Schema lists Keel's own settings for the settings editor.
func (b *Settings) Schema() ([]wire.Property, error) {
	return home(b.seam, "Settings.Schema", func(_ context.Context, f *folder.Folder) ([]wire.Property, error) {
		var out []wire.Property
		for _, p := range settings.Schema() {
			if p.Key == settings.KeyProvider {
				for _, name := range slices.Sorted(maps.Keys(f.Settings.Values().OpenAIEndpoints)) {
					p.Enum = append(p.Enum, p.Prefix+name)
					p.EnumDescriptions = append(p.EnumDescriptions, "The endpoint of this name in `#"+settings.KeyOpenAIEndpoints+"#`.")
				}
			}
			out = append(out, wire.Property{
				Key:              p.Key,
				Type:             string(p.Type),
				Title:            p.Title,
				Description:      p.Description,
				Default:          p.Default,
				Enum:             p.Enum,
				EnumDescriptions: p.EnumDescriptions,
				Scope:            string(p.Scope),
			})
		}
		return out, nil
	})
}

// State returns what is in force and what is wrong in the files.
func (b *Settings) State() (wire.SettingsChanged, error) {
	return home(b.seam, "Settings.State", func(_ context.Context, f *folder.Folder) (wire.SettingsChanged, error) {
		return f.SettingsState(""), nil
	})
}

// Read returns the text of settings.json or keybindings.json, empty when there
// is none yet.
func (b *Settings) Read(name string) (string, error) {
	return home(b.seam, "Settings.Read", func(ctx context.Context, f *folder.Folder) (string, error) {
		return f.Settings.Read(ctx, name)
	})
}

// Write replaces the text of settings.json or keybindings.json.
func (b *Settings) Write(name, text string) error {
	return homeDo(b.seam, "Settings.Write", func(ctx context.Context, f *folder.Folder) error {
		return f.Settings.Write(ctx, name, text)
	})
}

// Set changes one key of settings.json to a JSON value, keeping comments.
func (b *Settings) Set(key, value string) error {
	return homeDo(b.seam, "Settings.Set", func(ctx context.Context, f *folder.Folder) error {
		return f.Settings.Set(ctx, key, json.RawMessage(value))
	})
}
