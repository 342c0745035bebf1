package settings

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/tailscale/hujson"
)

// attempts is how often a change starts over when another program keeps
// writing the file meanwhile.
const attempts = 10

// BrokenError says where settings.json is broken. It is [ErrBroken].
type BrokenError struct{ Problem Problem }

func (e *BrokenError) Error() string {
	return fmt.Sprintf("changing %q: line %d, column %d: %s: %v",
		e.Problem.File, e.Problem.Line, e.Problem.Column, e.Problem.Message, ErrBroken)
}

// Is makes the error an [ErrBroken].
func (e *BrokenError) Is(target error) bool { return target == ErrBroken }

// Set gives a key of settings.json a JSON value; null or nothing takes the key
// out. The file is read again first, and everything else in it stays as it is.
// A key of Keel's own has to exist and its value to fit ([ErrUnknownKey],
// [ErrValue]); other programs' keys are taken as they are.
func (s *Store) Set(ctx context.Context, key string, value json.RawMessage) error {
	if len(bytes.TrimSpace(value)) == 0 {
		value = json.RawMessage("null")
	}
	if err := fits(key, value); err != nil {
		return err
	}
	return s.edit(ctx, func(d document) ([]byte, error) { return setKey(d, key, value) })
}

// Append adds an item at the end of a list of settings.json unless it is there
// already. Two that append at the same time both succeed.
func (s *Store) Append(ctx context.Context, key, item string) error {
	if item == "" {
		return fmt.Errorf("adding nothing to %q: %w", key, ErrValue)
	}
	return s.EditList(ctx, key, func(items []string) ([]string, error) {
		if slices.Contains(items, item) {
			return items, nil
		}
		return append(items, item), nil
	})
}

// EditList changes a list of settings.json. change is given the items that the
// file holds now, may be called again when another program wrote meanwhile, and
// its error is returned with nothing written.
func (s *Store) EditList(ctx context.Context, key string, change func(items []string) ([]string, error)) error {
	property, ok := propertyOf(key)
	if !ok || property.Type != TypeStringArray {
		return fmt.Errorf("changing %q: %w", key, ErrUnknownKey)
	}
	return s.edit(ctx, func(d document) ([]byte, error) {
		var items []string
		if _, found, ok := d.member(key); ok {
			decoded, wrong := property.decode(found)
			if wrong != "" {
				line, column := d.position(found.StartOffset)
				return nil, fmt.Errorf("changing %q: line %d, column %d: it %s: %w", key, line, column, wrong, ErrValue)
			}
			items = decoded.list
		}
		next, err := change(slices.Clone(items))
		if err != nil || slices.Equal(next, items) {
			return d.text, err
		}
		value, err := encode(next)
		if err != nil {
			return nil, err
		}
		return setKey(d, key, value)
	})
}

func fits(key string, raw json.RawMessage) error {
	if !json.Valid(raw) {
		return fmt.Errorf("setting %q: not JSON: %w", key, ErrValue)
	}
	property, known := propertyOf(key)
	switch {
	case key == "" || !known && ownKey(key):
		return fmt.Errorf("setting %q: %w", key, ErrUnknownKey)
	case !known || string(bytes.TrimSpace(raw)) == "null":
		return nil
	}
	parsed, err := hujson.Parse(bytes.Clone(raw))
	if err != nil {
		return fmt.Errorf("setting %q: %w: %w", key, err, ErrValue)
	}
	decoded, wrong := property.decode(parsed)
	if wrong != "" {
		return fmt.Errorf("setting %q: it %s: %w", key, wrong, ErrValue)
	}
	if len(decoded.odd) > 0 {
		return fmt.Errorf("setting %q: %s: %w", key, decoded.odd[0].message, ErrValue)
	}
	return nil
}

// edit reads the user's settings, changes them and writes them, starting over
// when another program wrote in between.
func (s *Store) edit(ctx context.Context, change func(document) ([]byte, error)) error {
	path, err := s.editable(ctx, UserName)
	if err != nil {
		return err
	}
	s.disk.Lock()
	defer s.disk.Unlock()
	defer s.reload(UserName)
	// Other programs are seen by what they have written; other windows of Keel wait.
	release, err := alone(ctx, path)
	if err != nil {
		return err
	}
	defer release()
	for range attempts {
		before, err := readUser(path)
		if err != nil {
			return err
		}
		d, err := whole(path, before)
		if err != nil {
			return err
		}
		text, err := change(d)
		if err != nil || bytes.Equal(text, d.text) {
			return err
		}
		if now, err := readUser(path); err != nil || !bytes.Equal(now, before) {
			continue
		}
		if err := replace(path, append([]byte(d.mark), text...)); err != nil {
			return fmt.Errorf("writing %s: %w", UserName, err)
		}
		return nil
	}
	return fmt.Errorf("changing %q: another program keeps writing it: %w", path, ErrValue)
}

func readUser(path string) ([]byte, error) {
	data, err := readFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading %s: %w", UserName, err)
	}
	return data, nil
}

// whole parses settings that are to be changed; broken ones are not.
func whole(path string, raw []byte) (document, error) {
	d, broken := parse(raw)
	if broken != nil {
		return d, &BrokenError{d.problem(path, broken.offset, SeverityError, "", broken.message)}
	}
	if d.exists && d.object() == nil {
		return d, &BrokenError{d.problem(path, d.root.StartOffset, SeverityError, "", "Settings have to be an object: { … }")}
	}
	return d, nil
}

// encode writes JSON as a person would: without escapes for HTML.
func encode(v []string) (json.RawMessage, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(buffer.Bytes()), nil
}
