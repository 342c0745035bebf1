package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
)

// TrustState returns everything that decides whether a command runs unasked.
func (f *Folder) TrustState(ctx context.Context) (wire.TrustState, error) {
	return wire.TrustState{}, nil
}

// AddTrusted trusts a pattern.
func (f *Folder) AddTrusted(ctx context.Context, place wire.TrustPlace) error { return nil }

// EditTrusted puts one pattern in the place of another.
func (f *Folder) EditTrusted(ctx context.Context, edit wire.TrustEdit) error { return nil }

// RemoveTrusted takes a pattern out and returns its place, to undo it.
func (f *Folder) RemoveTrusted(ctx context.Context, entry wire.TrustEntry) (wire.TrustPlace, error) {
	return wire.TrustPlace{}, nil
}

// ExplainTrust says what would happen to a command, without running it.
func (f *Folder) ExplainTrust(ctx context.Context, question wire.TrustQuestion) (wire.TrustExplanation, error) {
	return wire.TrustExplanation{}, nil
}

// TrustImports looks for commands that other editors on this machine trust.
func (f *Folder) TrustImports(ctx context.Context) ([]wire.TrustImport, error) { return nil, nil }

// ImportTrusted takes patterns over into the user's settings.
func (f *Folder) ImportTrusted(ctx context.Context, request wire.TrustImportRequest) error {
	return nil
}

// SetFolderTrust says whether the opened folder is trusted.
func (f *Folder) SetFolderTrust(ctx context.Context, trusted bool) error { return nil }
