package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/account"
)

// Revoke takes a token back. With a client secret it is the app that does
// (https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-token).
// Without one, github.com lets whoever has a token of an app give it up
// (https://docs.github.com/en/rest/credentials/revoke); Enterprise hosts take
// personal tokens only there, so the error then names the page where the person
// can do it.
func (s *Service) Revoke(ctx context.Context, a account.Account, t account.Token) error {
	at := s.placeOf(a, t)
	secret, err := s.secret(ctx, at)
	switch {
	case err == nil && secret != "":
		err = s.revokeAsApp(ctx, at, secret, t)
	case at.host == Public && slices.ContainsFunc([]string{"gho_", "ghu_"}, func(kind string) bool { return strings.HasPrefix(t.Access, kind) }):
		err = s.giveUp(ctx, at, t)
	default:
		return &account.Error{
			Message: at.title() + " does not let Keel take the sign-in back, as no client secret is kept. The token is deleted here.",
			Hint:    "Take it back at " + at.manage() + ".",
		}
	}
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	message := account.Unreachable(at.title(), err).Message
	if refused, ok := Refused(err, s.options.Now()); ok {
		message = fmt.Sprintf("%s does not take the sign-in back (%d).", at.title(), refused.Status)
	}
	return &account.Error{Message: message + " The token is deleted here.", Hint: "Take it back at " + at.manage() + "."}
}

func (s *Service) revokeAsApp(ctx context.Context, at place, secret string, t account.Token) error {
	api := clientOf(s.options.HTTP, at.host, func(request *http.Request) { request.SetBasicAuth(at.clientID, secret) })
	_, err := api.Authorizations.Revoke(ctx, at.clientID, t.Access)
	if refused, ok := Refused(err, s.options.Now()); ok && refused.Status == http.StatusNotFound {
		return nil // it is no longer good
	}
	return err
}

// giveUp wants no credentials beside those that it is about.
func (s *Service) giveUp(ctx context.Context, at place, t account.Token) error {
	credentials := []string{t.Access}
	if t.Refresh != "" {
		credentials = append(credentials, t.Refresh)
	}
	api := clientOf(s.options.HTTP, at.host, func(*http.Request) {})
	request, err := api.NewRequest(http.MethodPost, "credentials/revoke", map[string][]string{"credentials": credentials})
	if err != nil {
		return fmt.Errorf("giving a token up: %w", err)
	}
	_, err = api.Do(ctx, request, nil)
	if _, accepted := errors.AsType[*rest.AcceptedError](err); accepted {
		return nil
	}
	return err
}
