package settings

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tailscale/hujson"
)

// KeyValue is a key of settings.json and its JSON value.
type KeyValue struct {
	Key   string
	Value json.RawMessage
}

// SetAll gives many keys of settings.json their values at once, each as [Store.Set]
// does: all of them, or none.
func (s *Store) SetAll(ctx context.Context, all []KeyValue) error {
	all = slices.Clone(all)
	for i, each := range all {
		if len(each.Value) == 0 {
			each.Value = json.RawMessage("null")
			all[i] = each
		}
		if err := fits(each.Key, each.Value); err != nil {
			return err
		}
	}
	return s.edit(ctx, func(d document) ([]byte, error) {
		for _, each := range all {
			text, err := setKey(d, each.Key, each.Value)
			if err != nil {
				return nil, err
			}
			var broken *fault
			if d, broken = parse(append([]byte(d.mark), text...)); broken != nil {
				return nil, fmt.Errorf("setting %q: %w", each.Key, errSplice)
			}
		}
		return d.text, nil
	})
}

// UserKeys are the keys of settings.json with their values, compact. Of a key that is
// there twice the last counts.
func (s *Store) UserKeys(ctx context.Context) (map[string]json.RawMessage, error) {
	path, err := s.editable(ctx, UserName)
	if err != nil {
		return nil, err
	}
	raw, err := readUser(path)
	if err != nil {
		return nil, err
	}
	d, err := whole(path, raw)
	if err != nil {
		return nil, err
	}
	keys := map[string]json.RawMessage{}
	if d.exists {
		for _, member := range d.object().Members {
			keys[memberName(member)] = minimalJSON(member.Value)
		}
	}
	return keys, nil
}

// Keybindings are the entries of keybindings.json, each compact.
func (s *Store) Keybindings(ctx context.Context) ([]json.RawMessage, error) {
	d, err := s.keybindings(ctx)
	if err != nil || !d.exists {
		return nil, err
	}
	var entries []json.RawMessage
	for _, element := range d.array().Elements {
		entries = append(entries, minimalJSON(element))
	}
	return entries, nil
}

// AppendKeybindings adds entries at the end of keybindings.json, where they count more
// than those before them. Everything else in it stays as it is.
func (s *Store) AppendKeybindings(ctx context.Context, entries []json.RawMessage) error {
	if len(entries) == 0 {
		return nil
	}
	d, err := s.keybindings(ctx)
	if err != nil {
		return err
	}
	if !d.exists {
		d.text = append(bytes.TrimRight(bytes.Clone(d.text), " \t\r\n"), "\n[]\n"...)
		d, _ = parse(append([]byte(d.mark), bytes.TrimLeft(d.text, "\n")...))
	}
	style := styleOf(d.text)
	style.indent = arrayContainer(d.root).indent(d.text, style) // the list is the outermost
	for _, entry := range entries {
		if !json.Valid(entry) {
			return fmt.Errorf("adding a key binding: not JSON: %w", ErrValue)
		}
		c := arrayContainer(d.root)
		rendered := style.value(entry, c.indent(d.text, style), c.spread(d.text))
		var broken *fault
		if d, broken = parse(append([]byte(d.mark), c.insert(d.text, style, rendered)...)); broken != nil {
			return fmt.Errorf("adding a key binding: %w", errSplice)
		}
	}
	return s.Write(ctx, KeybindingsName, d.mark+string(d.text))
}

// keybindings reads keybindings.json, which has to be whole.
func (s *Store) keybindings(ctx context.Context) (document, error) {
	path, err := s.editable(ctx, KeybindingsName)
	if err != nil {
		return document{}, err
	}
	raw, err := readUser(path)
	if err != nil {
		return document{}, err
	}
	d, broken := parse(raw)
	if broken != nil {
		return d, &BrokenError{d.problem(path, broken.offset, SeverityError, "", broken.message)}
	}
	if d.exists && d.array() == nil {
		return d, &BrokenError{d.problem(path, d.root.StartOffset, SeverityError, "", "Key bindings have to be a list: [ … ]")}
	}
	return d, nil
}

// minimalJSON is a value as JSON, without comments and blanks.
func minimalJSON(v hujson.Value) json.RawMessage {
	v = v.Clone()
	v.Standardize()
	v.Minimize()
	return bytes.TrimSpace(v.Pack())
}
