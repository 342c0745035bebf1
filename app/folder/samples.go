package folder

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/sample"
)

// Sample says where a copy of the sample would go below a folder, and which copy
// is there already. An empty folder is the user's home.
func (f *Folder) Sample(_ context.Context, below string) (wire.SamplePlace, error) {
	below, err := place(below)
	if err != nil {
		return wire.SamplePlace{}, err
	}
	free, err := sample.Free(below)
	if errors.Is(err, sample.ErrNoName) {
		return wire.SamplePlace{}, &wire.Error{Code: wire.CodeExists, Message: fmt.Sprintf("%s has too many copies of the sample already; no other was made.", below), Hint: "Open one of them, or choose another folder."}
	}
	if err != nil {
		return wire.SamplePlace{}, err
	}
	return wire.SamplePlace{Path: free, Existing: sample.Existing(below)}, nil
}

// WriteSample writes a copy of the sample into a folder that must not be there
// yet.
func (f *Folder) WriteSample(ctx context.Context, path string) error {
	if !filepath.IsAbs(path) {
		return &wire.Error{Code: wire.CodeInvalid, Message: fmt.Sprintf("%q is no whole path; nothing was written.", path), Hint: "Choose a folder with the dialog."}
	}
	err := sample.Write(ctx, path)
	switch {
	case errors.Is(err, os.ErrExist):
		return &wire.Error{Code: wire.CodeExists, Message: fmt.Sprintf("There is something at %s already; nothing was written.", path), Hint: "Choose another folder."}
	case errors.Is(err, os.ErrPermission):
		return &wire.Error{Code: wire.CodeNotAllowed, Message: fmt.Sprintf("You may not write to %s; nothing was written.", filepath.Dir(path)), Hint: "Choose a folder of your own."}
	}
	return err
}

// place is a whole path to a folder, the home folder for none.
func place(below string) (string, error) {
	if below == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("finding the home folder: %w", err)
		}
		return home, nil
	}
	if !filepath.IsAbs(below) {
		return "", &wire.Error{Code: wire.CodeInvalid, Message: fmt.Sprintf("%q is no whole path.", below), Hint: "Choose a folder with the dialog."}
	}
	return below, nil
}
