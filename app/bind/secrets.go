package bind

import (
	"context"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
)

// Secrets are where keys and tokens are kept.
type Secrets struct{ seam *Seam }

// NewSecrets binds where keys and tokens are kept.
func NewSecrets(seam *Seam) *Secrets { return &Secrets{seam} }

// State returns where keys and tokens are kept.
func (b *Secrets) State() (wire.SecretsState, error) {
	return home(b.seam, "Secrets.State", func(ctx context.Context, f *folder.Folder) (wire.SecretsState, error) {
		return f.SecretsState(ctx), nil
	})
}

// UsePassphrase keeps them in a file that is sealed with a passphrase, now and
// from now on, and takes along what is kept elsewhere.
func (b *Secrets) UsePassphrase(passphrase string) error {
	return homeDo(b.seam, "Secrets.UsePassphrase", func(ctx context.Context, f *folder.Folder) error {
		return f.UsePassphrase(ctx, passphrase)
	})
}

// Unlock opens that file.
func (b *Secrets) Unlock(passphrase string) error {
	return homeDo(b.seam, "Secrets.Unlock", func(ctx context.Context, f *folder.Folder) error {
		return f.UnlockSecrets(ctx, passphrase)
	})
}

// UseMemory keeps them until Keel closes.
func (b *Secrets) UseMemory() error {
	return homeDo(b.seam, "Secrets.UseMemory", func(ctx context.Context, f *folder.Folder) error {
		return f.UseMemory(ctx)
	})
}

// UseKeychain tries the keychain again, and takes along what is kept elsewhere.
func (b *Secrets) UseKeychain() error {
	return homeDo(b.seam, "Secrets.UseKeychain", func(ctx context.Context, f *folder.Folder) error {
		return f.UseKeychain(ctx)
	})
}

// Forget deletes what is sealed with a passphrase that is no longer known.
func (b *Secrets) Forget() error {
	return homeDo(b.seam, "Secrets.Forget", func(ctx context.Context, f *folder.Folder) error {
		return f.ForgetSecrets(ctx)
	})
}
