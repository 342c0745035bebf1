package identitycenter

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"

	"github.com/keel-ide/keel/backend/account"
)

// Tokens gives tokens that are good; [account.Accounts] does.
type Tokens interface {
	Token(ctx context.Context, accountID string) (account.Token, error)
	// Refused tells that a token was not taken, so that the next one is another.
	Refused(ctx context.Context, accountID string, t account.Token)
}

// Credentials returns what gets the credentials of an account's role; they are
// the same for every region. Caching them is the caller's.
func (s *Service) Credentials(a account.Account, tokens Tokens) func(ctx context.Context, region string) (aws.Credentials, error) {
	return func(ctx context.Context, _ string) (aws.Credentials, error) {
		t, err := tokens.Token(ctx, a.ID)
		if err != nil {
			return aws.Credentials{}, err
		}
		found, err := s.roleCredentials(ctx, a, t)
		if !errors.Is(err, account.ErrRevoked) {
			return found, err
		}
		// It may have been taken back, or be an old one: a new one is asked for once.
		tokens.Refused(ctx, a.ID, t)
		if t, err = tokens.Token(ctx, a.ID); err != nil {
			return aws.Credentials{}, err
		}
		return s.roleCredentials(ctx, a, t)
	}
}

func (s *Service) roleCredentials(ctx context.Context, a account.Account, t account.Token) (aws.Credentials, error) {
	number, role, ok := strings.Cut(a.Role, "/")
	if !ok || number == "" || role == "" {
		return aws.Credentials{}, &account.Error{
			Message: "No AWS account and role are chosen for your sign-in at " + title + ".",
			Hint:    "Choose them on the Accounts page (Keel: Show Accounts).",
		}
	}
	answer, err := s.portal(a.Region).GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{AccessToken: &t.Access, AccountId: &number, RoleName: &role})
	switch {
	case err == nil && answer.RoleCredentials != nil:
	case code(err) == "ForbiddenException", code(err) == "ResourceNotFoundException":
		return aws.Credentials{}, &account.Error{
			Message: "You may not use the role " + role + " of the AWS account " + number + " any more.",
			Hint:    "Choose another one on the Accounts page (Keel: Show Accounts), or ask whoever runs your identity centre.",
			Err:     err,
		}
	default:
		return aws.Credentials{}, portalRefusal(ctx, err, centreFor(a))
	}
	given := answer.RoleCredentials
	return aws.Credentials{
		AccessKeyID: aws.ToString(given.AccessKeyId), SecretAccessKey: aws.ToString(given.SecretAccessKey), SessionToken: aws.ToString(given.SessionToken),
		CanExpire: true, Expires: time.UnixMilli(given.Expiration).UTC(), Source: "KeelIdentityCenter", AccountID: number,
	}, nil
}
