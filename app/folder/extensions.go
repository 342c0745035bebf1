package folder

import (
	"context"
	"errors"

	"github.com/keel-ide/keel/app/wire"
)

var errNoExtensions = errors.New("extensions are not there yet")

// ExtensionsState returns what is installed.
func (f *Folder) ExtensionsState(context.Context) (wire.ExtensionsState, error) {
	return wire.ExtensionsState{Gallery: "https://open-vsx.org", Network: true}, nil
}

// PlanExtension returns what installing an extension would bring along.
func (f *Folder) PlanExtension(context.Context, wire.ExtensionPlanRequest) (wire.ExtensionPlan, error) {
	return wire.ExtensionPlan{}, errNoExtensions
}

// AgreeToExtensions says that the person has agreed to a plan.
func (f *Folder) AgreeToExtensions(context.Context, string) error { return errNoExtensions }

// InstallExtension starts to install one extension of a plan.
func (f *Folder) InstallExtension(context.Context, wire.ExtensionInstallRequest) (string, error) {
	return "", errNoExtensions
}

// CancelExtension ends an installation.
func (f *Folder) CancelExtension(context.Context, string) error { return errNoExtensions }

// UninstallExtension takes an extension away.
func (f *Folder) UninstallExtension(context.Context, string) error { return errNoExtensions }

// SetExtensionMetadata keeps the workbench's own JSON with an extension.
func (f *Folder) SetExtensionMetadata(context.Context, string, string) error { return errNoExtensions }

// NameExtensionFile returns a token for a file that is to be installed.
func (f *Folder) NameExtensionFile(context.Context, string) (string, error) {
	return "", errNoExtensions
}
