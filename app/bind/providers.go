package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Providers are the model services.
type Providers struct{ seam *Seam }

// NewProviders binds the model services.
func NewProviders(seam *Seam) *Providers { return &Providers{seam} }

// SetKey keeps a service's key where secrets are kept. Keys never come back to the page.
func (b *Providers) SetKey(providerID, key string) error {
	return do(b.seam, "Providers.SetKey", func(ctx context.Context, f *folder.Folder) error {
		return f.Providers.SetKey(ctx, providerID, key)
	})
}

// RemoveKey takes a service's key out of the keychain.
func (b *Providers) RemoveKey(providerID string) error {
	return do(b.seam, "Providers.RemoveKey", func(ctx context.Context, f *folder.Folder) error {
		return f.Providers.RemoveKey(ctx, providerID)
	})
}

// Local lists the model servers that run on this machine, and asks no other.
func (b *Providers) Local() ([]wire.ProviderState, error) {
	return with(b.seam, "Providers.Local", func(ctx context.Context, f *folder.Folder) ([]wire.ProviderState, error) {
		return f.Providers.LocalStates(ctx), nil
	})
}

// Known lists all services, but the models of those only that are chosen or run on
// this machine; no other is asked anything.
func (b *Providers) Known(chosenID string) ([]wire.ProviderState, error) {
	return with(b.seam, "Providers.Known", func(ctx context.Context, f *folder.Folder) ([]wire.ProviderState, error) {
		return f.Providers.KnownStates(ctx, chosenID), nil
	})
}

// AWS returns what can be chosen for Amazon Bedrock; it reads files only.
func (b *Providers) AWS() (wire.AWSChoices, error) {
	return with(b.seam, "Providers.AWS", func(ctx context.Context, f *folder.Folder) (wire.AWSChoices, error) {
		return f.Providers.AWS(ctx)
	})
}
