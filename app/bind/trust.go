package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Trust decides which commands run unasked, and whether the folder is trusted.
type Trust struct{ seam *Seam }

// NewTrust binds trust.
func NewTrust(seam *Seam) *Trust { return &Trust{seam} }

// State returns everything that decides whether a command runs unasked.
func (b *Trust) State() (wire.TrustState, error) {
	return home(b.seam, "Trust.State", func(ctx context.Context, f *folder.Folder) (wire.TrustState, error) {
		return f.TrustState(ctx)
	})
}

// Add trusts a pattern. One that its scope holds already stays where it is.
func (b *Trust) Add(place wire.TrustPlace) error {
	return homeDo(b.seam, "Trust.Add", func(ctx context.Context, f *folder.Folder) error {
		return f.AddTrusted(ctx, place)
	})
}

// Edit puts one pattern in the place of another.
func (b *Trust) Edit(edit wire.TrustEdit) error {
	return homeDo(b.seam, "Trust.Edit", func(ctx context.Context, f *folder.Folder) error {
		return f.EditTrusted(ctx, edit)
	})
}

// Remove takes a pattern out, and returns its place so that Add undoes it.
func (b *Trust) Remove(entry wire.TrustEntry) (wire.TrustPlace, error) {
	return home(b.seam, "Trust.Remove", func(ctx context.Context, f *folder.Folder) (wire.TrustPlace, error) {
		return f.RemoveTrusted(ctx, entry)
	})
}

// Explain says what would happen to a command; nothing is run.
func (b *Trust) Explain(question wire.TrustQuestion) (wire.TrustExplanation, error) {
	return with(b.seam, "Trust.Explain", func(ctx context.Context, f *folder.Folder) (wire.TrustExplanation, error) {
		return f.ExplainTrust(ctx, question)
	})
}

// Imports looks for commands that other editors on this machine trust.
func (b *Trust) Imports() ([]wire.TrustImport, error) {
	return home(b.seam, "Trust.Imports", func(ctx context.Context, f *folder.Folder) ([]wire.TrustImport, error) {
		return f.TrustImports(ctx)
	})
}

// Import takes patterns and denied texts over into the user's settings.
func (b *Trust) Import(request wire.TrustImportRequest) error {
	return homeDo(b.seam, "Trust.Import", func(ctx context.Context, f *folder.Folder) error {
		return f.ImportTrusted(ctx, request)
	})
}

// SetFolder says whether the opened folder is trusted; the person has been asked.
func (b *Trust) SetFolder(trusted bool) error {
	return do(b.seam, "Trust.SetFolder", func(ctx context.Context, f *folder.Folder) error {
		return f.SetFolderTrust(ctx, trusted)
	})
}

// SetParent trusts the folder above the opened one, or takes back the trust that
// the opened one has by a folder above it; the person has been asked.
func (b *Trust) SetParent(trusted bool) error {
	return do(b.seam, "Trust.SetParent", func(ctx context.Context, f *folder.Folder) error {
		return f.SetParentTrust(ctx, trusted)
	})
}
