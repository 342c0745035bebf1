package folder

import (
	"context"

	"github.com/keel-ide/keel/backend/codemap"
)

// Codebase is what the reference to the codebase holds.
func (f *Folder) Codebase(ctx context.Context, prompt string, most int) (text, cut string, err error) {
	return f.codemap().Codebase(ctx, prompt, most)
}

// Symbols is what the picker finds of kind code.
func (f *Folder) Symbols(ctx context.Context, query string, most int) ([]codemap.Symbol, error) {
	return f.codemap().Symbols(ctx, query, most)
}

// SymbolsCommand is what reads the symbols of files.
func (f *Folder) SymbolsCommand() ([]string, error) { return f.symbolsCommand() }
