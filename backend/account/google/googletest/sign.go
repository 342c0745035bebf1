package googletest

import (
	"crypto/rsa"
	"encoding/base64"

	"github.com/go-jose/go-jose/v4"
)

// sign makes a token that claims the published key, whichever signs it.
func sign(key *rsa.PrivateKey, payload []byte) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: keyID}}, nil)
	if err != nil {
		return ""
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return ""
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		return ""
	}
	return token
}

// unsigned makes a token that says itself that nobody signed it, which no library
// makes.
func unsigned(payload []byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + encode(payload) + "."
}
