package google

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/keel-ide/keel/backend/account"
)

// Refresh gets new tokens, the id token among them.
func (s *Service) Refresh(ctx context.Context, a account.Account, t account.Token) (account.Token, error) {
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	fresh, err := s.refresh(s.with(asking), a, t)
	return fresh, ended(ctx, err)
}

func (s *Service) refresh(ctx context.Context, a account.Account, t account.Token) (account.Token, error) {
	if t.Refresh == "" {
		return account.Token{}, over("Google gave Keel nothing to renew this sign-in with, and it has ended.")
	}
	client, err := s.client(ctx)
	switch {
	case err != nil:
		return account.Token{}, unreadable(err)
	case client.ID == "":
		return account.Token{}, &account.Error{Message: "The client id that Keel signed in to Google with is no longer set.", Hint: "Put it into the setting " + setting + " again, or sign in anew."}
	case !madeFor(t.ID, client.ID):
		return account.Token{}, over("The client id for Google has changed since this sign-in, which cannot be renewed with the new one.")
	}
	provider, err := discover(ctx)
	if err != nil {
		return account.Token{}, err
	}
	given, err := configure(provider, client, "", nil).TokenSource(ctx, &oauth2.Token{RefreshToken: t.Refresh}).Token()
	if err != nil {
		return account.Token{}, notRenewed(err)
	}
	fresh := s.token(given, t.Scopes)
	who, err := s.verify(ctx, provider, client, fresh, "")
	if err != nil {
		return account.Token{}, err
	}
	if subtle.ConstantTimeCompare([]byte(who.subject), []byte(a.Subject)) != 1 {
		return account.Token{}, over("Google answered with somebody else's tokens. They were not used.")
	}
	fresh.Expiry = earlier(fresh.Expiry, who.expiry)
	return fresh, nil
}

// madeFor tells whether a kept id token, which was checked when it came, was made
// for a client; where it does not say so, Google is left to judge.
func madeFor(idToken, clientID string) bool {
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 {
		return true
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return true
	}
	var said struct {
		Party string `json:"azp"`
	}
	if err := json.Unmarshal(payload, &said); err != nil || said.Party == "" {
		return true
	}
	return said.Party == clientID
}

// Revoke takes the grant back: Google ends all its tokens with one.
func (s *Service) Revoke(ctx context.Context, _ account.Account, t account.Token) error {
	token := t.Refresh
	if token == "" {
		token = t.Access
	}
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return ended(ctx, revoke(s.with(asking), token))
}

func revoke(ctx context.Context, token string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, revoker, strings.NewReader(url.Values{"token": {token}}.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := oauth2.NewClient(ctx, nil).Do(request)
	if err != nil {
		return unanswered(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	var said struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &said) // an answer that is no JSON says nothing
	switch {
	case response.StatusCode == http.StatusOK:
		return nil
	case response.StatusCode == http.StatusBadRequest && said.Error == "invalid_token":
		return nil // it has ended already
	default:
		return &account.Error{
			Message: "Google did not take back what Keel may do.",
			Hint:    "Take it back yourself at " + manage + ".",
		}
	}
}
