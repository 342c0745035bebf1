package awstest

import (
	"context"
	"encoding/xml"
	"errors"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// google is the issuer that IAM knows by itself.
const google = "https://accounts.google.com"

const stsVersion = "2011-06-15"

// sessionName is what STS takes as the name of a role's session.
var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

type stsError struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Type    string   `xml:"Error>Type"`
	Code    string   `xml:"Error>Code"`
	Message string   `xml:"Error>Message"`
	ID      string   `xml:"RequestId"`
}

type stsAnswer struct {
	XMLName      xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleWithWebIdentityResponse"`
	AccessKey    string   `xml:"AssumeRoleWithWebIdentityResult>Credentials>AccessKeyId"`
	Secret       string   `xml:"AssumeRoleWithWebIdentityResult>Credentials>SecretAccessKey"`
	SessionToken string   `xml:"AssumeRoleWithWebIdentityResult>Credentials>SessionToken"`
	Expiration   string   `xml:"AssumeRoleWithWebIdentityResult>Credentials>Expiration"`
	Subject      string   `xml:"AssumeRoleWithWebIdentityResult>SubjectFromWebIdentityToken"`
	ARN          string   `xml:"AssumeRoleWithWebIdentityResult>AssumedRoleUser>Arn"`
	RoleID       string   `xml:"AssumeRoleWithWebIdentityResult>AssumedRoleUser>AssumedRoleId"`
	Audience     string   `xml:"AssumeRoleWithWebIdentityResult>Audience"`
	Provider     string   `xml:"AssumeRoleWithWebIdentityResult>Provider"`
	ID           string   `xml:"ResponseMetadata>RequestId"`
}

// sts serves the Security Token Service.
func (s *Server) sts(w http.ResponseWriter, r *http.Request) {
	value, refused := s.assume(w, r)
	w.Header().Set("Content-Type", "text/xml")
	var out any = value
	if refused != nil {
		w.WriteHeader(refused.status)
		out = stsError{Type: "Sender", Code: refused.code, Message: refused.text, ID: "00000000-0000-4000-8000-000000000000"}
	}
	_ = xml.NewEncoder(w).Encode(out) // to a client that may be gone
}

func (s *Server) assume(w http.ResponseWriter, r *http.Request) (*stsAnswer, *refusal) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, refuse("InvalidAction", "a POST of a form is wanted")
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if r.ParseForm() != nil || r.PostForm.Get("Action") != AssumeRoleWithWebIdentity || r.PostForm.Get("Version") != stsVersion {
		return nil, refuse("InvalidAction", "Could not find operation for version "+stsVersion)
	}
	s.mu.Lock()
	code, life := s.faultLocked(AssumeRoleWithWebIdentity), s.life
	s.mu.Unlock()
	if code != "" {
		return nil, refuse(code, "as the test wants it")
	}
	role, session := r.PostForm.Get("RoleArn"), r.PostForm.Get("RoleSessionName")
	if !strings.HasPrefix(role, "arn:aws:iam::") || !sessionName.MatchString(session) {
		return nil, refuse("ValidationError", "1 validation error detected: roleArn or roleSessionName failed to satisfy constraint")
	}
	if asked := r.PostForm.Get("DurationSeconds"); asked != "" {
		seconds, err := strconv.Atoi(asked)
		if err != nil || seconds < 900 || seconds > 43200 {
			return nil, refuse("ValidationError", "1 validation error detected: durationSeconds failed to satisfy constraint")
		}
		life = min(life, time.Duration(seconds)*time.Second)
	}
	identity, refused := s.ids.verify(r.Context(), r.PostForm.Get("WebIdentityToken"))
	if refused != nil {
		return nil, refused
	}
	trust, ok := s.options.Trust[role]
	if !ok || trust.Audience != identity.Audience[0] || trust.Subject != "" && trust.Subject != identity.Subject {
		return nil, refuse("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.giveLocked(role, life)
	return &stsAnswer{
		AccessKey: key.ID, Secret: key.secret, SessionToken: key.SessionToken, Expiration: key.Expires.Format(time.RFC3339),
		Subject: identity.Subject, ARN: strings.Replace(role, ":iam::", ":sts::", 1) + "/" + session, RoleID: "AROAEXAMPLE:" + session,
		Audience: identity.Audience[0], Provider: strings.TrimPrefix(google, "https://"), ID: "00000000-0000-4000-8000-000000000000",
	}, nil
}

// verifier checks web identities by the keys that their issuer publishes.
type verifier struct {
	client *http.Client
	now    func() time.Time

	mu       sync.Mutex
	provider *oidc.Provider // guarded by mu; nil until first needed
}

func (v *verifier) verify(ctx context.Context, raw string) (*oidc.IDToken, *refusal) {
	if v.client == nil {
		return nil, refuse("IDPCommunicationError", "the identity provider cannot be reached")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.provider == nil {
		// The provider goes on fetching keys with its context.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), v.client), google)
		if err != nil {
			return nil, refuse("IDPCommunicationError", "the identity provider cannot be reached")
		}
		v.provider = found
	}
	identity, err := v.provider.Verifier(&oidc.Config{SkipClientIDCheck: true, Now: v.now}).Verify(ctx, raw)
	if _, expired := errors.AsType[*oidc.TokenExpiredError](err); expired {
		return nil, refuse("ExpiredTokenException", "Token expired")
	}
	if err != nil || len(identity.Audience) != 1 {
		return nil, refuse("InvalidIdentityToken", "the token could not be validated")
	}
	return identity, nil
}
