package account

import (
	"context"
	"fmt"
	"regexp"
	"slices"
)

// rolePattern is an AWS account and the name of a role or permission set in it.
const rolePattern = `^[0-9]{12}/[A-Za-z0-9+=,.@_-]{1,64}$`

// UsesOf lists what an account can be good for, in the order in which it is
// shown.
func UsesOf(a Account) []Use {
	switch a.Kind {
	case GitHub:
		if a.Host == "github.com" {
			return []Use{UseModels, UsePages, UseGitTerminal, UseGitAgent}
		}
		return []Use{UsePages, UseGitTerminal, UseGitAgent}
	case Google, AWS:
		return []Use{UseBedrock}
	}
	return nil
}

func fits(a Account, use Use) bool { return slices.Contains(UsesOf(a), use) }

// Has tells whether a use is switched on for the account.
func (a Account) Has(use Use) bool { return slices.Contains(a.Uses, use) }

// rivals tells whether two accounts cannot have a use both.
func rivals(use Use, a, b Account) bool {
	switch use {
	case UseModels, UseBedrock:
		return true
	}
	return a.Host == b.Host
}

// used tells whether another account than one has a use that it would take.
func (l list) used(use Use, one Account) bool {
	return !fits(one, use) || slices.ContainsFunc(l.Accounts, func(other Account) bool {
		return other.ID != one.ID && other.Has(use) && rivals(use, one, other)
	})
}

// use switches a use on or off; the account that had it has it no more.
func (l *list) use(id string, use Use, on bool) {
	at := l.index(id)
	if at < 0 {
		return
	}
	for i := range l.Accounts {
		one := &l.Accounts[i]
		if i == at || on && rivals(use, l.Accounts[at], *one) {
			one.Uses = slices.DeleteFunc(one.Uses, func(other Use) bool { return other == use })
		}
	}
	if on {
		l.Accounts[at].Uses = append(l.Accounts[at].Uses, use)
	}
}

// SetUse switches a use of an account on or off. Where it is switched on, the
// account that had it has it no more.
func (a *Accounts) SetUse(ctx context.Context, accountID string, use Use, on bool) error {
	return a.edit(ctx, func(l *list) error {
		known, ok := l.find(accountID)
		if !ok {
			return notThere()
		}
		if !fits(known, use) {
			return &Error{Message: "This account is not good for that; nothing was changed.", Hint: "Look at the Accounts page again (Keel: Show Accounts)."}
		}
		if why := a.options.Blocked(known, use); on && why != "" {
			return &Error{Message: "It was not switched on.", Hint: why}
		}
		if on != known.Has(use) {
			l.use(accountID, use, on)
		}
		return nil
	})
}

// SetRole chooses the AWS account and role that an AWS account is used with,
// and uses it for Amazon Bedrock where no other account is.
func (a *Accounts) SetRole(ctx context.Context, accountID, chosen string) error {
	role := regexp.MustCompile(rolePattern)
	return a.edit(ctx, func(l *list) error {
		known, ok := l.find(accountID)
		switch {
		case !ok:
			return notThere()
		case known.Kind != AWS:
			return &Error{Message: "Only an AWS account has roles; nothing was changed."}
		case !role.MatchString(chosen):
			return &Error{Message: fmt.Sprintf("%q is no role; nothing was changed.", bounded(chosen, textLimit)), Hint: "Choose one of the list."}
		}
		first := known.Role == ""
		err := l.edit(accountID, func(one *Account) { one.Role = chosen })
		known.Role = chosen
		if first && !l.used(UseBedrock, known) && a.options.Blocked(known, UseBedrock) == "" {
			l.use(accountID, UseBedrock, true)
		}
		return err
	})
}

// For returns the account that a use is switched on for; an empty host means
// any.
func (a *Accounts) For(use Use, host string) (Account, bool) {
	accounts := a.list().Accounts
	at := slices.IndexFunc(accounts, func(one Account) bool { return one.Has(use) && (host == "" || one.Host == host) })
	if at < 0 {
		return Account{}, false
	}
	return accounts[at], true
}
