package github

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/loopback"
	"golang.org/x/oauth2"
)

// callback is the path that the browser comes back to. GitHub wants it below the
// callback URL of the app; the port may be any on a loopback address.
const callback = "/callback"

// browser signs in with the web flow: PKCE, a state, and a listener on this
// machine that the browser comes back to. The browser waits there for the end to
// be told, which may be nil beside an error.
func (s *Service) browser(ctx context.Context, at place, scopes []string, talk account.Conversation) (t account.Token, tell func(error), err error) {
	secret, err := s.secret(ctx, at)
	if err != nil {
		return account.Token{}, nil, err
	}
	if secret == "" {
		return account.Token{}, nil, &account.Error{
			Message: at.title() + " wants a client secret for this way to sign in, and none is kept.",
			Hint:    "Sign in with a code, which needs none, or enter the client secret on the Accounts page (Keel: Show Accounts).",
		}
	}
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	talk.Secret(state)
	talk.Secret(verifier)
	listener, err := loopback.Listen(ctx, loopback.Options{Path: callback, State: state})
	if err != nil {
		if ctx.Err() != nil {
			return account.Token{}, nil, ctx.Err()
		}
		return account.Token{}, nil, &account.Error{Message: "Keel cannot listen for the browser on this machine.", Hint: "Sign in with a code, which needs no listener.", Err: err}
	}
	config := oauth2.Config{
		ClientID:    at.clientID,
		Endpoint:    oauth2.Endpoint{AuthURL: at.web("login", "oauth", "authorize")},
		RedirectURL: listener.Redirect(),
		Scopes:      scopes,
	}
	address := config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier))
	talk.Show(account.Progress{Stage: account.InBrowser, Address: address, Until: listener.Until(), Paste: listener.Check})
	talk.Open(ctx, address)
	t, err = s.finish(ctx, at, listener, talk, map[string]string{
		"client_id": at.clientID, "client_secret": secret, "redirect_uri": listener.Redirect(), "code_verifier": verifier,
	})
	return t, func(err error) { show(listener, err) }, err
}

// show tells the browser how it went, and ends the listening.
func show(listener *loopback.Listener, err error) {
	if words, ok := errors.AsType[*account.Error](err); ok {
		listener.Fail(words.Message, words.Hint)
	} else if err == nil {
		listener.Succeed()
	}
	listener.Close()
}

// finish waits for the code and exchanges it.
func (s *Service) finish(ctx context.Context, at place, listener *loopback.Listener, talk account.Conversation, form map[string]string) (account.Token, error) {
	values, err := listener.Wait(ctx, talk.Pasted())
	if err != nil {
		return account.Token{}, unheard(ctx, err)
	}
	if by := values.Get("iss"); by != "" && !at.holds(by) { // RFC 9207: somebody else's answer
		return account.Token{}, &account.Error{Message: "The browser came back with the answer of another service. It was not used.", Hint: "Sign in again. If it happens again, do not sign in at " + at.host + " with Keel."}
	}
	code, err := codeOf(at, values)
	if err != nil {
		return account.Token{}, err
	}
	talk.Secret(code)
	form["code"] = code
	got, err := s.token(ctx, at, form)
	if err != nil {
		return account.Token{}, err
	}
	return s.learnt(at, got, talk), nil
}

// codeOf reads what the browser brought.
func codeOf(at place, values url.Values) (string, error) {
	if named := values.Get("error"); named != "" {
		return "", said(at, &protocolError{code: named})
	}
	if code := strings.TrimSpace(values.Get("code")); code != "" {
		return code, nil
	}
	return "", said(at, &protocolError{code: "bad_verification_code"})
}

// unheard says why nothing came back that is of use.
func unheard(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, loopback.ErrExpired):
		return &account.Error{Message: "The browser did not come back in time. Nothing was kept.", Hint: "Sign in again. Where the browser is on another machine, paste the address that it comes to."}
	}
	return &account.Error{Message: "Waiting for the browser has ended. Nothing was kept.", Hint: "Sign in again.", Err: err}
}
