package folder

import (
	"context"
	"path/filepath"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/extension"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/secret"
)

var _ account.Secrets = (*secret.Store)(nil)

// NewSecrets makes the store of keys and tokens; changed is called after what
// [Folder.SecretsState] shows has changed.
func NewSecrets(paths Paths, redactor *redact.Redactor, changed func()) *secret.Store {
	return secret.New(secret.Options{
		Folder:  filepath.Join(paths.Data, "secrets"),
		Learned: learner(redactor),
		Changed: changed,
	})
}

// learner keeps a secret out of logs: what is kept for an extension, each by
// itself.
func learner(redactor *redact.Redactor) func(value string) {
	return func(value string) {
		if kept, ok := extension.SecretValues(value); ok {
			redactor.LearnGuests(kept)
			return
		}
		redactor.Learn(value)
	}
}

// openSecrets makes the store where the program gave none along.
func (f *Folder) openSecrets() *secret.Store {
	if f.options.Secrets != nil {
		return f.options.Secrets
	}
	return NewSecrets(f.options.Paths, f.options.Redactor, f.TellSecrets)
}

// TellSecrets sends the page where keys and tokens are kept.
func (f *Folder) TellSecrets() {
	if f.options.Events != nil && f.secrets != nil {
		f.options.Events.Secrets(f.SecretsState(context.Background()))
	}
}

// SecretsState returns where keys and tokens are kept.
func (f *Folder) SecretsState(context.Context) wire.SecretsState {
	state := f.secrets.State()
	return wire.SecretsState{
		Seq:       state.Seq,
		Place:     wire.SecretsPlace(state.Place),
		Locked:    state.Locked,
		Message:   state.Message,
		Hint:      state.Hint,
		Undecided: state.Undecided,
		Kept:      state.Kept,
	}
}

// ProbeSecrets is SecretsState after asking the keychain, where keys are to be
// there.
func (f *Folder) ProbeSecrets(ctx context.Context) wire.SecretsState {
	if f.secrets.State().Place == secret.InKeychain {
		_ = f.secrets.Probe(ctx) // the state says what came of it
	}
	return f.SecretsState(ctx)
}

// UsePassphrase keeps them in a file that is sealed with a passphrase.
func (f *Folder) UsePassphrase(ctx context.Context, passphrase string) error {
	return f.secrets.UsePassphrase(ctx, passphrase)
}

// UnlockSecrets opens that file.
func (f *Folder) UnlockSecrets(ctx context.Context, passphrase string) error {
	if err := f.secrets.Unlock(ctx, passphrase); err != nil {
		return err
	}
	f.sweepExtensionSecrets(ctx)
	return nil
}

// UseMemory keeps them until Keel closes.
func (f *Folder) UseMemory(ctx context.Context) error {
	return f.secrets.UseMemory(ctx)
}

// UseKeychain tries the keychain again.
func (f *Folder) UseKeychain(ctx context.Context) error {
	return f.secrets.UseKeychain(ctx)
}

// ForgetSecrets deletes what is sealed with a passphrase that is no longer known.
func (f *Folder) ForgetSecrets(ctx context.Context) error {
	return f.secrets.Forget(ctx)
}
