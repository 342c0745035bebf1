package folder

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/event"
)

// kinds are the kinds of services, in the order in which they are shown.
func kinds() []account.Kind { return []account.Kind{account.GitHub, account.Google, account.AWS} }

// AccountsState returns who is signed in, and where one can sign in.
func (f *Folder) AccountsState(ctx context.Context) wire.AccountsState {
	return f.Accounts.state(ctx, f.options.Explain)
}

// state is one after the other, so that a greater number is a newer state.
func (a *Accounts) state(ctx context.Context, explain func(error) error) wire.AccountsState {
	a.showing.Lock()
	defer a.showing.Unlock()
	a.seq++
	now := a.State()
	state := wire.AccountsState{Seq: a.seq, Accounts: []wire.Account{}, Services: []wire.AccountService{}, SignIns: []wire.SignIn{}}
	// Whether client secrets are kept is not worth waiting for a keychain that hangs.
	asking, done := context.WithTimeout(ctx, hasKeyLimit)
	defer done()
	hosts := a.Hosts(asking)
	for _, kind := range kinds() {
		for _, host := range hosts[kind] {
			state.Services = append(state.Services, a.serviceState(ctx, kind, host))
		}
	}
	for _, one := range now.Accounts {
		state.Accounts = append(state.Accounts, a.accountState(one, hosts[one.Kind]))
	}
	for _, s := range now.SignIns {
		state.SignIns = append(state.SignIns, signInState(s, explain))
	}
	return state
}

func (a *Accounts) serviceState(ctx context.Context, kind account.Kind, host account.Host) wire.AccountService {
	state := wire.AccountService{
		Kind: wire.AccountKind(kind), Host: host.Host, Title: host.Title, Methods: []string{}, Setup: append([]string{}, host.Setup...),
		SetupAddress: host.SetupAddress, Setting: host.Setting, TakesSecret: host.TakesSecret, HasSecret: host.HasSecret,
		Starts: []wire.AccountStart{},
	}
	for _, method := range host.Methods {
		state.Methods = append(state.Methods, string(method))
	}
	if kind == account.AWS && a.services.starts != nil {
		state.Starts = append(state.Starts, a.services.starts(ctx)...)
	}
	return state
}

func (a *Accounts) accountState(one account.Account, hosts []account.Host) wire.Account {
	state := wire.Account{
		ID: one.ID, Kind: wire.AccountKind(one.Kind), Host: one.Host, Service: serviceName(one, hosts),
		Label: AccountLabel(one), Name: one.Name, Email: one.Email,
		Expired: one.Expired != "", Message: one.Expired, Scopes: append([]string{}, github.Held(one.Scopes)...),
		Since: one.Since.UnixMilli(), Manage: one.Manage, Uses: a.useStates(one),
		Role: one.Role, Start: one.Start, Region: one.Region,
	}
	if len(one.Avatar) > 0 {
		state.Avatar = "data:image/png;base64," + base64.StdEncoding.EncodeToString(one.Avatar)
	}
	return state
}

// serviceName is what the place of an account is called.
func serviceName(one account.Account, hosts []account.Host) string {
	for _, host := range hosts {
		if host.Host == one.Host || one.Kind == account.AWS {
			return host.Title
		}
	}
	return one.Host // the settings no longer name it
}

// AccountLabel tells an account from others of its service.
func AccountLabel(one account.Account) string {
	if one.Login != "" {
		return "@" + strings.TrimPrefix(one.Login, "@")
	}
	return cmp.Or(one.Email, one.Name, one.Host)
}

func signInState(s account.SignIn, explain func(error) error) wire.SignIn {
	state := wire.SignIn{
		ID: s.ID, Kind: wire.AccountKind(s.Request.Kind), Host: s.Request.Host, Title: s.Title,
		Stage: wire.SignInStage(s.Stage), Address: s.Address, Code: s.Code, CanPaste: s.Paste != nil,
		NoBrowser: s.NoBrowser, AccountID: s.Account, Message: s.Note,
	}
	if !s.Until.IsZero() {
		state.Until = s.Until.UnixMilli()
	}
	if s.Err != nil {
		state.Message = s.Err.Error()
		if said, ok := errors.AsType[*wire.Error](explain(s.Err)); ok {
			state.Message, state.Hint = said.Message, said.Hint
		}
	}
	return state
}

// forwardAccounts sends what changes about the accounts.
func (f *Folder) forwardAccounts(ctx context.Context, changes *event.Subscription[int64]) {
	defer changes.Close()
	said := ""
	for {
		said = f.sayProblem(said)
		if _, err := changes.Next(ctx); err != nil {
			return
		}
		f.tellAccounts(ctx)
	}
}

// tellAccounts sends who is signed in.
func (f *Folder) tellAccounts(ctx context.Context) {
	if f.options.Events != nil {
		f.options.Events.Accounts(f.AccountsState(ctx))
	}
}

// sayProblem tells what is wrong with the list of accounts, once.
func (f *Folder) sayProblem(before string) string {
	known, ok := errors.AsType[*account.Error](f.Accounts.State().Problem)
	if !ok {
		return ""
	}
	if known.Message != before {
		f.notice(wire.Notice{Severity: "warning", Message: known.Message, Hint: known.Hint})
	}
	return known.Message
}
