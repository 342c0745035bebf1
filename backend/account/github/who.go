package github

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	rest "github.com/google/go-github/v75/github"
	"github.com/keel-ide/keel/backend/account"
)

// Limits of what a person is shown by.
const (
	longestName = 100 // bytes
	mostMails   = 100
)

// who asks whom a token belongs to.
func (s *Service) who(ctx context.Context, at place, t account.Token) (account.Account, error) {
	api := API(s.options.HTTP, at.host, t.Access)
	user, _, err := api.Users.Get(ctx, "")
	if err != nil {
		return account.Account{}, s.unknown(ctx, at, err)
	}
	if user.GetID() == 0 || user.GetLogin() == "" {
		return account.Account{}, s.odd(at, http.StatusOK)
	}
	who := account.Account{
		Kind:    account.GitHub,
		Host:    at.host,
		Subject: strconv.FormatInt(user.GetID(), 10),
		Login:   shown(user.GetLogin()),
		Name:    shown(user.GetName()),
		Email:   shown(user.GetEmail()),
		Scopes:  t.Scopes,
		Manage:  at.manage(),
	}
	if who.Email == "" {
		who.Email = s.email(ctx, api)
	}
	if ctx.Err() == nil {
		who.Avatar = s.avatar(ctx, at, user.GetAvatarURL())
	}
	return who, ctx.Err()
}

// email is the main address of a person who shows none; empty where it may not
// be seen.
func (s *Service) email(ctx context.Context, api *rest.Client) string {
	mails, _, err := api.Users.ListEmails(ctx, &rest.ListOptions{PerPage: mostMails})
	if err != nil {
		return ""
	}
	for _, mail := range mails {
		if mail.GetPrimary() && mail.GetVerified() {
			return shown(mail.GetEmail())
		}
	}
	return ""
}

// unknown says why it is not known whose a token is.
func (s *Service) unknown(ctx context.Context, at place, err error) error {
	refused, ok := Refused(err, s.options.Now())
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case !ok:
		return account.Unreachable(at.title(), err)
	case refused.Status == http.StatusUnauthorized:
		return ended(at, account.ErrRevoked)
	case !refused.Until.IsZero():
		return &account.Error{Message: at.title() + " takes no more requests for now. Nothing was kept.", Hint: "Sign in again after " + refused.Until.Local().Format("15:04") + "."}
	}
	return s.odd(at, refused.Status)
}

// shown is a name that a stranger chose, fit for one line: without control
// characters and those that turn the direction of text, and not long.
func shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if !strconv.IsGraphic(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > longestName {
		text = strings.ToValidUTF8(text[:longestName], "")
	}
	return text
}
