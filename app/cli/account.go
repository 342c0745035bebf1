package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/backend/account"
)

// accountReport is an account as a script sees it.
type accountReport struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"`
	Host     string   `json:"host"`
	Label    string   `json:"label"`
	Name     string   `json:"name"`
	Email    string   `json:"email"`
	Scopes   []string `json:"scopes"`
	Uses     []string `json:"uses"` // that are switched on
	Role     string   `json:"role"`
	SignedIn int64    `json:"signedInAt"` // Unix milliseconds
	Expired  string   `json:"expired"`    // why it must sign in again; empty while it is good
}

func newAccount(options *shared) *cobra.Command {
	list := &cobra.Command{
		Use:   "list",
		Short: "List who is signed in where, and what each account is used for",
		Args:  arguments(cobra.NoArgs),
		RunE: func(command *cobra.Command, _ []string) error {
			return options.atHome(command.Context(), func(_ context.Context, f *folder.Folder) error {
				return options.listAccounts(f)
			})
		},
	}
	signOut := &cobra.Command{
		Use:   "sign-out ID",
		Short: "Take an account's tokens back and forget it",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(command *cobra.Command, given []string) error {
			return options.atHome(command.Context(), func(ctx context.Context, f *folder.Folder) error {
				return options.signOut(ctx, f, given[0])
			})
		},
	}
	return group("account", "See who is signed in, and sign out", list, signOut)
}

// atHome runs work that is about no folder.
func (s *shared) atHome(ctx context.Context, work func(context.Context, *folder.Folder) error) error {
	f, err := s.openAt(ctx, "", extra{})
	if err != nil {
		return err
	}
	return errors.Join(work(ctx, f), f.Close())
}

func (s *shared) listAccounts(f *folder.Folder) error {
	state := f.Accounts.State()
	if known, ok := errors.AsType[*account.Error](state.Problem); ok {
		fmt.Fprintf(s.stderr, "keel: %s\nkeel: %s\n", plain(known.Message), plain(known.Hint))
	}
	reports := []accountReport{}
	for _, one := range state.Accounts {
		reports = append(reports, newAccountReport(one))
	}
	if s.json {
		return s.print(reports)
	}
	var b strings.Builder
	if len(reports) == 0 {
		b.WriteString("Nobody is signed in. Sign in in the window, on the Accounts page (Keel: Show Accounts).\n")
	}
	for _, r := range reports {
		used := "used for nothing"
		if len(r.Uses) > 0 {
			used = "used for " + strings.Join(r.Uses, ", ")
		}
		fmt.Fprintf(&b, "%s\n      %s at %s, signed in %s, %s\n", oneLine(r.ID), oneLine(r.Label), oneLine(r.Host), moment(r.SignedIn), used)
		if r.Expired != "" {
			fmt.Fprintf(&b, "      %s\n", oneLine(r.Expired))
		}
	}
	_, err := fmt.Fprint(s.stdout, b.String())
	return err
}

func newAccountReport(one account.Account) accountReport {
	r := accountReport{
		ID: one.ID, Kind: string(one.Kind), Host: one.Host, Label: folder.AccountLabel(one), Name: one.Name, Email: one.Email,
		Scopes: append([]string{}, one.Scopes...), Uses: []string{}, Role: one.Role,
		SignedIn: one.Since.Truncate(time.Millisecond).UnixMilli(), Expired: one.Expired,
	}
	for _, use := range one.Uses {
		r.Uses = append(r.Uses, string(use))
	}
	return r
}

// signedOut says what a sign-out has come to.
type signedOut struct {
	ID      string `json:"id"`
	Told    bool   `json:"told"`    // the service was told
	Message string `json:"message"` // why not
	Hint    string `json:"hint"`
}

// signOut signs an account out. That the service could not be told is a failure,
// although the account is gone: something is left to do.
func (s *shared) signOut(ctx context.Context, f *folder.Folder, id string) error {
	err := f.SignOut(ctx, id)
	untold, ok := errors.AsType[*account.Error](err)
	if _, still := f.Accounts.Get(id); err != nil && (!ok || still || errors.Is(err, account.ErrNotFound)) {
		return err
	}
	if s.json {
		r := signedOut{ID: id, Told: untold == nil}
		if untold != nil {
			r.Message, r.Hint = untold.Message, untold.Hint
		}
		if err := s.print(r); err != nil {
			return err
		}
	}
	if untold != nil {
		return untold
	}
	if s.json {
		return nil
	}
	_, err = fmt.Fprintf(s.stdout, "Signed out %s.\n", oneLine(id))
	return err
}
