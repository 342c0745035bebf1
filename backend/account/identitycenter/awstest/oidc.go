package awstest

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// registrationLife is how long a client is known.
const registrationLife = 90 * 24 * time.Hour

const (
	deviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
	refreshGrant = "refresh_token"
	accessScope  = "sso:account:access"
)

type client struct {
	id, secret string
	grants     []string // empty: as a client without any is treated, device codes alone
	scopes     []string
	ends       time.Time
}

type device struct {
	code, user string
	client     string
	ends       time.Time
	asked      time.Time // when the token was asked for last
	allowed    bool
	denied     bool
	used       bool
}

type token struct {
	access, refresh string
	client          string
	ends            time.Time
}

// refusal is an error as a service of AWS says it.
type refusal struct {
	status     int
	code, text string
}

// statuses are those of the services' models; all others are 400.
var statuses = map[string]int{
	"InvalidClientException": http.StatusUnauthorized, "UnauthorizedException": http.StatusUnauthorized, "ForbiddenException": http.StatusForbidden,
	"ResourceNotFoundException": http.StatusNotFound, "TooManyRequestsException": http.StatusTooManyRequests, "InternalServerException": http.StatusInternalServerError,
	"AccessDenied": http.StatusForbidden, "Throttling": http.StatusBadRequest,
}

func refuse(code, text string) *refusal {
	status := statuses[code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	return &refusal{status, code, text}
}

// oauthNames are the errors' names in OAuth 2.0, which the OIDC service gives
// beside its own.
var oauthNames = map[string]string{
	"AccessDeniedException": "access_denied", "AuthorizationPendingException": "authorization_pending", "ExpiredTokenException": "expired_token",
	"InvalidClientException": "invalid_client", "InvalidGrantException": "invalid_grant", "InvalidRequestException": "invalid_request",
	"InvalidScopeException": "invalid_scope", "SlowDownException": "slow_down", "UnauthorizedClientException": "unauthorized_client",
	"UnsupportedGrantTypeException": "unsupported_grant_type", "InvalidClientMetadataException": "invalid_client_metadata",
}

func writeJSON(w http.ResponseWriter, value any, refused *refusal) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Requestid", "00000000-0000-4000-8000-000000000000")
	if refused != nil {
		w.Header().Set("X-Amzn-Errortype", refused.code)
		w.WriteHeader(refused.status)
		body := map[string]string{"__type": refused.code, "message": refused.text}
		if name, ok := oauthNames[refused.code]; ok {
			body = map[string]string{"__type": refused.code, "error": name, "error_description": refused.text}
		}
		value = body
	}
	_ = json.NewEncoder(w).Encode(value) // to a client that may be gone
}

// oidc serves the OIDC service of IAM Identity Center.
func (s *Server) oidc(w http.ResponseWriter, r *http.Request, region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case region != s.options.Region:
		writeJSON(w, nil, refuse("InvalidRequestException", "no identity centre here"))
	case r.Method != http.MethodPost || err != nil || kind != "application/json":
		writeJSON(w, nil, refuse("InvalidRequestException", "a POST of JSON is wanted"))
	case r.URL.Path == "/client/register":
		answer(w, r, s, RegisterClient, s.registerLocked)
	case r.URL.Path == "/device_authorization":
		answer(w, r, s, StartDeviceAuthorization, s.startLocked)
	case r.URL.Path == "/token":
		answer(w, r, s, CreateToken, s.createLocked)
	default:
		writeJSON(w, nil, &refusal{http.StatusNotFound, "UnknownOperationException", "no such operation"})
	}
}

// answer reads an operation's input, strictly, and writes its output.
func answer[In any](w http.ResponseWriter, r *http.Request, s *Server, operation string, serve func(In) (any, *refusal)) {
	if code := s.faultLocked(operation); code != "" {
		writeJSON(w, nil, refuse(code, "as the test wants it"))
		return
	}
	var in In
	var body bytes.Buffer
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, 64<<10))
	decoder := json.NewDecoder(&body)
	decoder.DisallowUnknownFields()
	if err != nil || decoder.Decode(&in) != nil {
		writeJSON(w, nil, refuse("InvalidRequestException", "the input cannot be read"))
		return
	}
	value, refused := serve(in)
	writeJSON(w, value, refused)
}

type registerInput struct {
	ClientName, ClientType string
	Scopes, GrantTypes     []string
}

