package secret

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

const (
	passphraseLeast = 8 // characters
	passphraseMost  = 1024

	vaultVersion = 1
	vaultKDF     = "argon2id"
	vaultMost    = 64 << 20
	saltSize     = 16
)

// cost is what trying a passphrase costs: argon2id's parameters.
type cost struct {
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory"` // KiB
	Threads uint8  `json:"threads"`
}

// recommended is the second of the choices of RFC 9106, section 4.
var recommended = cost{Time: 3, Memory: 64 << 10, Threads: 4}

// acceptable reports whether a file may ask for this. The floor is what tests
// take; the ceiling is what a small machine can do in seconds. A file that was
// tampered with cannot make a passphrase cheap: its key would be another one.
func (c cost) acceptable() bool {
	return c.Time >= 1 && c.Time <= 16 && c.Threads >= 1 && c.Threads <= 16 &&
		c.Memory >= 8*uint32(c.Threads) && c.Memory >= 64 && c.Memory <= 1<<20
}

// vaultHead is what has to be known before a passphrase can be tried.
type vaultHead struct {
	Version int    `json:"version"`
	KDF     string `json:"kdf"`
	cost
	Salt  []byte `json:"salt"`
	Check []byte `json:"check"` // tells a wrong passphrase from a damaged file
}

// vaultForm is the file.
type vaultForm struct {
	vaultHead
	Nonce  []byte `json:"nonce"`
	Sealed []byte `json:"sealed"` // the secrets by name, as JSON, AES-256-GCM
}

// vault is an open file of secrets.
type vault struct {
	head   vaultHead
	key    []byte
	values map[string]string
}

// parseVault reads the file without its secrets.
func parseVault(data []byte) (vaultForm, error) {
	var form vaultForm
	if err := json.Unmarshal(data, &form); err != nil {
		return vaultForm{}, errors.New("it is not JSON")
	}
	switch {
	case form.Version != vaultVersion:
		return vaultForm{}, fmt.Errorf("version %d is not known", form.Version)
	case form.KDF != vaultKDF:
		return vaultForm{}, fmt.Errorf("key derivation %q is not known", form.KDF)
	case !form.acceptable():
		return vaultForm{}, fmt.Errorf("it asks for %d passes over %d KiB with %d threads", form.Time, form.Memory, form.Threads)
	case len(form.Salt) != saltSize || len(form.Check) != sha256.Size || len(form.Nonce) != 12 || len(form.Sealed) < 16:
		return vaultForm{}, errors.New("a part of it is missing")
	}
	return form, nil
}

// data binds the secrets to their head.
func (h vaultHead) data() []byte {
	return fmt.Appendf(nil, "keel passphrase file\x00%d %s %d %d %d %x %x", h.Version, h.KDF, h.Time, h.Memory, h.Threads, h.Salt, h.Check)
}

// seal returns the file, under a new nonce.
func (v *vault) seal() ([]byte, error) {
	bytes := make(map[string][]byte, len(v.values)) // a secret need not be UTF-8
	for name, value := range v.values {
		bytes[name] = []byte(value)
	}
	plain, err := json.Marshal(bytes)
	if err != nil {
		return nil, err
	}
	seal, err := gcm(v.key)
	if err != nil {
		return nil, err
	}
	nonce := random(seal.NonceSize())
	form := vaultForm{vaultHead: v.head, Nonce: nonce, Sealed: seal.Seal(nil, nonce, plain, v.head.data())}
	if len(form.Sealed) > vaultMost/2 {
		return nil, errTooLarge
	}
	return json.Marshal(form)
}

// open returns the secrets of a file whose key is known.
func (f vaultForm) open(key []byte) (*vault, error) {
	seal, err := gcm(key)
	if err != nil {
		return nil, err
	}
	plain, err := seal.Open(nil, f.Nonce, f.Sealed, f.data())
	if err != nil {
		return nil, errors.New("its content was changed")
	}
	var bytes map[string][]byte
	if err := json.Unmarshal(plain, &bytes); err != nil || bytes == nil {
		return nil, errors.New("its content is not understood")
	}
	v := &vault{head: f.vaultHead, key: key, values: make(map[string]string, len(bytes))}
	for name, value := range bytes {
		v.values[name] = string(value)
	}
	return v, nil
}

// derive makes the key of a passphrase, and what tells it from others. One is
// derived at a time; ctx ends the waiting, not the arithmetic.
func (s *Store) derive(ctx context.Context, passphrase string, c cost, salt []byte) (key, check []byte, err error) {
	select {
	case s.trying <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	derived := make(chan []byte, 1)
	go func() {
		defer func() { <-s.trying }()
		// The same letters can be typed as different bytes.
		derived <- argon2.IDKey(norm.NFC.Bytes([]byte(passphrase)), salt, c.Time, c.Memory, c.Threads, keySize)
	}()
	select {
	case root := <-derived:
		key, err = hkdf.Expand(sha256.New, root, "keel passphrase file: key", keySize)
		if err != nil {
			return nil, nil, err
		}
		check, err = hkdf.Expand(sha256.New, root, "keel passphrase file: check", sha256.Size)
		return key, check, err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// newVault makes an empty vault for a new passphrase.
func (s *Store) newVault(ctx context.Context, passphrase string) (*vault, error) {
	if n := utf8.RuneCountInString(passphrase); n < passphraseLeast || n > passphraseMost || !utf8.ValidString(passphrase) {
		return nil, shortPassphrase()
	}
	head := vaultHead{Version: vaultVersion, KDF: vaultKDF, cost: s.options.cost, Salt: random(saltSize)}
	key, check, err := s.derive(ctx, passphrase, head.cost, head.Salt)
	if err != nil {
		return nil, err
	}
	head.Check = check
	return &vault{head: head, key: key, values: map[string]string{}}, nil
}

// tryPassphrase opens a file with a passphrase.
func (s *Store) tryPassphrase(ctx context.Context, form vaultForm, passphrase string) (*vault, error) {
	key, check, err := s.derive(ctx, passphrase, form.cost, form.Salt)
	if err != nil {
		return nil, err
	}
	if !hmac.Equal(check, form.Check) {
		return nil, wrongPassphrase()
	}
	v, err := form.open(key)
	if err != nil {
		return nil, damagedVault(err)
	}
	return v, nil
}
