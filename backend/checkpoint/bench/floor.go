package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// floor does the least that any program must do for the same result, and keeps
// nothing that could be restored: it looks at every path once, reads what is
// new, and makes that durable.
type floor struct {
	root string
	log  string // what it writes at a capture
}

func (f *floor) reset(context.Context) error { return nil }

func (f *floor) capture(ctx context.Context, first bool, edits []edit) error {
	if _, err := rawScan(ctx, f.root, first); err != nil {
		return err
	}
	if len(edits) == 0 {
		return nil
	}
	file, err := os.OpenFile(f.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("making a log: %w", err)
	}
	defer file.Close()
	for _, e := range edits {
		content, err := os.ReadFile(f.at(e.path))
		if err != nil {
			return fmt.Errorf("reading an edited file: %w", err)
		}
		if _, err := file.Write(content); err != nil {
			return fmt.Errorf("writing a log: %w", err)
		}
	}
	return file.Sync()
}

func (f *floor) restore(ctx context.Context, edits []edit) (func(context.Context) error, error) {
	back := make([]edit, len(edits))
	for i, e := range edits {
		back[i] = edit{path: e.path, before: e.after, after: e.before}
	}
	return func(ctx context.Context) error { return f.replace(ctx, edits) }, f.replace(ctx, back)
}

// replace writes files beside their places, makes them durable together, and
// moves them there.
func (f *floor) replace(ctx context.Context, edits []edit) error {
	const suffix = ".new"
	err := share(ctx, len(edits), func(i int) error {
		at := f.at(edits[i].path)
		info, err := os.Lstat(at)
		if err != nil {
			return err
		}
		return put(at+suffix, edits[i].after, info.Mode().Perm())
	})
	if err != nil {
		return fmt.Errorf("writing files: %w", err)
	}
	if err := f.durable(edits, suffix); err != nil {
		return err
	}
	err = share(ctx, len(edits), func(i int) error {
		at := f.at(edits[i].path)
		return os.Rename(at+suffix, at)
	})
	if err != nil {
		return fmt.Errorf("moving files: %w", err)
	}
	return f.durable(edits, "")
}

// durable makes files and their names durable.
func (f *floor) durable(edits []edit, suffix string) error {
	if done, err := syncAll(f.root); done {
		return err
	}
	for _, e := range edits {
		file, err := os.OpenFile(f.at(e.path)+suffix, os.O_RDWR, 0)
		if errors.Is(err, os.ErrPermission) {
			continue
		}
		if err != nil {
			return fmt.Errorf("making a file durable: %w", err)
		}
		if err := errors.Join(file.Sync(), file.Close()); err != nil {
			return fmt.Errorf("making a file durable: %w", err)
		}
	}
	return nil
}

func (f *floor) at(name string) string { return filepath.Join(f.root, filepath.FromSlash(name)) }
func (f *floor) folder() string        { return "" }
func (f *floor) close() error          { return nil }