func (s *Server) registerLocked(in registerInput) (any, *refusal) {
	for _, scope := range in.Scopes {
		if !strings.HasPrefix(scope, "sso:") {
			return nil, refuse("InvalidScopeException", "unknown scope")
		}
	}
	for _, grant := range in.GrantTypes {
		if grant != deviceGrant && grant != refreshGrant && grant != "authorization_code" {
			return nil, refuse("UnsupportedGrantTypeException", "unknown grant type")
		}
	}
	if in.ClientName == "" || in.ClientType != "public" {
		return nil, refuse("InvalidClientMetadataException", "a name and the type public are wanted")
	}
	now := s.options.Now()
	made := &client{id: "client-" + random(), secret: "client-secret-" + random(), grants: in.GrantTypes, scopes: in.Scopes, ends: now.Add(registrationLife)}
	s.clients[made.id] = made
	return map[string]any{"clientId": made.id, "clientSecret": made.secret, "clientIdIssuedAt": now.Unix(), "clientSecretExpiresAt": made.ends.Unix()}, nil
}

// clientLocked returns the client that an id and a secret are of.
func (s *Server) clientLocked(id, secret string) (*client, *refusal) {
	known := s.clients[id]
	if known == nil || known.secret != secret || !s.options.Now().Before(known.ends) {
		return nil, refuse("InvalidClientException", "the client is not known")
	}
	return known, nil
}

type startInput struct{ ClientID, ClientSecret, StartURL string }

func (s *Server) startLocked(in startInput) (any, *refusal) {
	known, refused := s.clientLocked(in.ClientID, in.ClientSecret)
	if refused != nil {
		return nil, refused
	}
	if strings.TrimRight(in.StartURL, "/") != strings.TrimRight(s.options.Start, "/") {
		return nil, refuse("InvalidRequestException", "the start URL is not one of this region")
	}
	user := random()
	made := &device{code: "device-" + random(), user: user[:4] + "-" + user[4:8], client: known.id, ends: s.options.Now().Add(s.options.CodeLife)}
	s.devices[made.code] = made
	page := s.start.Scheme + "://" + s.start.Host + "/start/device"
	return map[string]any{
		"deviceCode": made.code, "userCode": made.user, "expiresIn": int(s.options.CodeLife.Seconds()), "interval": int(s.options.Interval.Seconds()),
		"verificationUri": page, "verificationUriComplete": page + "?user_code=" + made.user,
	}, nil
}

type createInput struct {
	ClientID, ClientSecret, GrantType, DeviceCode, RefreshToken string
	Scope                                                       []string
}

func (s *Server) createLocked(in createInput) (any, *refusal) {
	known, refused := s.clientLocked(in.ClientID, in.ClientSecret)
	switch {
	case refused != nil:
		return nil, refused
	case in.GrantType != deviceGrant && in.GrantType != refreshGrant:
		return nil, refuse("UnsupportedGrantTypeException", "unknown grant type")
	case len(known.grants) > 0 && !slices.Contains(known.grants, in.GrantType):
		return nil, refuse("UnauthorizedClientException", "the client is not registered for this grant")
	case in.GrantType == refreshGrant:
		return s.refreshLocked(known, in.RefreshToken)
	}
	now, asking := s.options.Now(), s.devices[in.DeviceCode]
	if asking == nil || asking.client != known.id || asking.used {
		return nil, refuse("InvalidGrantException", "the device code is not known")
	}
	early := !asking.asked.IsZero() && now.Sub(asking.asked) < s.options.Interval*9/10
	asking.asked = now
	switch {
	case !now.Before(asking.ends):
		return nil, refuse("ExpiredTokenException", "the device code has ended")
	case early:
		return nil, refuse("SlowDownException", "asked too often")
	case asking.denied:
		return nil, refuse("AccessDeniedException", "the person said no")
	case !asking.allowed:
		return nil, refuse("AuthorizationPendingException", "the code was not typed in yet")
	}
	asking.used = true
	return s.tokenLocked(known), nil
}

func (s *Server) refreshLocked(known *client, refresh string) (any, *refusal) {
	old := s.renewal[refresh]
	if old == nil || old.client != known.id {
		return nil, refuse("InvalidGrantException", "the refresh token is not known")
	}
	delete(s.renewal, refresh) // each is good once
	delete(s.tokens, old.access)
	return s.tokenLocked(known), nil
}

func (s *Server) tokenLocked(known *client) any {
	made := &token{access: "access-" + random(), client: known.id, ends: s.options.Now().Add(s.options.TokenLife)}
	out := map[string]any{"accessToken": made.access, "expiresIn": int(s.options.TokenLife.Seconds()), "tokenType": "Bearer"}
	if slices.Contains(known.scopes, accessScope) {
		made.refresh = "refresh-" + random()
		s.renewal[made.refresh] = made
		out["refreshToken"] = made.refresh
	}
	s.tokens[made.access] = made
	return out
}
