package folder

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/openai"
)

// gitHubHost is where the accounts for GitHub Models are.
const gitHubHost = "github.com"

// gitHubModels is GitHub Models with the token of the account that it is switched
// on for, else the key that was entered by hand.
func (f *Folder) gitHubModels(p *Providers) provider.Provider {
	byHand := p.keyed(openai.GitHubModelsID)
	o := byHand
	o.HasKey = func(ctx context.Context) bool {
		_, on := f.Accounts.For(account.UseModels, gitHubHost)
		return on || byHand.HasKey(ctx)
	}
	o.HTTP = signedIn{accounts: f.Accounts, through: byHand.HTTP}
	return openai.GitHubModels(func(ctx context.Context) (string, error) {
		one, on := f.Accounts.For(account.UseModels, gitHubHost)
		if !on {
			return byHand.Key(ctx)
		}
		token, err := f.Accounts.Token(ctx, one.ID)
		return token.Access, notSignedIn(err)
	}, o)
}

// notSignedIn says why there is no token in a way that lets a turn wait for the
// sign-in.
func notSignedIn(err error) error {
	known, ok := errors.AsType[*account.Error](err)
	if !ok {
		return err
	}
	class := provider.ClassBounded
	if errors.Is(err, account.ErrRevoked) {
		class = provider.ClassAuth
	}
	return &provider.Error{Class: class, Message: known.Message, Hint: known.Hint, Err: err}
}

// signedIn sends requests with the token of the account for GitHub Models. Where
// the service does not take it, it is refreshed and the request sent once more, or
// the account has expired.
type signedIn struct {
	accounts *Accounts
	through  http.RoundTripper
}

func (s signedIn) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := s.through.RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	sent, _ := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
	one, on := s.accounts.For(account.UseModels, gitHubHost)
	if !on || sent == "" {
		return response, nil
	}
	ctx := request.Context()
	before, err := s.accounts.Token(ctx, one.ID)
	if err != nil || before.Access != sent {
		return response, nil //nolint:nilerr // it was a key, or the token before: the answer stands
	}
	s.accounts.Refused(ctx, one.ID, before)
	fresh, err := s.accounts.Token(ctx, one.ID)
	if err != nil {
		closeAll(response)
		return nil, notSignedIn(err)
	}
	again := request.Clone(ctx)
	if request.Body != nil {
		if request.GetBody == nil {
			return response, nil
		}
		if again.Body, err = request.GetBody(); err != nil {
			return response, nil //nolint:nilerr // it cannot be sent again: the answer stands
		}
	}
	closeAll(response)
	again.Header.Set("Authorization", "Bearer "+fresh.Access)
	return s.through.RoundTrip(again)
}

// closeAll ends a response that nobody reads; its connection serves on.
func closeAll(response *http.Response) {
	_, _ = io.CopyN(io.Discard, response.Body, 4<<10)
	_ = response.Body.Close()
}
