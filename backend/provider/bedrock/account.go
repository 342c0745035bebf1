package bedrock

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/provider"
)

// Account is an account signed in to Keel that is switched on for Bedrock.
type Account struct {
	Key  string // another one where the credentials would be others
	Name string // for a person: "Google, ada@example.com, role keel"
	// Problem is why it cannot be used; nil while it can.
	Problem *account.Error
	// Retrieve gets credentials for requests to a region. They are cached here.
	Retrieve func(ctx context.Context, region string) (aws.Credentials, error)
}

// ahead is how long before their end credentials are got anew.
const ahead = 5 * time.Minute

const (
	// retryRenewal is how long after a failure new credentials are asked for again.
	retryRenewal = 30 * time.Second
	// leastLife is how long credentials have to be good yet for a request.
	leastLife = 10 * time.Second
)

// renewing gets an account's credentials. While the old ones are good yet, a
// failure to get new ones stops nobody.
type renewing struct {
	account Account
	region  string

	mu  sync.Mutex
	end time.Time // guarded by mu; of the credentials that were got last
}

// cached keeps an account's credentials until shortly before their end.
func cached(a Account, region string) aws.CredentialsProvider {
	return aws.NewCredentialsCache(&renewing{account: a, region: region}, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = ahead })
}

// Retrieve gets new credentials.
func (r *renewing) Retrieve(ctx context.Context) (aws.Credentials, error) {
	fresh, err := r.account.Retrieve(ctx, r.region)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.end = fresh.Expires
	}
	return fresh, err
}

// HandleFailToRefresh goes on with old credentials as long as they are good,
// unless the account was signed out. The cache looks again ahead of the end that
// it is given, so that this is later than the real one.
func (r *renewing) HandleFailToRefresh(_ context.Context, old aws.Credentials, err error) (aws.Credentials, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := time.Until(r.end) - leastLife
	if errors.Is(err, account.ErrRevoked) || !old.HasKeys() || left <= 0 {
		return aws.Credentials{}, err
	}
	old.Expires = time.Now().Add(ahead + min(retryRenewal, left))
	return old, nil
}

// accountInForce returns the account whose credentials count: a profile chosen in
// the settings comes before it, and it before keys and the environment.
func (p *Provider) accountInForce(ctx context.Context, settings Settings) *Account {
	if settings.Profile != "" {
		return nil
	}
	return p.options.Account(ctx)
}

// signInAgain is the hint where an account's credentials do not serve.
const signInAgain = "Sign in again on the Accounts page (Keel: Show Accounts); the turn then goes on."

// badAccount is for an account in force whose credentials cannot be had.
func badAccount(a *Account, err error) *provider.Error {
	if known, ok := errors.AsType[*provider.Error](err); ok {
		return known
	}
	said, ok := errors.AsType[*account.Error](err)
	if !ok {
		said = &account.Error{Message: "The credentials of your account (" + a.Name + ") cannot be had.", Hint: signInAgain}
	}
	return &provider.Error{Class: classOf(err), Message: said.Message, Hint: said.Hint, Err: err}
}

// classOf tells what may pass by itself from what needs the person.
func classOf(err error) provider.Class {
	if errors.Is(err, account.ErrRevoked) {
		return provider.ClassAuth
	}
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		switch answer.ErrorCode() {
		case "TooManyRequestsException", "SlowDownException", "ThrottlingException":
			return provider.ClassThrottle
		case "InternalServerException":
			return provider.ClassBounded
		}
		return provider.ClassAuth
	}
	if _, network := errors.AsType[net.Error](err); network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return provider.ClassBounded
	}
	return provider.ClassAuth
}

// ofAccount makes a refusal's words fit credentials that came from an account.
func ofAccount(a *Account, refused *provider.Error) *provider.Error {
	if a == nil || refused.Class != provider.ClassAuth {
		return refused
	}
	refused.Message += " They came from your account (" + a.Name + ")."
	refused.Hint = signInAgain
	return refused
}
