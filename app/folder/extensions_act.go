package folder

import (
	"context"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/extension"
)

// PlanExtension returns what installing an extension would bring along.
func (f *Folder) PlanExtension(ctx context.Context, request wire.ExtensionPlanRequest) (wire.ExtensionPlan, error) {
	made, err := f.Extensions.Plan(ctx, extension.PlanRequest{
		ID: request.ID, Version: request.Version, PreRelease: request.PreRelease, File: request.File,
	})
	if err != nil {
		return wire.ExtensionPlan{}, err
	}
	plan := wire.ExtensionPlan{ID: made.ID, Items: []wire.ExtensionPlanItem{}}
	for _, item := range made.Items {
		plan.Items = append(plan.Items, wire.ExtensionPlanItem{
			ID: item.ID, Version: item.Version, DisplayName: item.DisplayName, PublisherName: item.PublisherName,
			Why: item.Why, Kind: wire.ExtensionKind(item.Kind), Verified: item.Verified, NewPublisher: item.NewPublisher,
			Signed: item.Signed, Unchecked: item.Unchecked, Installed: item.Installed, Size: item.Size, Refused: item.Refused,
		})
	}
	return plan, nil
}

// AgreeToExtensions says that the person has agreed to a plan, and keeps that in
// the audit log: code of strangers may run from then on.
func (f *Folder) AgreeToExtensions(ctx context.Context, planID string) error {
	plan, err := f.Extensions.Look(planID)
	if err != nil {
		return err
	}
	var names []string
	for _, item := range plan.Items {
		if item.Refused == "" {
			names = append(names, item.ID+" "+item.Version)
		}
	}
	if len(names) > 0 {
		change := trustChange{What: "Agreed to install extensions", Pattern: strings.Join(names, ", "), Tier: "user"}
		if err := f.auditTrust(ctx, change); err != nil {
			return err
		}
	}
	return f.Extensions.Agree(ctx, planID)
}

// InstallExtension starts to install one extension of a plan that was agreed to.
func (f *Folder) InstallExtension(ctx context.Context, request wire.ExtensionInstallRequest) (string, error) {
	return f.Extensions.Install(ctx, extension.InstallRequest{
		PlanID: request.PlanID, ID: request.ID, Version: request.Version, Metadata: request.Metadata,
	})
}

// CancelExtension ends an installation.
func (f *Folder) CancelExtension(ctx context.Context, jobID string) error {
	return f.Extensions.Cancel(ctx, jobID)
}

// UninstallExtension takes an extension away, with the secrets that it has kept.
func (f *Folder) UninstallExtension(ctx context.Context, id string) error {
	there, err := f.Extensions.Has(ctx, id)
	if err != nil {
		return err
	}
	if there { // else it is only said below that it is not
		change := trustChange{What: "Uninstalled an extension", Pattern: extension.Plain(id, 200), Tier: "user", Tightens: true}
		if err := f.auditTrust(ctx, change); err != nil {
			return err
		}
	}
	if err := f.Extensions.Uninstall(ctx, id); err != nil {
		return err
	}
	f.sweepExtensionSecrets(ctx)
	return nil
}

// SetExtensionMetadata keeps the workbench's own JSON with an extension.
func (f *Folder) SetExtensionMetadata(ctx context.Context, id, metadata string) error {
	return f.Extensions.SetMetadata(ctx, id, metadata)
}

// NameWorkspaceExtension returns a token for a file of the opened folder that is
// to be installed.
func (f *Folder) NameWorkspaceExtension(ctx context.Context, path string) (string, error) {
	tree, err := f.Area(wire.AreaWorkspace)
	if err != nil {
		return "", err
	}
	file, entry, err := tree.OpenFile(ctx, path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return f.Extensions.TakeBytes(ctx, entry.Name, file)
}

// NameExtensionFile returns a token for a file that is to be installed.
func (f *Folder) NameExtensionFile(ctx context.Context, path string) (string, error) {
	return f.Extensions.TakeFile(ctx, path)
}
