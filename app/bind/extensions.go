package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// ExtensionDialog asks for a file with the system's dialog.
type ExtensionDialog interface {
	// PickExtension returns the path of a *.vsix; empty when there is none.
	PickExtension(ctx context.Context) (string, error)
}

// Extensions are the installed extensions and what installs them.
type Extensions struct {
	seam   *Seam
	dialog ExtensionDialog
}

// NewExtensions binds the extensions.
func NewExtensions(seam *Seam, dialog ExtensionDialog) *Extensions { return &Extensions{seam, dialog} }

// State returns what is installed; changes of it come as events.
func (b *Extensions) State() (wire.ExtensionsState, error) {
	return home(b.seam, "Extensions.State", func(ctx context.Context, f *folder.Folder) (wire.ExtensionsState, error) {
		return f.ExtensionsState(ctx)
	})
}

// Plan returns what installing an extension would bring along. Nothing is
// installed before the plan has been agreed to.
func (b *Extensions) Plan(request wire.ExtensionPlanRequest) (wire.ExtensionPlan, error) {
	return home(b.seam, "Extensions.Plan", func(ctx context.Context, f *folder.Folder) (wire.ExtensionPlan, error) {
		return f.PlanExtension(ctx, request)
	})
}

// Agree says that the person has agreed to the whole plan. Its publishers are
// trusted from then on.
func (b *Extensions) Agree(planID string) error {
	return homeDo(b.seam, "Extensions.Agree", func(ctx context.Context, f *folder.Folder) error {
		return f.AgreeToExtensions(ctx, planID)
	})
}

// Install starts to install one extension of a plan that was agreed to, and
// returns the job's id; how it goes on comes as events.
func (b *Extensions) Install(request wire.ExtensionInstallRequest) (string, error) {
	return home(b.seam, "Extensions.Install", func(ctx context.Context, f *folder.Folder) (string, error) {
		return f.InstallExtension(ctx, request)
	})
}

// CancelInstall ends a job. What it had not finished leaves nothing behind.
func (b *Extensions) CancelInstall(jobID string) error {
	return homeDo(b.seam, "Extensions.CancelInstall", func(ctx context.Context, f *folder.Folder) error {
		return f.CancelExtension(ctx, jobID)
	})
}

// Uninstall takes an extension away.
func (b *Extensions) Uninstall(id string) error {
	return homeDo(b.seam, "Extensions.Uninstall", func(ctx context.Context, f *folder.Folder) error {
		return f.UninstallExtension(ctx, id)
	})
}

// SetMetadata keeps the workbench's own JSON with an extension.
func (b *Extensions) SetMetadata(id, metadata string) error {
	return homeDo(b.seam, "Extensions.SetMetadata", func(ctx context.Context, f *folder.Folder) error {
		return f.SetExtensionMetadata(ctx, id, metadata)
	})
}

// PickFile lets the person choose a *.vsix, and returns a token that names it in
// a plan; empty when none was chosen.
func (b *Extensions) PickFile() (string, error) {
	return home(b.seam, "Extensions.PickFile", func(ctx context.Context, f *folder.Folder) (string, error) {
		path, err := b.dialog.PickExtension(ctx)
		if err != nil || path == "" {
			return "", err
		}
		return f.NameExtensionFile(ctx, path)
	})
}

// NameFile returns a token for a *.vsix of the opened folder, which names it in a
// plan.
func (b *Extensions) NameFile(path string) (string, error) {
	return home(b.seam, "Extensions.NameFile", func(ctx context.Context, f *folder.Folder) (string, error) {
		return f.NameWorkspaceExtension(ctx, path)
	})
}

// Secret returns what an extension keeps under a key.
func (b *Extensions) Secret(of wire.ExtensionSecretKey) (wire.ExtensionSecret, error) {
	return home(b.seam, "Extensions.Secret", func(ctx context.Context, f *folder.Folder) (wire.ExtensionSecret, error) {
		return f.ExtensionSecret(ctx, of)
	})
}

// KeepSecret keeps a secret of an extension, where the person keeps keys and
// tokens.
func (b *Extensions) KeepSecret(of wire.ExtensionSecretKey, value string) error {
	return homeDo(b.seam, "Extensions.KeepSecret", func(ctx context.Context, f *folder.Folder) error {
		return f.KeepExtensionSecret(ctx, of, value)
	})
}

// ForgetSecret deletes a secret of an extension.
func (b *Extensions) ForgetSecret(of wire.ExtensionSecretKey) error {
	return homeDo(b.seam, "Extensions.ForgetSecret", func(ctx context.Context, f *folder.Folder) error {
		return f.ForgetExtensionSecret(ctx, of)
	})
}

// SecretKeys returns what all installed extensions keep, without any value.
func (b *Extensions) SecretKeys() ([]wire.ExtensionSecretKey, error) {
	return home(b.seam, "Extensions.SecretKeys", func(ctx context.Context, f *folder.Folder) ([]wire.ExtensionSecretKey, error) {
		return f.ExtensionSecretKeys(ctx)
	})
}
