package awstest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Key is temporary credentials that were given out. Its secret stays here.
type Key struct {
	ID           string    `json:"accessKeyId"`
	SessionToken string    `json:"sessionToken"`
	Role         string    `json:"role"` // an ARN, or 123456789012/ReadOnly
	Expires      time.Time `json:"expires"`
	secret       string
}

func (s *Server) giveLocked(role string, life time.Duration) *Key {
	made := &Key{ID: "ASIA" + random()[:16], SessionToken: "session-" + random(), Role: role, Expires: s.options.Now().Add(life).UTC().Truncate(time.Second), secret: "secret-" + random()}
	s.keys[made.ID] = made
	s.order = append(s.order, made.ID)
	return made
}

// Keys returns what was given out, the oldest first.
func (s *Server) Keys() []Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]Key, 0, len(s.order))
	for _, id := range s.order {
		keys = append(keys, *s.keys[id])
	}
	return keys
}

// EndKeys makes everything that was given out run out at once, as when a role's
// sessions are revoked.
func (s *Server) EndKeys() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range s.keys {
		key.Expires = time.Time{}
	}
}

// Accepts tells whether an access key was given out here and is good yet.
func (s *Server) Accepts(accessKeyID string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.keys[accessKeyID]
	return key != nil && s.options.Now().Before(key.Expires)
}

// The refusals of a service of AWS for a request that is not signed as it
// should be.
var (
	ErrUnknown   = errors.New("UnrecognizedClientException")
	ErrExpired   = errors.New("ExpiredTokenException")
	ErrSignature = errors.New("InvalidSignatureException")
)

// maxBody is how much of a request's body is looked at.
const maxBody = 32 << 20

// Verify checks the signature of a request (Signature Version 4), its key and its
// session token. It reads the body and puts it back.
func (s *Server) Verify(r *http.Request) error {
	id, scope, signed, err := credential(r.Header.Get("Authorization"))
	if err != nil {
		return err
	}
	s.mu.Lock()
	known := s.keys[id]
	var key Key
	if known != nil {
		key = *known
	}
	s.mu.Unlock()
	switch {
	case known == nil, r.Header.Get("X-Amz-Security-Token") != key.SessionToken:
		return ErrUnknown
	case !s.options.Now().Before(key.Expires):
		return ErrExpired
	}
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil || len(scope) != 5 {
		return ErrSignature
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return fmt.Errorf("reading what was signed: %w", err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	again, err := http.NewRequestWithContext(r.Context(), r.Method, "https://"+r.Host+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	for _, name := range signed {
		if name != "host" && name != "content-length" {
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	sum := sha256.Sum256(body)
	credentials := aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.secret, SessionToken: key.SessionToken}
	if err := v4.NewSigner().SignHTTP(r.Context(), credentials, again, hex.EncodeToString(sum[:]), scope[3], scope[2], at); err != nil {
		return err
	}
	if again.Header.Get("Authorization") != r.Header.Get("Authorization") {
		return ErrSignature
	}
	return nil
}

// credential takes an Authorization header apart: the key, all of its scope, and
// the names of the signed headers.
func credential(authorization string) (id string, scope, signed []string, err error) {
	rest, ok := strings.CutPrefix(authorization, "AWS4-HMAC-SHA256 ")
	if !ok {
		return "", nil, nil, ErrUnknown
	}
	for part := range strings.SplitSeq(rest, ", ") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "Credential":
			scope = strings.Split(value, "/")
		case "SignedHeaders":
			signed = strings.Split(value, ";")
		}
	}
	if len(scope) == 0 {
		return "", nil, nil, ErrUnknown
	}
	return scope[0], scope, signed, nil
}

// Guard lets through what is signed with something that was given out here, and
// refuses all else as a service of AWS does.
func (s *Server) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.Verify(r); err != nil {
			writeJSON(w, nil, &refusal{http.StatusForbidden, err.Error(), "The security token included in the request is invalid or expired."})
			return
		}
		next.ServeHTTP(w, r)
	})
}
