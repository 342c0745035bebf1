package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// listVersion is the form of the list that this Keel writes.
const listVersion = 1

var (
	errDamaged = errors.New("the list of accounts is damaged")
	errNewer   = errors.New("the list of accounts was written by a newer Keel")
)

// list is what is kept of accounts, without any token.
type list struct {
	Version  int       `json:"version"`
	Accounts []Account `json:"accounts"`
	// Pending are the accounts whose token may be kept although they are not in the
	// list: it is written before the token is, so that a token whose sign-in was cut
	// short is found and deleted.
	Pending []string `json:"pending,omitempty"`
}

func decodeList(data []byte) (list, error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return list{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if head.Version > listVersion {
		return list{}, errNewer
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var l list
	if err := decoder.Decode(&l); err != nil {
		return list{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return list{}, fmt.Errorf("%w: something follows it", errDamaged)
	}
	if err := l.check(); err != nil {
		return list{}, err
	}
	l.tame()
	return l, nil
}

// check tells whether a list can have been written by Keel.
func (l list) check() error {
	if l.Version != listVersion {
		return fmt.Errorf("%w: it has version %d", errDamaged, l.Version)
	}
	seen := map[string]bool{}
	for _, each := range l.Accounts {
		plain := each.ID == clean(each.ID) && len(each.ID) <= 3*textLimit
		if each.Subject == "" || each.ID != idOf(each) || seen[each.ID] || !plain {
			return fmt.Errorf("%w: account %q", errDamaged, each.ID)
		}
		seen[each.ID] = true
	}
	return nil
}

func (l list) encode() ([]byte, error) {
	l.Version = listVersion
	if l.Accounts == nil {
		l.Accounts = []Account{}
	}
	data, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the list of accounts: %w", err)
	}
	return append(data, '\n'), nil
}

// clone returns a list that shares nothing with l.
func (l list) clone() list {
	l.Pending = slices.Clone(l.Pending)
	l.Accounts = slices.Clone(l.Accounts)
	for i := range l.Accounts {
		one := &l.Accounts[i]
		one.Avatar, one.Scopes, one.Uses = slices.Clone(one.Avatar), slices.Clone(one.Scopes), slices.Clone(one.Uses)
	}
	return l
}

func (l list) find(id string) (Account, bool) {
	if at := l.index(id); at >= 0 {
		return l.Accounts[at], true
	}
	return Account{}, false
}

func (l list) index(id string) int {
	return slices.IndexFunc(l.Accounts, func(a Account) bool { return a.ID == id })
}

// edit changes an account, or says that there is none.
func (l *list) edit(id string, change func(*Account)) error {
	at := l.index(id)
	if at < 0 {
		return ErrNotFound
	}
	change(&l.Accounts[at])
	return nil
}

// put adds an account or takes the place of the one with its id, which keeps
// its uses, its role and since when it is there.
func (l *list) put(a Account) {
	l.settle(a.ID)
	at := l.index(a.ID)
	if at < 0 {
		l.Accounts = append(l.Accounts, a)
		return
	}
	before := l.Accounts[at]
	a.Uses, a.Role, a.Since = before.Uses, before.Role, before.Since
	if len(a.Avatar) == 0 {
		a.Avatar = before.Avatar
	}
	l.Accounts[at] = a
}

// await notes that a token may be kept without an account.
func (l *list) await(id string) {
	if !slices.Contains(l.Pending, id) {
		l.Pending = append(l.Pending, id)
	}
}

// settle notes that this is no longer so.
func (l *list) settle(id string) {
	l.Pending = slices.DeleteFunc(l.Pending, func(other string) bool { return other == id })
}

func (l *list) remove(id string) {
	l.Accounts = slices.DeleteFunc(l.Accounts, func(a Account) bool { return a.ID == id })
}

func idOf(a Account) string { return string(a.Kind) + ":" + a.Host + "/" + a.Subject }
