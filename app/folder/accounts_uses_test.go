package folder

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account"
)

func TestMissing(t *testing.T) {
	for _, each := range []struct{ has, wanted, want []string }{
		{[]string{"read:user"}, []string{"read:user", "repo"}, []string{"repo"}},
		{[]string{"repo", "user"}, []string{"public_repo", "user:email"}, []string{}},
		{[]string{"openid"}, nil, nil},
		{nil, []string{"repo"}, nil}, // of a GitHub App
	} {
		if diff := cmp.Diff(each.want, missing(account.Account{Scopes: each.has}, each.wanted)); diff != "" {
			t.Errorf("%q of %q: %s", each.wanted, each.has, diff)
		}
	}
}
