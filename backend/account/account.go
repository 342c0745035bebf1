// Package account knows who is signed in where, and gives those who may have
// them tokens that are still good.
//
// It knows no service by itself: packages below it (github, google,
// identitycenter) each sign in at one kind of service, over the interface
// [Service].
//
// # Promises
//
// Tokens are kept in the keychain or in what the user agreed to in its place
// (package secret), and nowhere else: not in the list of accounts, in an error,
// in a log or in a [SignIn]. A token is refreshed ahead of its expiry, once,
// however many ask for it, in this process or another one of Keel. One that the
// service has revoked is not used again: the account says so and waits for the
// user to sign in. Signing out takes the tokens back at the service where it
// lets us, and deletes them here whether that worked or not.
//
// At most one sign-in at one host is under way; each ends by itself after its
// time and when it is cancelled, and leaves nothing that listens. One that does
// not come to its end gives the token it was issued back to the service, as far
// as that answers within ten seconds.
package account

import (
	"context"
	"errors"
	"time"
)

// Kind is a kind of identity service.
type Kind string

// The kinds that there are.
const (
	GitHub Kind = "github"
	Google Kind = "google"
	AWS    Kind = "aws" // IAM Identity Center
)

// Use is something that an account is good for.
type Use string

// The uses that there are. A use that is on belongs to one account of a host;
// UseModels and UseBedrock to one account in all.
const (
	UseModels      Use = "github-models" // GitHub Models in the model picker
	UsePages       Use = "github-pages"  // private issues, pull requests and files by their address
	UseGitTerminal Use = "git-terminal"  // git over HTTPS in Keel's terminal
	UseGitAgent    Use = "git-agent"     // git over HTTPS in the agent's commands
	UseBedrock     Use = "bedrock"       // credentials for Amazon Bedrock
)

// Account is somebody at a service. It holds no secret.
type Account struct {
	ID      string    `json:"id"` // kind:host/subject; stable over sign-ins, whatever the person is called
	Kind    Kind      `json:"kind"`
	Host    string    `json:"host"`             // github.com, accounts.google.com, an Enterprise host, the host of a start URL
	Subject string    `json:"subject"`          // the service's own unchanging id
	Login   string    `json:"login,omitempty"`  // @login, or empty
	Name    string    `json:"name,omitempty"`   // as the person is called; may be empty
	Email   string    `json:"email,omitempty"`  // may be empty
	Avatar  []byte    `json:"avatar,omitempty"` // a small PNG; may be empty
	Scopes  []string  `json:"scopes,omitempty"`
	Manage  string    `json:"manage,omitempty"` // the address where the person sees and takes back what Keel may do; may be empty
	Region  string    `json:"region,omitempty"` // of AWS: where the identity centre is
	Start   string    `json:"start,omitempty"`  // of AWS: its start URL
	Role    string    `json:"role,omitempty"`   // of AWS: the chosen account/role, such as 123456789012/ReadOnly; empty before one is chosen
	Since   time.Time `json:"since"`
	Uses    []Use     `json:"uses,omitempty"`
	Expired string    `json:"expired,omitempty"` // why it must sign in again, a sentence; empty while it is good
}

// Token is what a service gave. Its fields are secrets; its JSON goes into the
// secret store only.
type Token struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh,omitempty"`
	ID      string    `json:"id,omitempty"` // an OpenID Connect id token
	Expiry  time.Time `json:"expiry,omitzero"`
	Scopes  []string  `json:"scopes,omitempty"`
	// Client is what the service wants to see again at a refresh and is secret
	// itself, such as the registration of a client at IAM Identity Center; its form
	// is the service's own.
	Client string `json:"client,omitempty"`
}

// Request asks for a sign-in.
type Request struct {
	Kind   Kind
	Host   string // empty: the kind's public one
	Method Method // empty: the service's own choice
	Scopes []string
	Start  string // of AWS: the start URL
	Region string // of AWS
	// Share, of AWS: also write the token where the AWS CLI looks for it, which is a
	// file.
	Share bool
	// Use is switched on for the account once it is signed in; empty: none.
	Use Use
}

