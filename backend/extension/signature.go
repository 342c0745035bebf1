package extension

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"io"
)

// signatureFile is where Open VSX puts the signature in a *.sigzip; beside it are
// a list of hashes, which the signature of the whole package covers already, and
// an empty file for VS Code.
const signatureFile = ".signature.sig"

// verify checks a signature of the registry: Ed25519 over all bytes of the
// package, in an archive, with the key as PEM (SubjectPublicKeyInfo).
func verify(vsix, sigzip, key []byte) error {
	wrong := func(message string) error {
		return &Error{
			Message: message + " It was not installed.", Err: ErrRefused,
			Hint: "Somebody may have changed it on the way, or the registry has made a mistake. Try again later; where it stays so, tell whoever runs the registry.",
		}
	}
	block, _ := pem.Decode(key)
	if block == nil {
		return wrong("The registry's key for the package's signature cannot be read.")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	public, ok := parsed.(ed25519.PublicKey)
	if err != nil || !ok {
		return wrong("The registry's key for the package's signature is of a kind that is not known.")
	}
	signature, ok := readSignature(sigzip)
	if !ok {
		return wrong("The signature of the package cannot be read.")
	}
	if !ed25519.Verify(public, vsix, signature) {
		return wrong("The signature of the package is wrong.")
	}
	return nil
}

func readSignature(sigzip []byte) ([]byte, bool) {
	from := bytes.NewReader(sigzip)
	if checkDirectory(from, from.Size()) != nil {
		return nil, false
	}
	list, err := zip.NewReader(from, from.Size())
	if err != nil {
		return nil, false
	}
	var found []byte
	for _, file := range list.File {
		if file.Name != signatureFile {
			continue
		}
		opened, err := file.Open()
		if found != nil || err != nil {
			return nil, false
		}
		found, err = io.ReadAll(io.LimitReader(opened, ed25519.SignatureSize+1))
		_ = opened.Close()
		if err != nil || len(found) != ed25519.SignatureSize {
			return nil, false
		}
	}
	return found, found != nil
}
