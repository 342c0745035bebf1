package googletest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Fault is something that the server does wrong, on the wire.
type Fault string

// The faults that there are.
const (
	WrongState     Fault = "wrong state"     // the browser comes back with another one
	WrongResponder Fault = "wrong responder" // the answer names another issuer (RFC 9207)
	NoIDToken      Fault = "no id token"
	WrongIssuer    Fault = "wrong issuer"
	WrongAudience  Fault = "wrong audience"
	WrongParty     Fault = "wrong party" // several audiences, authorized for another one
	WrongNonce     Fault = "wrong nonce"
	NoNonce        Fault = "no nonce"
	WrongSubject   Fault = "wrong subject" // somebody else's
	WrongHash      Fault = "wrong hash"    // at_hash is of another access token
	WrongSignature Fault = "wrong signature"
	Unsigned       Fault = "unsigned" // alg is none
)

// Break makes the server do something wrong from now on.
func (s *Server) Break(fault Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[fault] = true
}

// Mend makes it do everything right again.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
	s.clock, s.refusal, s.answer = 0, "", ""
}

// SetClock makes the times in id tokens those of a clock that is ahead of this
// machine's, or behind where it is negative.
func (s *Server) SetClock(ahead time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = ahead
}

// Refuse lets authorizing end with an error, such as admin_policy_enforced, after
// the person has allowed it.
func (s *Server) Refuse(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = code
}

// AnswerTokens lets the token endpoint answer with an error, such as
// server_error.
func (s *Server) AnswerTokens(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = code
}

func (s *Server) has(fault Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults[fault]
}

func (s *Server) refused() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refusal
}

func (s *Server) answered() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answer
}

// note keeps secrets that were given out.
func (s *Server) note(secrets ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range secrets {
		if secret != "" && !slices.Contains(s.issued, secret) {
			s.issued = append(s.issued, secret)
		}
	}
}

// spoil makes an id token wrong where it is to be, and signs it again.
func (s *Server) spoil(token string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults[NoIDToken] {
		return ""
	}
	if len(s.faults) == 0 && s.clock == 0 {
		return token
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return token
	}
	var claims map[string]any
	if err := json.Unmarshal(parsed.UnsafePayloadWithoutVerification(), &claims); err != nil {
		return token
	}
	s.twist(claims)
	payload, err := json.Marshal(claims)
	if err != nil {
		return token
	}
	if s.faults[Unsigned] {
		return unsigned(payload)
	}
	if !s.faults[WrongSignature] {
		return sign(s.options.Key, payload)
	}
	other, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return token
	}
	return sign(other, payload)
}

// twist wants mu to be held.
func (s *Server) twist(claims map[string]any) {
	set := func(fault Fault, name string, value any) {
		if s.faults[fault] {
			claims[name] = value
		}
	}
	set(WrongIssuer, "iss", "https://login.example.com")
	set(WrongAudience, "aud", "somebody-else.apps.googleusercontent.com")
	set(WrongParty, "aud", []string{s.options.ClientID, "somebody-else.apps.googleusercontent.com"})
	set(WrongParty, "azp", "somebody-else.apps.googleusercontent.com")
	set(WrongNonce, "nonce", "not-what-was-asked-for")
	set(WrongSubject, "sub", "999999999999999999999")
	set(WrongHash, "at_hash", "AAAAAAAAAAAAAAAAAAAAAA")
	if s.faults[NoNonce] {
		delete(claims, "nonce")
	}
	for _, name := range []string{"iat", "exp", "auth_time"} {
		if at, ok := claims[name].(float64); ok {
			claims[name] = int64(at) + int64(s.clock.Seconds())
		}
	}
}