// Method is a way to sign in.
type Method string

// The ways that there are.
const (
	Device  Method = "device"  // a short code, typed in at the service's page
	Browser Method = "browser" // the browser comes back to a listener on this machine
)

// Stage is how far a sign-in is.
type Stage string

// The stages, in their order; the last three end it.
const (
	Starting  Stage = "starting"  // the service is being asked
	Code      Stage = "code"      // the person types Progress.Code in at Progress.Address
	InBrowser Stage = "browser"   // the browser is to come back
	Finishing Stage = "finishing" // tokens and the person's name are being fetched
	Done      Stage = "done"
	Failed    Stage = "failed"
	Cancelled Stage = "cancelled"
)

// Progress is what a sign-in shows. The code is for the person to read, and no
// token.
type Progress struct {
	Stage   Stage
	Address string    // to be opened in a browser; empty when there is none
	Code    string    // to be typed in there; empty when there is none
	Until   time.Time // when Code or the listener ends
	// Paste says why a text that a person pastes is of no use, in words that can stand
	// after a colon and do not quote it; nil: nothing can be pasted.
	Paste func(text string) error `json:"-"`
}

// Conversation is a sign-in as its service sees it.
type Conversation interface {
	// Show tells how far it is.
	Show(Progress)
	// Open opens the address in the person's browser, once more each time; that no
	// browser could be started is told to the person, not to the service.
	Open(ctx context.Context, address string)
	// Pasted gives what the person pastes and Progress.Paste has let through: an address
	// the browser came to, or a code.
	Pasted() <-chan string
	// Secret keeps what is learnt on the way, such as a verifier or a device code, out
	// of logs.
	Secret(value string)
}

// Grant is a sign-in that worked, or what is there of one that did not.
type Grant struct {
	Account Account // ID, Since, Uses and Role are filled in by [Accounts]
	Token   Token
	Note    string // what the person should know of how it went, a sentence; may be empty
	// Found: the token was there before, such as the AWS CLI's. It is not taken back
	// where the account cannot be kept.
	Found bool
	// Ended is told once how it went: nil when the account is kept, else why it is
	// not. Nil: nobody waits to be told.
	Ended func(error)
}

// Service signs in at one kind of service.
type Service interface {
	Kind() Kind
	// Hosts returns where this service can be, as the settings have it now, the public
	// one first, and what is missing before a sign-in there.
	Hosts(ctx context.Context) []Host
	// SignIn signs somebody in. It ends with ctx. Its errors are [*Error] or the
	// context's. A token in the grant beside an error was issued on the way and is
	// taken back; Ended is told then, too.
	SignIn(ctx context.Context, request Request, talk Conversation) (Grant, error)
	// Refresh gets a new token for one that has expired or is about to; with
	// [ErrRevoked] in its error the account must sign in again, with any other it may
	// be tried later.
	Refresh(ctx context.Context, a Account, t Token) (Token, error)
	// Revoke takes a token back at the service, where it lets us.
	Revoke(ctx context.Context, a Account, t Token) error
}

// Host is a place to sign in at.
type Host struct {
	Host    string
	Title   string   // "GitHub", "GitHub Enterprise (ghe.example.com)"
	Methods []Method // that can be used now, the preferred one first; none: see Setup
	// Setup explains in at most three sentences what is missing and how to get it.
	Setup        []string
	SetupAddress string // where a client id is made; may be empty
	Setting      string // the setting that takes it; empty when none does
	// Secret says whether a client secret can be kept for it, and is.
	TakesSecret, HasSecret bool
}

// ErrRevoked is wrapped where a service no longer takes a token, or gives no new
// one for it.
var ErrRevoked = errors.New("the sign-in was taken back or has ended")

// ErrNotFound is returned for an account or a sign-in that is not there.
var ErrNotFound = errors.New("there is no such account")

// Error is a failed sign-in or a token that cannot be had, in words for a
// person. It holds no secret.
type Error struct {
	Message string // what happened, and what is safe
	Hint    string // what to do next
	Err     error  // may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + " " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }
