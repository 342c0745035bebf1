package folder

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/identitycenter"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/settings"
)

// newIdentityCenter makes the service that signs in at AWS; environ names the
// AWS configuration.
func newIdentityCenter(through http.RoundTripper, environ func() []string) *identitycenter.Service {
	return identitycenter.New(identitycenter.Options{
		HTTP:   &http.Client{Transport: through},
		Starts: func(context.Context) []identitycenter.Start { return awsStarts(environ()) },
	})
}

// awsStarts reads the identity centres of the AWS configuration: those of an
// sso-session, then those that older profiles name themselves.
func awsStarts(environ []string) []identitycenter.Start {
	var sessions, profiles []identitycenter.Start
	for _, section := range readSections(awsConfig(environ)) {
		start := identitycenter.Start{URL: section.values["sso_start_url"], Region: section.values["sso_region"]}
		if start.URL == "" {
			continue
		}
		if name, ok := strings.CutPrefix(section.name, "sso-session "); ok {
			start.Name, start.Session = strings.TrimSpace(name), true
			sessions = append(sessions, start)
			continue
		}
		start.Name = strings.TrimSpace(strings.TrimPrefix(section.name, "profile "))
		profiles = append(profiles, start)
	}
	return append(sessions, profiles...)
}

// accountStarts is what the page shows of them.
func accountStarts(ctx context.Context, service *identitycenter.Service) []wire.AccountStart {
	starts := []wire.AccountStart{}
	for _, known := range service.Starts(ctx) {
		starts = append(starts, wire.AccountStart{Name: known.Name, Start: known.URL, Region: known.Region})
	}
	return starts
}

// accountRoles lists the AWS accounts and roles of an account.
func accountRoles(ctx context.Context, service *identitycenter.Service, one account.Account, t account.Token) ([]wire.AccountRole, error) {
	found, err := service.Roles(ctx, one, t)
	if err != nil {
		return nil, err
	}
	roles := make([]wire.AccountRole, 0, len(found))
	for _, role := range found {
		roles = append(roles, wire.AccountRole{Role: role.ID(), Account: role.Account, Name: role.Name, Email: role.Email})
	}
	return roles, nil
}

// forBedrock is what Bedrock's credentials need of the accounts; [account.Accounts]
// has it.
type forBedrock interface {
	For(use account.Use, host string) (account.Account, bool)
	identitycenter.Tokens
}

// bedrockAccounts finds the account that is switched on for Bedrock.
type bedrockAccounts struct {
	accounts forBedrock
	centre   *identitycenter.Service
	http     *http.Client
	values   func() settings.Values
}

// bedrockAccount returns what tells Bedrock of the account to use.
func (f *Folder) bedrockAccount() func(context.Context) *bedrock.Account {
	return bedrockAccounts{
		accounts: f.Accounts, centre: newIdentityCenter(f.Outbound, f.environ), http: f.Outbound.Client(), values: f.Settings.Values,
	}.find
}

// find returns the account, or nil. It asks neither the network nor the keychain.
func (b bedrockAccounts) find(context.Context) *bedrock.Account {
	one, ok := b.accounts.For(account.UseBedrock, "")
	if !ok {
		return nil
	}
	var found *bedrock.Account
	switch one.Kind {
	case account.Google:
		found = b.google(one)
	case account.AWS:
		found = b.identityCentre(one)
	default:
		return nil
	}
	if one.Expired != "" {
		found.Problem = &account.Error{Message: one.Expired, Hint: "Sign in again on the Accounts page (Keel: Show Accounts).", Err: account.ErrRevoked}
	}
	return found
}

// google exchanges the account's identity for the role of the settings.
func (b bedrockAccounts) google(one account.Account) *bedrock.Account {
	v := b.values()
	role, problem := bedrock.RoleName(v.BedrockRole)
	exchange := bedrock.WebIdentity{
		Role: v.BedrockRole, Account: one, Client: v.GoogleClientID, HTTP: b.http, Tokens: b.accounts,
	}
	return &bedrock.Account{
		Key:     credentialsKey(one, v.BedrockRole),
		Name:    named("Google", cmp.Or(one.Email, one.Name, one.Subject), role),
		Problem: problem, Retrieve: exchange.Retrieve,
	}
}

// identityCentre gets the credentials of the role that was chosen.
func (b bedrockAccounts) identityCentre(one account.Account) *bedrock.Account {
	found := &bedrock.Account{
		Key:      credentialsKey(one, one.Role),
		Name:     named("AWS", cmp.Or(one.Name, one.Host), one.Role),
		Retrieve: b.centre.Credentials(one, b.accounts),
	}
	if one.Role == "" {
		found.Problem = &account.Error{
			Message: "No AWS account and role are chosen for your sign-in at AWS IAM Identity Center.",
			Hint:    "Choose them on the Accounts page (Keel: Show Accounts).",
		}
	}
	return found
}

// named is whose credentials they are, for a person.
func named(service, who, role string) string {
	if role == "" {
		return fmt.Sprintf("%s, %s", service, who)
	}
	return fmt.Sprintf("%s, %s, role %s", service, who, role)
}

// credentialsKey tells credentials from others: another sign-in has others.
func credentialsKey(one account.Account, role string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d", one.ID, role, one.Since.UnixNano()))
	return hex.EncodeToString(sum[:])
}
