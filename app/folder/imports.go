package folder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/keel-ide/keel/app/wire"
	foreign "github.com/keel-ide/keel/backend/editors"
	"github.com/keel-ide/keel/backend/settings"
)

// Reasons for which nothing is imported or undone.
var (
	ErrImportChanged = errors.New("what could be imported has changed since it was shown")
	ErrNoImport      = errors.New("there is no import to undo")
)

// offer is what an editor has, with how it stands to what is here.
type offer struct {
	contents foreign.Contents
	shown    wire.ImportEditor
	copies   []snippetCopy // one for each of the snippets
	mine     map[string]json.RawMessage
}

// FindImports looks for other editors on this machine and for what could be taken
// over from each.
func (f *Folder) FindImports(ctx context.Context) ([]wire.ImportEditor, error) {
	places, err := foreign.UserPlaces()
	if err != nil {
		return nil, err
	}
	found, err := foreign.Find(ctx, places, f.isSecret)
	if err != nil {
		return nil, err
	}
	all := []wire.ImportEditor{}
	for _, contents := range found {
		offered, err := f.offer(ctx, contents)
		if err != nil {
			return nil, err
		}
		all = append(all, offered.shown)
	}
	return all, nil
}

// isSecret tells whether a text holds what must not be copied.
func (f *Folder) isSecret(text string) bool { return f.options.Redactor.Text(text) != text }

// offer compares what an editor has with what is here.
func (f *Folder) offer(ctx context.Context, contents foreign.Contents) (offer, error) {
	mine, err := f.Settings.UserKeys(ctx)
	if err != nil {
		return offer{}, err
	}
	bindings, err := f.Settings.Keybindings(ctx)
	if err != nil {
		return offer{}, err
	}
	o := offer{contents: contents, mine: mine}
	o.shown = wire.ImportEditor{
		ID: contents.Editor.ID, Name: contents.Editor.Name, Folder: contents.Folder, Problems: contents.Problems,
	}
	for _, each := range contents.Settings {
		o.shown.Settings = append(o.shown.Settings, wireSetting(each, mine))
	}
	for _, each := range contents.Bindings {
		o.shown.Bindings = append(o.shown.Bindings, wireBinding(each, bindings))
	}
	for _, each := range contents.Snippets {
		made, err := f.placeSnippet(each, contents.Editor.ID)
		if err != nil {
			o.shown.Problems = append(o.shown.Problems, fmt.Sprintf("%s cannot be taken over: %v.", each.Name, err))
			continue
		}
		o.copies = append(o.copies, made)
		o.shown.Snippets = append(o.shown.Snippets, wire.ImportSnippet{Name: made.from, As: made.name, State: made.state})
	}
	for _, each := range contents.Extensions {
		o.shown.Extensions = append(o.shown.Extensions, wire.ImportExtension{ID: each.ID, Version: each.Version})
	}
	for _, each := range contents.LeftOut {
		o.shown.LeftOut = append(o.shown.LeftOut, wire.ImportLeftOut{Name: each.Name, Reason: each.Reason})
	}
	o.shown.Preview, err = o.hash()
	return o, err
}

