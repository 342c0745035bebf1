package identitycenter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/identitycenter"
	"github.com/keel-ide/keel/backend/account/identitycenter/awstest"
)

func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		grant := w.signIn(w.request())
		time.Sleep(2 * time.Hour)
		if _, err := w.service.Roles(t.Context(), grant.Account, grant.Token); !errors.Is(err, account.ErrRevoked) {
			t.Errorf("an old token: %v", err)
		}
		fresh, err := w.service.Refresh(t.Context(), grant.Account, grant.Token)
		if err != nil {
			t.Fatal(err)
		}
		if fresh.Access == grant.Token.Access || fresh.Refresh == grant.Token.Refresh || !fresh.Expiry.After(time.Now()) {
			t.Error("the token is the old one")
		}
		if _, err := w.service.Roles(t.Context(), grant.Account, fresh); err != nil {
			t.Error(err)
		}
		if again, err := w.service.Refresh(t.Context(), grant.Account, fresh); err != nil || again.Access == fresh.Access {
			t.Errorf("a second refresh: %v", err)
		}
	})
}

func TestRefreshFails(t *testing.T) {
	tests := map[string]struct {
		prepare func(*world)
		revoked bool
		says    string
	}{
		"taken back":           {func(w *world) { w.aws.Revoke() }, true, "taken back"},
		"registration gone":    {func(w *world) { w.aws.ForgetClients() }, true, "does not know Keel's registration"},
		"registration ended":   {func(*world) { time.Sleep(91 * 24 * time.Hour) }, true, "90 days old"},
		"session ended":        {func(w *world) { w.aws.Fail(awstest.CreateToken, "ExpiredTokenException", 1) }, true, "limit for a session"},
		"not allowed":          {func(w *world) { w.aws.Fail(awstest.CreateToken, "UnauthorizedClientException", 1) }, true, "does not let Keel"},
		"not allowed any more": {func(w *world) { w.aws.Fail(awstest.CreateToken, "AccessDeniedException", 1) }, true, "does not let you in"},
		"throttled":            {func(w *world) { w.aws.Fail(awstest.CreateToken, "SlowDownException", 3) }, false, "too busy"},
		"broken":               {func(w *world) { w.aws.Fail(awstest.CreateToken, "InternalServerException", 3) }, false, "too busy"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, awstest.Options{})
				grant := w.signIn(w.request())
				test.prepare(w)
				_, err := w.service.Refresh(t.Context(), grant.Account, grant.Token)
				w.says(err, test.says)
				if errors.Is(err, account.ErrRevoked) != test.revoked {
					t.Errorf("%v: revoked %v, want %v", err, !test.revoked, test.revoked)
				}
				for _, secret := range []string{grant.Token.Access, grant.Token.Refresh} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("the error holds a secret: %v", err)
					}
				}
			})
		})
	}
}

func TestRevoke(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		grant := w.signIn(w.request())
		if err := w.service.Revoke(t.Context(), grant.Account, grant.Token); err != nil {
			t.Fatal(err)
		}
		if _, err := w.service.Refresh(t.Context(), grant.Account, grant.Token); !errors.Is(err, account.ErrRevoked) {
			t.Errorf("refreshing after it: %v", err)
		}
		// What is gone there already is no failure.
		if err := w.service.Revoke(t.Context(), grant.Account, grant.Token); err != nil {
			t.Error(err)
		}
		w.aws.Fail(awstest.Logout, "TooManyRequestsException", 3)
		w.says(w.service.Revoke(t.Context(), grant.Account, grant.Token), "too busy")
	})
}

// Lists come in pages, of accounts and of roles.
func TestRolesInPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var given []awstest.Role
		for i := range 45 {
			given = append(given, awstest.Role{Account: fmt.Sprintf("%012d", 100-i), Name: fmt.Sprintf("account %02d", i), Email: "a@example.com", Role: "ReadOnly"})
		}
		for i := range 41 {
			given = append(given, awstest.Role{Account: given[7].Account, Name: given[7].Name, Email: "a@example.com", Role: fmt.Sprintf("Role%02d", i)})
		}
		w := newWorld(t, awstest.Options{Roles: given})
		grant := w.signIn(w.request())
		w.aws.Fail(awstest.ListAccountRoles, "TooManyRequestsException", 2) // asked again by the SDK
		roles, err := w.service.Roles(t.Context(), grant.Account, grant.Token)
		if err != nil {
			t.Fatal(err)
		}
		var want []identitycenter.Role
		for i, role := range given[:45] {
			want = append(want, identitycenter.Role(role))
			if i == 7 {
				for _, more := range given[45:] {
					want = append(want, identitycenter.Role(more))
				}
			}
		}
		if diff := cmp.Diff(want, roles); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
		if id := roles[0].ID(); id != "000000000100/ReadOnly" {
			t.Errorf("id %q", id)
		}
	})
}

// tokens is what package account does, for one account.
type tokens struct {
	service *identitycenter.Service
	account account.Account

	mu      sync.Mutex
	token   account.Token // guarded by mu
	refused bool          // guarded by mu
}

func (k *tokens) Token(ctx context.Context, _ string) (account.Token, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refused || !time.Now().Before(k.token.Expiry) {
		fresh, err := k.service.Refresh(ctx, k.account, k.token)
		if err != nil {
			return account.Token{}, err
		}
		k.token, k.refused = fresh, false
	}
	return k.token, nil
}

func (k *tokens) Refused(_ context.Context, _ string, t account.Token) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.refused = k.refused || t.Access == k.token.Access
}

func TestCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		grant := w.signIn(w.request())
		signedIn := grant.Account
		kept := &tokens{service: w.service, account: signedIn, token: grant.Token}
		_, err := w.service.Credentials(signedIn, kept)(t.Context(), "eu-west-1")
		w.says(err, "No AWS account and role are chosen")

		signedIn.Role = "123456789012/ReadOnly"
		retrieve := w.service.Credentials(signedIn, kept)
		check := func() aws.Credentials {
			t.Helper()
			given, err := retrieve(t.Context(), "eu-west-1")
			if err != nil {
				t.Fatal(err)
			}
			if !w.aws.Accepts(given.AccessKeyID) || given.SessionToken == "" || given.AccountID != "123456789012" || time.Until(given.Expires) != time.Hour {
				t.Errorf("credentials %+v", given)
			}
			return given
		}
		check()
		// A token that the portal does not take is refreshed once.
		w.aws.EndTokens()
		check()
		time.Sleep(3 * time.Hour)
		check()

		signedIn.Role = "123456789012/Administrator"
		_, err = w.service.Credentials(signedIn, kept)(t.Context(), "eu-west-1")
		w.says(err, "You may not use the role Administrator")

		w.aws.Revoke()
		_, err = retrieve(t.Context(), "eu-west-1")
		w.says(err, "has ended")
		if !errors.Is(err, account.ErrRevoked) {
			t.Errorf("%v is not known as taken back", err)
		}
	})
}
