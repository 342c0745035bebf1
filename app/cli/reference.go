package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/keel-ide/keel/backend/session"
)

// pointed makes references of files, folders and addresses. What is not in the
// workspace is read here and goes along as text: whoever names it on the command
// line may read it.
func pointed(root string, paths, addresses []string) ([]session.Reference, error) {
	var references []session.Reference
	add := func(r session.Reference) {
		r.ID = fmt.Sprintf("r%d", len(references)+1)
		references = append(references, r)
	}
	for _, path := range paths {
		reference, err := fileReference(root, path)
		if err != nil {
			return nil, err
		}
		add(reference)
	}
	for _, address := range addresses {
		add(session.Reference{Kind: session.ReferenceURL, Name: address, Address: address})
	}
	return references, nil
}

func fileReference(root, path string) (session.Reference, error) {
	info, err := os.Stat(path)
	if err != nil {
		return session.Reference{}, fmt.Errorf("reading file: %w", err)
	}
	within, inside := within(root, path)
	switch {
	case inside && info.IsDir():
		return session.Reference{Kind: session.ReferenceFolder, Name: within, Path: within}, nil
	case inside:
		return session.Reference{Kind: session.ReferenceFile, Name: within, Path: within}, nil
	case !info.Mode().IsRegular():
		return session.Reference{}, usage{fmt.Errorf("--file %q is not in the workspace and not a file", path)}
	}
	file, err := os.Open(path)
	if err != nil {
		return session.Reference{}, fmt.Errorf("reading file: %w", err)
	}
	data, err := io.ReadAll(io.LimitReader(file, session.MaxGiven+1)) // one more is refused by its size
	if err := errors.Join(err, file.Close()); err != nil {
		return session.Reference{}, fmt.Errorf("reading file %q: %w", path, err)
	}
	given := string(data)
	return session.Reference{Kind: session.ReferenceText, Name: filepath.Base(path), Given: &given}, nil
}

// within is a path as one of the workspace, and whether it is in it.
func within(root, path string) (string, bool) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	// The root is a path without links: one that leads through some is in it, too.
	folder, err := filepath.EvalSymlinks(filepath.Dir(absolute))
	if err != nil {
		return "", false
	}
	for _, each := range []string{absolute, filepath.Join(folder, filepath.Base(absolute))} {
		if relative, err := filepath.Rel(root, each); err == nil && filepath.IsLocal(relative) {
			return filepath.ToSlash(relative), true
		}
	}
	return "", false
}
