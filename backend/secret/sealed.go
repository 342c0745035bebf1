package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	// keychainMost is the largest entry on every system: Windows takes 2,560 bytes,
	// macOS about 4 kB less what base64 adds.
	keychainMost = 2000
	// largest is the largest secret, far above any token.
	largest = 16 << 20

	// longestName is how many bytes the name of a secret may have.
	longestName = 4 << 10

	keySize      = 32
	itemMagic    = "KEELSEAL"
	itemVersion  = 1
	itemSuffix   = ".sealed"
	pointerStart = "keel-sealed:"
	pointerOne   = pointerStart + "1:"
)

// large reports whether a secret goes into a sealed file: also one that looks
// like a pointer to such a file.
func large(value string) bool {
	return len(value) > keychainMost || strings.HasPrefix(value, pointerStart)
}

// pointer is the keychain's entry for a secret in a sealed file. Each file has a
// key of its own: an older file that is put back in its place does not open.
type pointer struct {
	file string
	key  []byte
}

func (p pointer) String() string {
	return pointerOne + p.file + ":" + base64.RawURLEncoding.EncodeToString(p.key)
}

// parsePointer reports whether an entry of the keychain is a pointer. One that
// is damaged, or of a later version, opens nothing.
func parsePointer(text string) (pointer, bool) {
	if !strings.HasPrefix(text, pointerStart) {
		return pointer{}, false
	}
	rest, _ := strings.CutPrefix(text, pointerOne)
	file, encoded, _ := strings.Cut(rest, ":")
	key, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil || len(key) != keySize || !isItemFile(file) {
		return pointer{}, true
	}
	return pointer{file: file, key: key}, true
}

// isItemFile reports whether a name is one that newItemFile makes; no other is
// opened or deleted.
func isItemFile(name string) bool {
	digits, ok := strings.CutSuffix(name, itemSuffix)
	raw, err := hex.DecodeString(digits)
	return ok && err == nil && len(raw) == 16 && digits == strings.ToLower(digits)
}

// newItemFile returns a name that says nothing about what is in the file.
func newItemFile() string {
	return hex.EncodeToString(random(16)) + itemSuffix
}

func random(size int) []byte {
	out := make([]byte, size)
	_, _ = rand.Read(out) // it never fails: the program ends instead
	return out
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// itemData binds a sealed file to its version and to the name of what is in it.
func itemData(version byte, name string) []byte {
	return append([]byte("keel sealed item\x00"), append([]byte{version}, name...)...)
}

// sealItem seals a secret under a new key. The file is the magic, a version, the
// nonce and the sealed text (AES-256-GCM, NIST SP 800-38D).
func sealItem(name, value string) (pointer, []byte, error) {
	where := pointer{file: newItemFile(), key: random(keySize)}
	seal, err := gcm(where.key)
	if err != nil {
		return pointer{}, nil, err
	}
	nonce := random(seal.NonceSize())
	data := append([]byte(itemMagic), itemVersion)
	data = append(data, nonce...)
	return where, seal.Seal(data, nonce, []byte(value), itemData(itemVersion, name)), nil
}

// unsealItem returns what sealItem sealed, or an error: never a part of it.
func unsealItem(key, data []byte, name string) (string, error) {
	seal, err := gcm(key)
	if err != nil {
		return "", err
	}
	rest, ok := strings.CutPrefix(string(data), itemMagic)
	if !ok || len(rest) < 1+seal.NonceSize()+seal.Overhead() {
		return "", errors.New("it is no sealed file")
	}
	if rest[0] != itemVersion {
		return "", fmt.Errorf("version %d is not known", rest[0])
	}
	nonce, sealed := rest[1:1+seal.NonceSize()], rest[1+seal.NonceSize():]
	value, err := seal.Open(nil, []byte(nonce), []byte(sealed), itemData(itemVersion, name))
	if err != nil {
		return "", errors.New("its content was changed, or belongs to another secret")
	}
	return string(value), nil
}

// openItem reads the sealed file that a pointer leads to.
func (f folder) openItem(where pointer, name string) (string, error) {
	if where.file == "" {
		return "", errors.New("the keychain's entry is damaged, or of a later version of Keel")
	}
	data, err := f.read(where.file, largest+1024)
	if err != nil {
		return "", err
	}
	return unsealItem(where.key, data, name)
}