// hash names exactly what is offered, the texts of files too.
func (o offer) hash() (string, error) {
	text, err := json.Marshal(o.shown)
	if err != nil {
		return "", fmt.Errorf("encoding what %s has: %w", o.shown.Name, err)
	}
	sum := sha256.New()
	sum.Write(text)
	for _, each := range o.contents.Bindings {
		sum.Write(append([]byte(each.JSON), 0))
	}
	for _, each := range o.copies {
		sum.Write(append([]byte(each.text), 0))
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func wireSetting(theirs foreign.Setting, mine map[string]json.RawMessage) wire.ImportSetting {
	here, ok := mine[theirs.Key]
	state := wire.ImportNew
	switch {
	case ok && string(here) == string(theirs.Value):
		state = wire.ImportSame
	case ok:
		state = wire.ImportDiffer
	}
	return wire.ImportSetting{Key: theirs.Key, Value: string(theirs.Value), Mine: string(here), State: state}
}

// binding is an entry of keybindings.json as far as it is compared.
type binding struct {
	Key     string          `json:"key"`
	Command string          `json:"command"`
	When    string          `json:"when"`
	Args    json.RawMessage `json:"args"`
}

func wireBinding(theirs foreign.Binding, mine []json.RawMessage) wire.ImportBinding {
	state := wire.ImportNew
	var wanted binding
	_ = json.Unmarshal(theirs.JSON, &wanted) // what it cannot read stands for itself
	for _, each := range mine {
		var here binding
		if json.Unmarshal(each, &here) != nil {
			continue
		}
		if here.Key != wanted.Key || here.When != wanted.When {
			continue
		}
		if here.Command == wanted.Command && string(here.Args) == string(wanted.Args) {
			state = wire.ImportSame
			break
		}
		state = wire.ImportDiffer
	}
	return wire.ImportBinding{Key: theirs.Key, Command: theirs.Command, When: theirs.When, State: state}
}

// Import takes over what was chosen: snippets first, which change nothing that is
// here, then key bindings and settings. A copy of what is here is kept before, so
// that [Folder.UndoImport] can take it back, also when only a part was done.
func (f *Folder) Import(ctx context.Context, request wire.ImportRequest) (wire.ImportDone, error) {
	f.importing.Lock()
	defer f.importing.Unlock()
	places, err := foreign.UserPlaces()
	if err != nil {
		return wire.ImportDone{}, err
	}
	contents, err := foreign.Read(ctx, places, request.Editor, f.isSecret)
	if err != nil {
		return wire.ImportDone{}, err
	}
	offered, err := f.offer(ctx, contents)
	if err != nil {
		return wire.ImportDone{}, err
	}
	if offered.shown.Preview != request.Preview {
		return wire.ImportDone{}, ErrImportChanged
	}
	kept, err := f.keepBefore(ctx, offered, request)
	if err != nil {
		return wire.ImportDone{}, err
	}
	failed := f.takeOver(ctx, offered, request, &kept)
	if err := f.keepAfter(ctx, &kept); err != nil {
		return wire.ImportDone{}, errors.Join(failed, err)
	}
	f.snippetsChanged(kept.Snippets)
	return kept.done(), failed
}

func (f *Folder) takeOver(ctx context.Context, o offer, request wire.ImportRequest, kept *keptImport) error {
	for _, each := range o.copies {
		if each.state == wire.ImportSame || !slices.Contains(request.Snippets, each.from) {
			continue
		}
		if err := each.write(filepath.Join(f.options.Paths.Config, "snippets")); err != nil {
			return err
		}
		kept.Snippets = append(kept.Snippets, keptSnippet{each.name, sumOf([]byte(each.text))})
	}
	var entries []json.RawMessage
	for i, each := range o.contents.Bindings {
		if slices.Contains(request.Bindings, i) && o.shown.Bindings[i].State != wire.ImportSame {
			entries = append(entries, each.JSON)
		}
	}
	if err := f.Settings.AppendKeybindings(ctx, entries); err != nil {
		return err
	}
	kept.Bindings = len(entries)
	var values []settings.KeyValue
	for _, each := range o.contents.Settings {
		if slices.Contains(request.Settings, each.Key) {
			values = append(values, settings.KeyValue{Key: each.Key, Value: each.Value})
		}
	}
	if len(values) == 0 {
		return nil
	}
	if err := f.Settings.SetAll(ctx, values); err != nil {
		return err
	}
	for _, each := range values {
		kept.Keys = append(kept.Keys, keptKey{each.Key, o.mine[each.Key], each.Value})
	}
	return nil
}

// now is when an import was made, in Unix milliseconds.
func now() int64 { return time.Now().UnixMilli() }
