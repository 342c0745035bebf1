package folder

import (
	"context"

	"github.com/keel-ide/keel/app/wire"
)

// SecretsState returns where keys and tokens are kept.
func (f *Folder) SecretsState(ctx context.Context) wire.SecretsState { return wire.SecretsState{} }

// UsePassphrase keeps them in a file that is sealed with a passphrase.
func (f *Folder) UsePassphrase(ctx context.Context, passphrase string) error { return nil }

// UnlockSecrets opens that file.
func (f *Folder) UnlockSecrets(ctx context.Context, passphrase string) error { return nil }

// UseMemory keeps them until Keel closes.
func (f *Folder) UseMemory(ctx context.Context) error { return nil }

// UseKeychain tries the keychain again.
func (f *Folder) UseKeychain(ctx context.Context) error { return nil }

// ForgetSecrets deletes what is sealed with a passphrase that is no longer known.
func (f *Folder) ForgetSecrets(ctx context.Context) error { return nil }
