package identitycenter

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sso/types"
	"github.com/sourcegraph/conc/pool"

	"github.com/keel-ide/keel/backend/account"
)

// Bounds of a list of roles: more cannot be chosen from.
const (
	maxAccounts = 2000
	maxRoles    = 200 // of one account
	pageSize    = 100
	asking      = 5 // accounts at once
)

// Role is a role in an AWS account that the person may take on.
type Role struct {
	Account string // its number
	Name    string // of the AWS account
	Email   string // of the AWS account
	Role    string
}

// ID is what [account.Account] keeps of a role: 123456789012/ReadOnly.
func (r Role) ID() string { return r.Account + "/" + r.Role }

// Roles lists the accounts and roles of the person, by the names of the
// accounts. A token that is not taken is [account.ErrRevoked].
func (s *Service) Roles(ctx context.Context, a account.Account, t account.Token) ([]Role, error) {
	at, client := centreFor(a), s.portal(a.Region)
	accounts, err := listAccounts(ctx, client, t.Access)
	if err != nil {
		return nil, portalRefusal(ctx, err, at)
	}
	asked := pool.NewWithResults[[]Role]().WithContext(ctx).WithCancelOnError().WithFirstError().WithMaxGoroutines(asking)
	for _, each := range accounts {
		asked.Go(func(ctx context.Context) ([]Role, error) { return listRoles(ctx, client, t.Access, each) })
	}
	lists, err := asked.Wait()
	if err != nil {
		return nil, portalRefusal(ctx, err, at)
	}
	roles := slices.Concat(lists...)
	slices.SortFunc(roles, func(a, b Role) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), strings.Compare(a.Account, b.Account), strings.Compare(a.Role, b.Role))
	})
	return roles, nil
}

func listAccounts(ctx context.Context, client *sso.Client, token string) ([]types.AccountInfo, error) {
	var accounts []types.AccountInfo
	pages := sso.NewListAccountsPaginator(client, &sso.ListAccountsInput{AccessToken: &token, MaxResults: aws.Int32(pageSize)})
	for pages.HasMorePages() && len(accounts) < maxAccounts {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, page.AccountList...)
	}
	return accounts[:min(len(accounts), maxAccounts)], nil
}

func listRoles(ctx context.Context, client *sso.Client, token string, of types.AccountInfo) ([]Role, error) {
	var roles []Role
	pages := sso.NewListAccountRolesPaginator(client, &sso.ListAccountRolesInput{AccessToken: &token, AccountId: of.AccountId, MaxResults: aws.Int32(pageSize)})
	for pages.HasMorePages() && len(roles) < maxRoles {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, each := range page.RoleList {
			roles = append(roles, Role{
				Account: aws.ToString(of.AccountId), Name: aws.ToString(of.AccountName), Email: aws.ToString(of.EmailAddress), Role: aws.ToString(each.RoleName),
			})
		}
	}
	return roles, nil
}

// works tells whether the service takes a token.
func (s *Service) works(ctx context.Context, at centre, token string) error {
	_, err := s.portal(at.region).ListAccounts(ctx, &sso.ListAccountsInput{AccessToken: &token, MaxResults: aws.Int32(1)})
	return err
}

// portalRefusal says what an error of accounts, roles and credentials means.
func portalRefusal(ctx context.Context, err error, at centre) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case code(err) == "UnauthorizedException":
		return ended("It was taken back, or it has run out.", err)
	}
	return unexpected(err, at)
}
