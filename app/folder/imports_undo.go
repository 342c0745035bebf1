package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/atomicfile"
	foreign "github.com/keel-ide/keel/backend/editors"
	"github.com/keel-ide/keel/backend/settings"
)

// keptImport is what is needed to take an import back. One is kept, the last.
type keptImport struct {
	previous []byte // the file of the import before this one; nil: there was none

	At       int64         `json:"at"`
	Editor   string        `json:"editor"`
	Before   importedTexts `json:"before"`
	After    importedTexts `json:"after"`
	Keys     []keptKey     `json:"keys"`
	Bindings int           `json:"bindings"`
	Snippets []keptSnippet `json:"snippets"`
}

// importedTexts are the files that an import changes.
type importedTexts struct {
	Settings    string `json:"settings"`
	Keybindings string `json:"keybindings"`
}

type keptKey struct {
	Key    string          `json:"key"`
	Before json.RawMessage `json:"before,omitempty"` // nothing: it was not there
	After  json.RawMessage `json:"after"`
}

type keptSnippet struct {
	Name string `json:"name"`
	Sum  string `json:"sum"` // SHA-256 of what was written
}

func (k keptImport) done() wire.ImportDone {
	done := wire.ImportDone{At: k.At, Editor: k.Editor, Settings: len(k.Keys), Bindings: k.Bindings}
	for _, each := range k.Snippets {
		done.Snippets = append(done.Snippets, each.Name)
	}
	return done
}

func (f *Folder) importFile() string { return filepath.Join(f.options.Paths.Data, "import.json") }

// keepBefore keeps the files as they are, on the disk, before anything is changed.
func (f *Folder) keepBefore(ctx context.Context, o offer, request wire.ImportRequest) (keptImport, error) {
	before, err := f.importedTexts(ctx)
	if err != nil {
		return keptImport{}, err
	}
	kept := keptImport{At: now(), Editor: o.shown.Name, Before: before, After: before}
	if kept.previous, err = os.ReadFile(f.importFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return keptImport{}, fmt.Errorf("reading the import before this one: %w", err)
	}
	if len(request.Settings)+len(request.Bindings)+len(request.Snippets) == 0 {
		return kept, nil
	}
	return kept, f.writeImport(kept)
}

// keepAfter keeps what was done: also of an import that failed on its way. After
// one that did nothing, the import before it can still be taken back.
func (f *Folder) keepAfter(ctx context.Context, kept *keptImport) error {
	if len(kept.Keys)+len(kept.Snippets)+kept.Bindings == 0 {
		if kept.previous == nil {
			return nil
		}
		if err := atomicfile.Write(f.importFile(), kept.previous, 0o600); err != nil {
			return fmt.Errorf("keeping the import before this one: %w", err)
		}
		return nil
	}
	after, err := f.importedTexts(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	kept.After = after
	return f.writeImport(*kept)
}

func (f *Folder) importedTexts(ctx context.Context) (texts importedTexts, err error) {
	if texts.Settings, err = f.Settings.Read(ctx, settings.UserName); err != nil {
		return texts, err
	}
	texts.Keybindings, err = f.Settings.Read(ctx, settings.KeybindingsName)
	return texts, err
}

func (f *Folder) writeImport(kept keptImport) error {
	text, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("encoding the import: %w", err)
	}
	if err := atomicfile.Write(f.importFile(), text, 0o600); err != nil {
		return fmt.Errorf("keeping what was there before the import: %w", err)
	}
	return nil
}

func (f *Folder) readImport() (keptImport, error) {
	var kept keptImport
	text, err := os.ReadFile(f.importFile())
	if errors.Is(err, fs.ErrNotExist) {
		return kept, ErrNoImport
	}
	if err != nil {
		return kept, fmt.Errorf("reading what was there before the import: %w", err)
	}
	if err := json.Unmarshal(text, &kept); err != nil {
		return kept, ErrNoImport // nothing can be done with it
	}
	return kept, nil
}

// LastImport is the import that UndoImport would take back.
func (f *Folder) LastImport(context.Context) (wire.ImportDone, error) {
	kept, err := f.readImport()
	if errors.Is(err, ErrNoImport) || err == nil && len(kept.Keys)+len(kept.Snippets)+kept.Bindings == 0 {
		return wire.ImportDone{}, nil
	}
	return kept.done(), err
}

// UndoImport takes the last import back: the files become byte for byte what they
// were. Where one was changed since, only what is still as it came goes.
func (f *Folder) UndoImport(ctx context.Context) (wire.ImportUndone, error) {
	f.importing.Lock()
	defer f.importing.Unlock()
	kept, err := f.readImport()
	if err != nil {
		return wire.ImportUndone{}, err
	}
	texts, err := f.importedTexts(ctx)
	if err != nil {
		return wire.ImportUndone{}, err
	}
	var undone wire.ImportUndone
	if err := f.undoSettings(ctx, kept, texts.Settings, &undone); err != nil {
		return undone, err
	}
	switch {
	case kept.Bindings == 0 || texts.Keybindings == kept.Before.Keybindings:
	case texts.Keybindings == kept.After.Keybindings:
		if err := f.Settings.Write(ctx, settings.KeybindingsName, kept.Before.Keybindings); err != nil {
			return undone, err
		}
	default:
		undone.Kept = append(undone.Kept, "keybindings.json was changed since, so it stays as it is.")
	}
	if err := f.undoSnippets(kept.Snippets, &undone); err != nil {
		return undone, err
	}
	if err := os.Remove(f.importFile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return undone, fmt.Errorf("forgetting the import: %w", err)
	}
	return undone, nil
}

func (f *Folder) undoSettings(ctx context.Context, kept keptImport, now string, undone *wire.ImportUndone) error {
	if len(kept.Keys) == 0 || now == kept.Before.Settings {
		return nil
	}
	if now == kept.After.Settings {
		return f.Settings.Write(ctx, settings.UserName, kept.Before.Settings)
	}
	mine, err := f.Settings.UserKeys(ctx)
	if err != nil {
		return err
	}
	var values []settings.KeyValue
	for _, each := range kept.Keys {
		if string(mine[each.Key]) == string(each.After) {
			values = append(values, settings.KeyValue{Key: each.Key, Value: each.Before})
			continue
		}
		undone.Kept = append(undone.Kept, fmt.Sprintf("%s was changed since, so it stays.", each.Key))
	}
	return f.Settings.SetAll(ctx, values)
}

func (f *Folder) undoSnippets(files []keptSnippet, undone *wire.ImportUndone) error {
	var gone []keptSnippet
	defer func() { f.snippetsChanged(gone) }()
	for _, each := range files {
		path := filepath.Join(f.options.Paths.Config, "snippets", filepath.Base(each.Name))
		text, err := foreign.ReadSnippets(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil || sumOf(text) != each.Sum:
			undone.Kept = append(undone.Kept, fmt.Sprintf("%s was changed since, so it stays.", each.Name))
		default:
			if err := os.Remove(path); err != nil {
				return fmt.Errorf("deleting snippets %q: %w", each.Name, err)
			}
			gone = append(gone, each)
		}
	}
	return nil
}
