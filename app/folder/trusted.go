package folder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/atomicfile"
)

// trustedFile is the only place that says which folders are trusted.
func trustedFile(paths Paths) string { return filepath.Join(paths.Data, "trusted-folders.json") }

type trustedFolders struct {
	Folders []string `json:"folders"`
}

func readTrusted(paths Paths) (trustedFolders, error) {
	var trusted trustedFolders
	text, err := os.ReadFile(trustedFile(paths))
	if errors.Is(err, fs.ErrNotExist) {
		return trusted, nil
	}
	if err != nil {
		return trusted, fmt.Errorf("reading the trusted folders: %w", err)
	}
	if err := json.Unmarshal(text, &trusted); err != nil {
		return trustedFolders{}, fmt.Errorf("reading the trusted folders: %w", err)
	}
	return trusted, nil
}

// FolderTrust says whether the opened folder is trusted; what cannot be read trusts nothing.
func (f *Folder) FolderTrust() wire.FolderTrust {
	trust := wire.FolderTrust{Effects: []string{}}
	if f.Workspace == nil {
		return trust
	}
	trust.Path = f.Workspace.Path()
	trusted, err := readTrusted(f.options.Paths)
	if err != nil {
		f.options.Log.Error("reading the trusted folders", "error", err)
		return trust
	}
	for path := trust.Path; ; path = filepath.Dir(path) {
		if slices.Contains(trusted.Folders, path) {
			trust.Trusted = true
			if path != trust.Path {
				trust.Parent = path
			}
			return trust
		}
		if path == filepath.Dir(path) {
			return trust
		}
	}
}

// SetFolderTrust says whether the opened folder is trusted.
func (f *Folder) SetFolderTrust(_ context.Context, trusted bool) error {
	return f.setTrusted(f.Workspace.Path(), trusted)
}

// SetParentTrust trusts the folder above the opened one, or takes back the trust
// that the opened one has by a folder above it.
func (f *Folder) SetParentTrust(_ context.Context, trusted bool) error {
	path := filepath.Dir(f.Workspace.Path())
	if !trusted {
		path = f.FolderTrust().Parent
	}
	return f.setTrusted(path, trusted)
}

func (f *Folder) setTrusted(path string, trusted bool) error {
	all, err := readTrusted(f.options.Paths)
	if err != nil {
		return err
	}
	all.Folders = slices.DeleteFunc(all.Folders, func(each string) bool { return each == path })
	if trusted {
		all.Folders = append(all.Folders, path)
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the trusted folders: %w", err)
	}
	if err := atomicfile.Write(trustedFile(f.options.Paths), text, 0o600); err != nil {
		return err
	}
	if f.options.Events != nil {
		f.options.Events.Trust(wire.TrustChanged{Seq: f.trustSeq.Add(1), Folder: f.FolderTrust()})
	}
	return nil
}
