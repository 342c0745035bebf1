package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/extension"
)

// ExtensionSecret returns what an extension keeps under a key.
func (f *Folder) ExtensionSecret(ctx context.Context, of wire.ExtensionSecretKey) (wire.ExtensionSecret, error) {
	value, found, err := f.Extensions.kept.Get(ctx, extension.SecretKey(of))
	return wire.ExtensionSecret{Value: value, Found: found}, err
}

// KeepExtensionSecret keeps a secret of an extension.
func (f *Folder) KeepExtensionSecret(ctx context.Context, of wire.ExtensionSecretKey, value string) error {
	return f.Extensions.kept.Set(ctx, extension.SecretKey(of), value)
}

// ForgetExtensionSecret deletes a secret of an extension.
func (f *Folder) ForgetExtensionSecret(ctx context.Context, of wire.ExtensionSecretKey) error {
	return f.Extensions.kept.Delete(ctx, extension.SecretKey(of))
}

// ExtensionSecretKeys returns what all extensions keep, without any value.
func (f *Folder) ExtensionSecretKeys(ctx context.Context) ([]wire.ExtensionSecretKey, error) {
	kept, err := f.Extensions.kept.Keys(ctx)
	if err != nil {
		return nil, err
	}
	keys := []wire.ExtensionSecretKey{}
	for _, each := range kept {
		keys = append(keys, wire.ExtensionSecretKey(each))
	}
	return keys, nil
}

// sweepExtensionSecrets deletes what extensions have kept that are no longer
// installed. What is locked goes once it is unlocked, or at a later start.
func (f *Folder) sweepExtensionSecrets(ctx context.Context) {
	if err := f.Extensions.kept.Sweep(ctx); err != nil && ctx.Err() == nil {
		f.options.Log.Warn("deleting the secrets of extensions that are not installed", "error", err)
	}
}
