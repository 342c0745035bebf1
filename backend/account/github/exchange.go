package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

const (
	// mostAnswer is how many bytes an answer about tokens may have.
	mostAnswer = 64 << 10
	// mostToken is how many bytes a token may have; GitHub asks to be ready for 255.
	mostToken = 4 << 10
	// mostTokenLife is for how long a token is believed to be good.
	mostTokenLife = 366 * 24 * time.Hour
)

// answer is what GitHub says to a request for a code or a token. It says so with
// status 200 also where it is an error.
type answer struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	Address    string `json:"verification_uri"`
	Interval   int64  `json:"interval"`   // seconds
	ExpiresIn  int64  `json:"expires_in"` // seconds; of the code, or of the token

	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Scope        string `json:"scope"`

	Error string `json:"error"`
}

// protocolError is an error that GitHub names by a code of its own.
type protocolError struct {
	code     string
	interval int64 // seconds; with slow_down
	status   int
}

func (e *protocolError) Error() string {
	return fmt.Sprintf("GitHub answered %q (%d)", e.code, e.status)
}

// post sends a form. Package oauth2 is not used for it: it takes an error with
// status 200 for a code, its request for one cannot be cancelled, and its polling
// ends with the first request that fails on the way.
func (s *Service) post(ctx context.Context, at place, path string, form map[string]string) (answer, error) {
	values := url.Values{}
	for key, value := range form {
		values.Set(key, value)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at.web(path), strings.NewReader(values.Encode()))
	if err != nil {
		return answer{}, fmt.Errorf("asking %s: %w", at.host, err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json") // else it answers with a form
	request.Header.Set("User-Agent", userAgent)
	client := *s.options.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		return answer{}, account.Unreachable(at.title(), err)
	}
	defer response.Body.Close()
	var got answer
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	unread := json.NewDecoder(io.LimitReader(response.Body, mostAnswer)).Decode(&got)
	switch {
	case unread != nil && ctx.Err() != nil: // a whole answer may hold a token
		return answer{}, ctx.Err()
	case unread == nil && got.Error != "":
		return answer{}, &protocolError{code: got.Error, interval: got.Interval, status: response.StatusCode}
	case response.StatusCode != http.StatusOK, unread != nil, media != "application/json", !isToken(got.AccessToken), !isToken(got.RefreshToken):
		return answer{}, s.odd(at, response.StatusCode)
	}
	return got, nil
}

// isToken tells whether a text can be sent as a token (RFC 6750, section 2.1),
// where there is one.
func isToken(text string) bool { return len(text) <= mostToken && visible(text) }

// visible tells whether a text has nothing but what is seen as it is: no blanks,
// and no letters that look like others.
func visible(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// odd is an answer that the documentation does not know.
func (s *Service) odd(at place, status int) *account.Error {
	return &account.Error{
		Message: fmt.Sprintf("%s gave an answer that Keel does not understand (%d). Nothing was changed.", at.title(), status),
		Hint:    "Try again in a few minutes. If it stays so, look at https://www.githubstatus.com, and whether " + at.host + " is a GitHub host.",
	}
}

// token asks for a token.
func (s *Service) token(ctx context.Context, at place, form map[string]string) (answer, error) {
	got, err := s.post(ctx, at, "login/oauth/access_token", form)
	if err != nil {
		return answer{}, said(at, err)
	}
	if got.AccessToken == "" {
		return answer{}, s.odd(at, http.StatusOK)
	}
	return got, nil
}

// made is a token as it is kept.
func (s *Service) made(at place, got answer) account.Token {
	t := account.Token{Access: got.AccessToken, Refresh: got.RefreshToken, Scopes: granted(got.Scope), Client: at.clientID}
	if got.ExpiresIn > 0 {
		t.Expiry = s.options.Now().Add(seconds(got.ExpiresIn, mostTokenLife))
	}
	return t
}

// learnt is a token that has just come: it is kept out of logs from now on.
func (s *Service) learnt(at place, got answer, talk account.Conversation) account.Token {
	t := s.made(at, got)
	talk.Secret(t.Access)
	if t.Refresh != "" {
		talk.Secret(t.Refresh)
	}
	return t
}

// said puts an error that GitHub names into words. The codes are those of
// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#error-codes-for-the-device-flow
// and of the pages on troubleshooting beside it; others are RFC 6749's.
func said(at place, err error) error {
	named, ok := errors.AsType[*protocolError](err)
	if !ok {
		return err
	}
	words := func(message, hint string) error { return &account.Error{Message: message, Hint: hint} }
	const again = "Sign in again whenever you like."
	switch named.code {
	case "access_denied":
		return words("The sign-in was refused in the browser. Nothing was kept.", again)
	case "expired_token", "token_expired":
		return words("The code has expired. Nothing was kept.", "Sign in again: there will be a new code, which is good for some minutes.")
	case "incorrect_device_code", "bad_verification_code":
		return words(at.title()+" does not know the code of this sign-in any more. Nothing was kept.", "Sign in again: there will be a new one.")
	case "device_flow_disabled":
		return words("The OAuth app with Keel's client id does not allow signing in with a code.", "Open it at "+at.web("settings", "developers")+", tick “Enable Device Flow”, then sign in again.")
	case "incorrect_client_credentials", "unauthorized_client", "Not Found":
		return words(at.title()+" does not know Keel's client id, or its client secret is another one.", "Compare the setting "+Setting+" with the app's page at "+at.web("settings", "developers")+"; a client secret can be entered anew on the Accounts page (Keel: Show Accounts).")
	case "redirect_uri_mismatch":
		return words("The OAuth app does not let the browser come back to Keel.", "Open it at "+at.web("settings", "developers")+" and make http://127.0.0.1"+callback+" its callback URL, or sign in with a code.")
	case "unverified_user_email":
		return words(at.title()+" wants your main email address to be verified first.", "Verify it at "+at.web("settings", "emails")+", then sign in again.")
	case "unsupported_grant_type":
		return words(at.title()+" does not know this way to sign in.", "Choose another one; an Enterprise host may be too old for it.")
	case "application_suspended":
		return words("The OAuth app with Keel's client id is suspended.", "Put another client id into the setting "+Setting+".")
	case "bad_refresh_token":
		return ended(at, account.ErrRevoked)
	}
	return words(at.title()+" refuses the sign-in ("+plain(named.code)+"). Nothing was kept.", "Try again in a few minutes.")
}

// ended is a token for which there will be no other one.
func ended(at place, err error) error {
	return &account.Error{
		Message: "The sign-in at " + at.title() + " was taken back or has ended.",
		Hint:    "Sign in again.",
		Err:     err,
	}
}

// plain is a code in letters that cannot be mistaken for a sentence of Keel's.
func plain(code string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return -1
	}, code)
	return cmp.Or(clean[:min(len(clean), 60)], "without a reason")
}
