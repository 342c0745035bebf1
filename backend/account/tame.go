package account

import (
	"fmt"
	"regexp"
	"slices"
)

// Bounds of what is sent to a service, and of what it may name.
const (
	tokenLimit  = 64 << 10 // bytes
	scopesLimit = 100
)

// tame brings what stands of an account within bounds, whoever wrote it: it
// shows as what it is, on one line, and leads only where an address may.
func (a *Account) tame() {
	a.Login, a.Name, a.Email = bounded(a.Login, textLimit), bounded(a.Name, textLimit), bounded(a.Email, textLimit)
	a.Avatar = picture(a.Avatar)
	scopes := slices.Clone(a.Scopes[:min(len(a.Scopes), scopesLimit)])
	for i := range scopes {
		scopes[i] = bounded(scopes[i], textLimit)
	}
	a.Scopes = slices.DeleteFunc(scopes, func(scope string) bool { return scope == "" })
	if !opens(a.Manage) {
		a.Manage = ""
	}
}

// tame brings a list of the disk within bounds: a use is on for an account that
// can have it, and for as few as it may be.
func (l *list) tame() {
	role := regexp.MustCompile(rolePattern)
	wanted := make([][]Use, len(l.Accounts))
	for i := range l.Accounts {
		one := &l.Accounts[i]
		wanted[i], one.Uses = one.Uses, nil
		one.tame()
		one.Expired, one.Start, one.Region = bounded(one.Expired, sentenceLimit), bounded(one.Start, textLimit*2), bounded(one.Region, textLimit)
		if !role.MatchString(one.Role) {
			one.Role = ""
		}
	}
	for i := range l.Accounts {
		one := &l.Accounts[i]
		for _, use := range wanted[i] {
			if !l.used(use, *one) && !one.Has(use) {
				one.Uses = append(one.Uses, use)
			}
		}
	}
}

// sendable tells whether what a service gave can be sent as tokens. Of one that
// could not, the error would come much later and say something else.
func (t Token) sendable() bool {
	for _, each := range []string{t.Access, t.Refresh, t.ID} {
		if len(each) > tokenLimit || slices.ContainsFunc([]byte(each), func(b byte) bool { return b <= ' ' || b > '~' }) {
			return false
		}
	}
	return true
}

// unsendable is the error of a token that is none.
func unsendable(title string) error {
	return &Error{
		Message: fmt.Sprintf("%s answered with something that cannot be a token. It was not used.", title),
		Hint:    "Try again. If it stays so, look at what stands between this machine and the service, such as a proxy.",
	}
}
