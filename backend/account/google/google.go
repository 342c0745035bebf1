// Package google signs in with Google: in the browser, which comes back to a
// listener on this machine, with a proof key and a nonce.
//
// # Promises
//
// Who signed in is known from an id token only, whose signature, issuer,
// audience, times, nonce and access token hash were checked; one that is not as
// it has to be gives no account. A refreshed one is checked in the same way and
// belongs to the same person. No redirect of a service is followed, but for that
// of a picture to another of Google's addresses. Tokens, codes and the proof key are
// told to the conversation as secrets and are in no error.
package google

import (
	"context"
	"net/http"
	"time"

	"github.com/keel-ide/keel/backend/account"
)

const (
	issuer  = "https://accounts.google.com"
	host    = "accounts.google.com"
	revoker = "https://oauth2.googleapis.com/revoke"
	manage  = "https://myaccount.google.com/connections"
	console = "https://console.cloud.google.com/apis/credentials"
	setting = "keelAgent.accounts.googleClientId"
	name    = "Google" // in sentences
	path    = "/signin/google"

	// patience is how long one step that asks Google may take.
	patience = 30 * time.Second
)

// Options are what [New] stands on; HTTP is required.
type Options struct {
	HTTP *http.Client // its transport is used, nothing else of it
	// ClientID is the one that the settings name; nil or empty: the built-in one.
	ClientID func() string
	// ClientSecret is the one that is kept for the client id of the settings; nil or
	// empty: none.
	ClientSecret func(ctx context.Context) (string, error)
	// BuiltIn is the client that the program was built with; may be empty.
	BuiltIn Client
	Now     func() time.Time // nil: time.Now
}

// Client is an OAuth client of the type Desktop app. What Google calls its secret
// is in every copy of a program and protects nothing by itself; Google wants to
// see it all the same.
type Client struct {
	ID     string
	Secret string
}

// Service signs in with Google. It is safe for concurrent use.
type Service struct{ options Options }

var _ account.Service = (*Service)(nil)

// New returns the service. It asks nobody anything.
func New(options Options) *Service {
	if options.ClientID == nil {
		options.ClientID = func() string { return "" }
	}
	if options.ClientSecret == nil {
		options.ClientSecret = func(context.Context) (string, error) { return "", nil }
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Service{options}
}

// Kind returns [account.Google].
func (s *Service) Kind() account.Kind { return account.Google }

// client returns the client to sign in with, as far as there is one.
func (s *Service) client(ctx context.Context) (Client, error) {
	id := s.options.ClientID()
	if id == "" || id == s.options.BuiltIn.ID && s.options.BuiltIn.Secret != "" {
		return s.options.BuiltIn, nil
	}
	secret, err := s.options.ClientSecret(ctx)
	return Client{ID: id, Secret: secret}, err
}

// Hosts returns the one place where Google signs in.
func (s *Service) Hosts(ctx context.Context) []account.Host {
	client, err := s.client(ctx)
	// A secret is kept for its client id, so without one there is nothing to put it in for.
	at := account.Host{
		Host: host, Title: name, Setting: setting, SetupAddress: console,
		TakesSecret: client.ID != "", HasSecret: client.Secret != "",
	}
	switch {
	case client.ID == "":
		at.Setup = []string{
			"In Google Cloud console, under APIs & Services › Credentials, create an OAuth client ID of the type Desktop app.",
			"Put its id into the setting " + setting + ".",
			"Put its secret in on the Accounts page (Keel: Show Accounts), which keeps it with your other secrets.",
		}
	case err != nil:
		at.Setup = []string{
			unreadableSecret,
			"Unlock the keychain, or put the secret in again on the Accounts page (Keel: Show Accounts).",
		}
	case client.Secret == "":
		at.Setup = []string{
			"The secret of the client id in " + setting + " is missing; Google wants it also from desktop apps.",
			"Copy it from Google Cloud console, APIs & Services › Credentials, and put it in on the Accounts page (Keel: Show Accounts).",
		}
	default:
		at.Methods = []account.Method{account.Browser}
	}
	return []account.Host{at}
}
