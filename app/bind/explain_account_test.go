package bind_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/secret"
)

// What is wrong with an account is said in its own words, without what it wraps;
// where its token could not be kept, what is wrong there is said too.
func TestExplainAccount(t *testing.T) {
	for _, each := range []struct {
		err  error
		want wire.Error
	}{
		{
			&account.Error{Message: "Denied.", Hint: "Try again.", Err: errors.New("quoted answer")},
			wire.Error{Code: wire.CodeProvider, Message: "Denied.", Hint: "Try again."},
		},
		{
			fmt.Errorf("signing out: %w", &account.Error{Message: "Gone.", Err: account.ErrNotFound}),
			wire.Error{Code: wire.CodeNotFound, Message: "Gone."},
		},
		{
			&account.Error{Message: "Not kept.", Hint: "Look.", Err: fmt.Errorf("keeping: %w", &secret.Error{Message: "It is locked.", Hint: "Unlock it.", Err: secret.ErrLocked})},
			wire.Error{Code: wire.CodeNotAllowed, Message: "Not kept. It is locked.", Hint: "Unlock it."},
		},
	} {
		got, ok := errors.AsType[*wire.Error](bind.Explain(each.err))
		if !ok {
			t.Fatalf("%v is not explained", each.err)
		}
		if diff := cmp.Diff(each.want, *got); diff != "" {
			t.Error(diff)
		}
	}
}
