package google

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/avatar"
	"github.com/keel-ide/keel/backend/account/loopback"
)

// attempt is one sign-in.
type attempt struct {
	service  *Service
	talk     account.Conversation
	client   Client
	provider *oidc.Provider
	listener *loopback.Listener
	scopes   []string
	state    string
	nonce    string
	verifier string // of the proof key
}

// SignIn signs somebody in.
func (s *Service) SignIn(ctx context.Context, request account.Request, talk account.Conversation) (account.Grant, error) {
	grant, err := s.signIn(ctx, request, talk)
	return grant, ended(ctx, err)
}

func (s *Service) signIn(ctx context.Context, request account.Request, talk account.Conversation) (account.Grant, error) {
	talk.Show(account.Progress{Stage: account.Starting})
	a, err := s.prepare(ctx, request, talk)
	if err != nil {
		return account.Grant{}, err
	}
	asking, cancel := context.WithTimeout(ctx, patience)
	a.provider, err = discover(s.with(asking))
	cancel()
	if err != nil {
		return account.Grant{}, err
	}
	a.listener, err = loopback.Listen(ctx, loopback.Options{Path: path, State: a.state})
	if err != nil {
		return account.Grant{}, &account.Error{Message: "Keel cannot wait for the browser on this machine: " + err.Error() + ".", Hint: "Nothing was changed. Try again.", Err: err}
	}
	grant, err := a.run(ctx)
	grant.Ended = a.tell
	return grant, err
}

// tell shows in the browser how it went, and ends the listening.
func (a *attempt) tell(err error) {
	if err == nil {
		a.listener.Succeed()
	} else {
		said := inWords(err)
		a.listener.Fail(said.Message, said.Hint)
	}
	a.listener.Close()
}

func (s *Service) prepare(ctx context.Context, request account.Request, talk account.Conversation) (*attempt, error) {
	at := s.Hosts(ctx)[0]
	if len(at.Methods) == 0 {
		return nil, &account.Error{Message: "Keel cannot sign in with Google yet. " + at.Setup[0], Hint: strings.Join(at.Setup[1:], " ")}
	}
	if request.Host != "" && request.Host != host || request.Method != "" && request.Method != account.Browser {
		return nil, &account.Error{Message: "Google signs in at accounts.google.com and in the browser only.", Hint: "Sign in with the button for Google."}
	}
	client, err := s.client(ctx)
	if err != nil {
		return nil, unreadable(err)
	}
	a := &attempt{
		service: s, talk: talk, client: client,
		scopes: []string{oidc.ScopeOpenID, "email", "profile"},
		state:  rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(),
	}
	for _, scope := range request.Scopes {
		if !slices.Contains(a.scopes, scope) {
			a.scopes = append(a.scopes, scope)
		}
	}
	for _, secret := range []string{client.Secret, a.state, a.verifier} {
		talk.Secret(secret)
	}
	return a, nil
}

func (a *attempt) run(ctx context.Context) (account.Grant, error) {
	config := configure(a.provider, a.client, a.listener.Redirect(), a.scopes)
	// Consent is asked for each time: Google gives a refresh token with it, also where
	// the person has allowed it before. An account is chosen each time, as there can
	// be several.
	address := config.AuthCodeURL(a.state, oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier), oauth2.AccessTypeOffline,
		oauth2.SetAuthURLParam("prompt", "select_account consent"))
	a.talk.Show(account.Progress{Stage: account.InBrowser, Address: address, Until: a.listener.Until(), Paste: a.listener.Check})
	a.talk.Open(ctx, address)
	values, err := a.listener.Wait(ctx, a.talk.Pasted())
	if err != nil {
		return account.Grant{}, notBack(err)
	}
	a.talk.Secret(values.Get("code"))
	a.talk.Show(account.Progress{Stage: account.Finishing})
	return a.finish(ctx, config, values)
}

// finish exchanges the code and finds out who it is.
func (a *attempt) finish(ctx context.Context, config *oauth2.Config, values url.Values) (account.Grant, error) {
	if by := values.Get("iss"); by != "" && by != issuer { // RFC 9207: somebody else's answer
		return account.Grant{}, &account.Error{Message: "The browser came back with the answer of another service. It was not used.", Hint: "Sign in again. If it happens again, look at what opens addresses in your browser."}
	}
	if code := values.Get("error"); code != "" {
		return account.Grant{}, refused(code)
	}
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	asking = a.service.with(asking)
	given, err := config.Exchange(asking, values.Get("code"), oauth2.VerifierOption(a.verifier))
	if err != nil {
		return account.Grant{}, notGiven(err)
	}
	token := a.service.token(given, a.scopes)
	for _, secret := range []string{token.Access, token.Refresh, token.ID} {
		a.talk.Secret(secret)
	}
	who, err := a.service.verify(asking, a.provider, a.client, token, a.nonce)
	if err != nil {
		return account.Grant{Token: token}, err
	}
	token.Expiry = earlier(token.Expiry, who.expiry)
	return account.Grant{Token: token, Account: account.Account{
		Kind: account.Google, Host: host, Subject: who.subject, Name: who.Name, Email: who.email(),
		Avatar: avatar.Fetch(ctx, a.service.options.HTTP, who.Picture, pictured), Scopes: token.Scopes, Manage: manage,
	}}, nil
}

// notBack is why nothing came back, in words.
func notBack(err error) error {
	if !errors.Is(err, loopback.ErrExpired) {
		return err
	}
	return &account.Error{
		Message: "The browser did not come back from Google within five minutes, so the sign-in has ended. Nothing was changed.",
		Hint:    "Sign in again. If the browser showed an error of Google's: " + hintClient, Err: err,
	}
}

// pictured tells whether an address is one where Google keeps pictures.
func pictured(at *url.URL) bool {
	return at.Port() == "" && strings.HasSuffix(strings.ToLower(at.Host), ".googleusercontent.com")
}
