package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/provider"
)

// print writes one JSON value on a line of its own.
func (s *shared) print(value any) error {
	encoder := json.NewEncoder(s.stdout)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

// extra is what a run without a window adds to the user's settings.
type extra struct {
	grants    []string
	hosts     []string
	trusted   bool // the workspace is trusted for this run
	providers []provider.Provider
}

// open opens the workspace without a window.
func (s *shared) open(ctx context.Context, more extra) (*folder.Folder, error) {
	path, err := filepath.Abs(s.workspace)
	if err != nil {
		return nil, fmt.Errorf("resolving %q: %w", s.workspace, err)
	}
	return s.openAt(ctx, path, more)
}

// openAt opens a folder, or none where the path is empty.
func (s *shared) openAt(ctx context.Context, path string, more extra) (*folder.Folder, error) {
	paths, err := folder.DefaultPaths()
	if err != nil {
		return nil, err
	}
	if err := paths.Make(); err != nil {
		return nil, err
	}
	return folder.Open(ctx, path, folder.Options{
		Paths:     paths,
		Headless:  true,
		Grants:    more.grants,
		Hosts:     more.hosts,
		Trusted:   more.trusted,
		Providers: more.providers,
		Redactor:  s.redactor,
		Clients:   s.build.Clients,
		Explain:   bind.Explain,
		Log:       slog.New(slog.DiscardHandler),
		Helper:    folder.HelperProgram(),
		Symbols:   folder.SymbolsProgram(),
	})
}

// warn says what in the settings is not in force.
func (s *shared) warn(f *folder.Folder) {
	for _, p := range f.Settings.Problems() {
		fmt.Fprintf(s.stderr, "keel: %s:%d:%d: %s\n", oneLine(p.File), p.Line, p.Column, plain(p.Message))
	}
}
