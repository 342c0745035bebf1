package folder_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/github"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
)

// The page sees who is signed in and for what, and each change is in the audit
// log. Rights that a use needs are asked for when it is switched on, not before.
func TestAccounts(t *testing.T) {
	k := &keychain{kept: map[string]string{}}
	w := newSignedInWorld(t, k)
	f := w.open(t, t.TempDir())
	state := w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountGitHub})
	want := wire.Account{
		ID: "github:github.com/1", Kind: wire.AccountGitHub, Host: "github.com", Service: "GitHub", Label: "@ann", Name: "Ann",
		Scopes: []string{"read:user"}, Since: state.Accounts[0].Since,
		Uses: []wire.AccountUse{
			{Use: "github-models", Title: "GitHub Models", On: true},
			{Use: "github-pages", Title: "Private pages on GitHub", Asks: true},
			{Use: "git-terminal", Title: "git in the terminal", Asks: true},
			{Use: "git-agent", Title: "git in the agent's commands", Asks: true},
		},
	}
	got := state.Accounts[0]
	for i := range got.Uses {
		if !strings.HasSuffix(got.Uses[i].Detail, ".") {
			t.Errorf("%s says %q", got.Uses[i].Use, got.Uses[i].Detail)
		}
		got.Uses[i].Detail = ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(w.github.last().Scopes) != 0 {
		t.Errorf("the first sign-in asked for %v", w.github.last().Scopes)
	}
	if err := f.SetAccountUse(t.Context(), want.ID, "git-agent", true); err != nil {
		t.Fatal(err)
	}
	before := state.Seq
	state = w.until(t, "git is on", func(state wire.AccountsState) bool {
		if state.Seq <= before {
			t.Errorf("state %d comes after %d", state.Seq, before)
		}
		before = state.Seq
		return len(state.Accounts) == 1 && state.Accounts[0].Uses[3].On
	})
	if diff := cmp.Diff([]string{"read:user", "repo"}, w.github.last().Scopes); diff != "" {
		t.Error(diff)
	}
	if !slices.Contains(state.Accounts[0].Scopes, "public_repo") {
		t.Errorf("the page takes %v for all that there is", state.Accounts[0].Scopes)
	}
	if pages := state.Accounts[0].Uses[1]; pages.Asks || pages.On {
		t.Errorf("with the right for it, private pages are %+v", pages)
	}
	if err := f.SetAccountUse(t.Context(), want.ID, "git-agent", false); err != nil {
		t.Fatal(err)
	}
	if err := f.SetAccountUse(t.Context(), want.ID, "bedrock", true); err == nil {
		t.Error("GitHub is used for Bedrock")
	}
	if err := f.SignOut(t.Context(), want.ID); err != nil {
		t.Fatal(err)
	}
	w.until(t, "nobody is signed in", func(state wire.AccountsState) bool { return len(state.Accounts) == 0 })
	wantLog := []string{
		"Signed in at github.com: @ann",
		"Signed in at github.com: @ann",
		"Switched an account off for git in the agent's commands: @ann",
		"Switched an account on for Amazon Bedrock: @ann",
		"Switched an account on for Amazon Bedrock: @ann", // that it did not come to that
		"Signed out at github.com: @ann",
	}
	if diff := cmp.Diff(wantLog, logged(t, f)); diff != "" {
		t.Error(diff)
	}
	if len(k.kept) != 0 {
		t.Errorf("the keychain still holds %d entries", len(k.kept))
	}
}

// A use that needs further rights is on once they were given: where that sign-in
// is cancelled it stays off, and the account is signed in as before.
func TestCancelledAsking(t *testing.T) {
	w := newSignedInWorld(t, &keychain{kept: map[string]string{}})
	f := w.open(t, t.TempDir())
	one := w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountGitHub}).Accounts[0]
	if asks := one.Uses[3]; asks.Use != "git-agent" || !asks.Asks || asks.On {
		t.Fatalf("git is %+v", asks)
	}
	w.github.mu.Lock()
	w.github.held = true
	w.github.mu.Unlock()
	if err := f.SetAccountUse(t.Context(), one.ID, "git-agent", true); err != nil {
		t.Fatal(err)
	}
	stage := func(state wire.AccountsState, wanted wire.SignInStage) (id string) {
		for _, s := range state.SignIns {
			if s.Stage == wanted {
				id = s.ID
			}
		}
		return id
	}
	asking := w.until(t, "the rights are asked for", func(state wire.AccountsState) bool { return stage(state, wire.SignInCode) != "" })
	if asking.Accounts[0].Uses[3].On {
		t.Error("git is on before the rights were given")
	}
	if err := f.Accounts.Cancel(t.Context(), stage(asking, wire.SignInCode)); err != nil {
		t.Fatal(err)
	}
	after := w.until(t, "it was cancelled", func(state wire.AccountsState) bool { return stage(state, wire.SignInCancelled) != "" })
	if diff := cmp.Diff([]wire.Account{one}, after.Accounts); diff != "" {
		t.Error(diff)
	}
	if token, err := f.Accounts.Token(t.Context(), one.ID); err != nil || token.Access != accountToken {
		t.Errorf("the sign-in before is gone: %v", err)
	}
	if diff := cmp.Diff([]string{"Signed in at github.com: @ann"}, logged(t, f)); diff != "" {
		t.Error(diff)
	}
	// Finished, but without the right: it stays off, and the page is told why.
	w.github.mu.Lock()
	w.github.held, w.github.mean = false, true
	w.github.mu.Unlock()
	if err := f.SetAccountUse(t.Context(), one.ID, "git-agent", true); err != nil {
		t.Fatal(err)
	}
	refused := w.until(t, "it is done", func(state wire.AccountsState) bool { return stage(state, wire.SignInDone) != "" })
	said := refused.SignIns[len(refused.SignIns)-1].Message
	if refused.Accounts[0].Uses[3].On || !strings.Contains(said, `did not give Keel the right "repo"`) {
		t.Errorf("git is %+v, and it says %q", refused.Accounts[0].Uses[3], said)
	}
}

// Settings that are changed while the page is open are told to it: a use can be
// switched on, and one can sign in.
func TestAccountsFollowTheSettings(t *testing.T) {
	w := newSignedInWorld(t, &keychain{kept: map[string]string{}})
	f := w.open(t, "")
	w.values = f.Settings.Values
	use := w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountGoogle}).Accounts[0].Uses[0]
	if use.Blocked == "" {
		t.Fatalf("without a role it is %+v", use)
	}
	if err := f.Settings.Set(t.Context(), settings.KeyBedrockRole, []byte(`"arn:aws:iam::123456789012:role/keel"`)); err != nil {
		t.Fatal(err)
	}
	w.until(t, "Bedrock can be switched on", func(state wire.AccountsState) bool {
		return len(state.Accounts) == 1 && state.Accounts[0].Uses[0].Blocked == ""
	})
	// The built-in services, with settings of their own.
	w.paths = folder.Paths{Config: t.TempDir(), Data: t.TempDir()}
	w.accounts = nil
	f = w.open(t, "")
	ready := func(state wire.AccountsState, kind wire.AccountKind) bool {
		for _, service := range state.Services {
			if service.Kind == kind {
				return len(service.Methods) > 0
			}
		}
		return false
	}
	if ready(f.AccountsState(t.Context()), wire.AccountGitHub) {
		t.Fatal("one can sign in without a client id")
	}
	if err := f.Settings.Set(t.Context(), github.Setting, []byte(`{"github.com": "Iv1.keel"}`)); err != nil {
		t.Fatal(err)
	}
	w.until(t, "one can sign in", func(state wire.AccountsState) bool { return ready(state, wire.AccountGitHub) })
}

// An account that Bedrock is to be reached with needs a role first.
func TestAccountsForBedrock(t *testing.T) {
	w := newSignedInWorld(t, &keychain{kept: map[string]string{}})
	f := w.open(t, t.TempDir())
	state := w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountGoogle})
	use := state.Accounts[0].Uses[0]
	if use.On || !strings.Contains(use.Blocked, "keelAgent.bedrock.googleRole") {
		t.Errorf("without a role it is %+v", use)
	}
	if err := f.SetAccountUse(t.Context(), state.Accounts[0].ID, "bedrock", true); err == nil {
		t.Error("it was switched on without a role")
	}
	w.values = func() settings.Values { return settings.Values{BedrockRole: "arn:aws:iam::123456789012:role/keel"} }
	if use = f.AccountsState(t.Context()).Accounts[0].Uses[0]; use.Blocked != "" {
		t.Errorf("with a role it is %+v", use)
	}
	if err := f.SetAccountUse(t.Context(), state.Accounts[0].ID, "bedrock", true); err != nil {
		t.Error(err)
	}
	state = w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountAWS, Start: "https://acme.awsapps.com/start"})
	aws := state.Accounts[1]
	if aws.ID != "aws:acme.awsapps.com/1" || aws.Service != "AWS" || aws.Uses[0].Blocked == "" {
		t.Errorf("without a role the AWS account is %+v", aws)
	}
	if err := f.SetAccountRole(t.Context(), aws.ID, "123456789012/ReadOnly"); err != nil {
		t.Fatal(err)
	}
	now := f.AccountsState(t.Context()).Accounts
	if now[1].Uses[0].On || now[1].Role != "123456789012/ReadOnly" || !now[0].Uses[0].On {
		t.Errorf("Google was used before, and now there is %+v", now)
	}
	if log := logged(t, f); log[len(log)-1] != "Chose an AWS account and role: "+aws.Label {
		t.Errorf("the log ends with %q", log[len(log)-1])
	}
}

// An extension gets a token of an account that is there and has the rights it
// asks for, and the log says so; neither the log nor what the page is told holds
// the token.
func TestExtensionSession(t *testing.T) {
	w := newSignedInWorld(t, &keychain{kept: map[string]string{}})
	f := w.open(t, t.TempDir())
	w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountGitHub, Use: "github-pages"})
	ask := wire.ExtensionSessionRequest{AccountID: "github:github.com/1", ExtensionID: "some.extension", Scopes: []string{"read:user", "public_repo"}}
	got, err := f.ExtensionSession(t.Context(), ask)
	if err != nil || got.Token != accountToken {
		t.Fatalf("it got %q, %v", got.Token, err)
	}
	for what, change := range map[string]func(*wire.ExtensionSessionRequest){
		"of nobody":        func(r *wire.ExtensionSessionRequest) { r.AccountID = "github:github.com/2" },
		"for nobody":       func(r *wire.ExtensionSessionRequest) { r.ExtensionID = "" },
		"with more rights": func(r *wire.ExtensionSessionRequest) { r.Scopes = []string{"read:user", "delete_repo"} },
	} {
		other := ask
		change(&other)
		got, err := f.ExtensionSession(t.Context(), other)
		if err == nil || got.Token != "" {
			t.Errorf("a token %s was given", what)
		}
		if said, ok := errors.AsType[*wire.Error](bind.Explain(err)); !ok || said.Code == wire.CodeInternal || said.Hint == "" {
			t.Errorf("a token %s: %v", what, err)
		}
	}
	want := []string{"Signed in at github.com: @ann", "Gave an extension an account: some.extension"}
	if diff := cmp.Diff(want, logged(t, f)); diff != "" {
		t.Error(diff)
	}
	token, err := f.Accounts.Token(t.Context(), ask.AccountID)
	if err != nil {
		t.Fatal(err)
	}
	f.Accounts.Refused(t.Context(), ask.AccountID, token)
	if got, err := f.ExtensionSession(t.Context(), ask); err == nil || got.Token != "" {
		t.Error("a token that has expired was given")
	}
	if text := w.redactor.Text("x " + accountToken + " x"); strings.Contains(text, accountToken) {
		t.Error("the redactor does not know the token")
	}
	err = filepath.WalkDir(filepath.Dir(w.paths.Data), func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), accountToken) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// One signs in without an open folder too, and is still signed in when one is
// opened, and after a restart.
func TestAccountsWithoutFolder(t *testing.T) {
	k := &keychain{kept: map[string]string{}}
	w := newSignedInWorld(t, k)
	empty := w.open(t, "")
	w.signIn(t, empty, wire.SignInRequest{Kind: wire.AccountGitHub})
	if diff := cmp.Diff([]string{"Signed in at github.com: @ann"}, logged(t, empty)); diff != "" {
		t.Error(diff)
	}
	f := w.open(t, t.TempDir())
	if err := empty.Close(); err != nil {
		t.Fatal(err)
	}
	if state := f.AccountsState(t.Context()); len(state.Accounts) != 1 || len(state.Services) != 3 {
		t.Errorf("the opened folder has %+v", state)
	}
	if info, _ := infoOf(t, f, "github-models"); !info.Ready {
		t.Errorf("GitHub Models is %+v", info)
	}
	again := newSignedInWorld(t, k)
	again.paths = w.paths
	restarted, err := folder.Open(t.Context(), t.TempDir(), folder.Options{
		Paths: w.paths, Headless: true, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
		Secrets: secret.New(secret.Options{Keychain: k, Reachable: k.reachable, Folder: filepath.Join(w.paths.Data, "secrets")}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = restarted.Close() })
	if token, err := restarted.Accounts.Token(t.Context(), "github:github.com/1"); err != nil || token.Access != accountToken {
		t.Errorf("after a restart: %v", err)
	}
}

// Without a keychain an account lasts until Keel closes: after that it wants to
// be signed in again, and can be signed out.
func TestAccountsWithoutKeychain(t *testing.T) {
	k := &keychain{kept: map[string]string{}, gone: true}
	w := newSignedInWorld(t, k)
	w.github.untold = true
	f := w.open(t, t.TempDir())
	w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountGitHub})
	const id = "github:github.com/1"
	if _, err := f.Accounts.Token(t.Context(), id); err != nil {
		t.Errorf("in the same run: %v", err)
	}
	restarted, err := folder.Open(t.Context(), "", folder.Options{
		Paths: w.paths, Headless: true, Explain: bind.Explain, Log: slog.New(slog.DiscardHandler),
		Secrets: secret.New(secret.Options{Keychain: k, Reachable: k.reachable, Folder: filepath.Join(w.paths.Data, "secrets")}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = restarted.Close() })
	if _, err := restarted.Accounts.Token(t.Context(), id); !errors.Is(err, account.ErrRevoked) {
		t.Errorf("after a restart: %v", err)
	}
	if one := restarted.AccountsState(t.Context()).Accounts[0]; !one.Expired || one.Message == "" {
		t.Errorf("after a restart it looks like %+v", one)
	}
	err = f.SignOut(t.Context(), id)
	if said, ok := errors.AsType[*wire.Error](bind.Explain(err)); !ok || !strings.Contains(said.Message, "could not be told") || said.Hint == "" {
		t.Errorf("signing out where the service cannot be told: %v", err)
	}
	if left := restarted.AccountsState(t.Context()).Accounts; len(left) != 0 {
		t.Errorf("signed out, there is %+v", left)
	}
}

// A client secret is kept under its client id and never comes back.
func TestClientSecret(t *testing.T) {
	k := &keychain{kept: map[string]string{}}
	w := newSignedInWorld(t, k)
	f := w.open(t, t.TempDir())
	if err := f.SetClientSecret(t.Context(), wire.AccountGoogle, "accounts.google.com", "s3cret"); err == nil {
		t.Error("a secret was kept for no client id")
	}
	w.values = func() settings.Values { return settings.Values{GoogleClientID: "id.apps.googleusercontent.com"} }
	if err := f.SetClientSecret(t.Context(), wire.AccountGoogle, "accounts.google.com", "two words"); err == nil {
		t.Error("what is none was kept")
	}
	if err := f.SetClientSecret(t.Context(), wire.AccountGoogle, "accounts.google.com", " s3cret\n"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"client:google:accounts.google.com:id.apps.googleusercontent.com": "s3cret"}, k.kept); diff != "" {
		t.Error(diff)
	}
	if err := f.SetClientSecret(t.Context(), wire.AccountGoogle, "accounts.google.com", ""); err != nil || len(k.kept) != 0 {
		t.Errorf("taken away: %v, left %d", err, len(k.kept))
	}
	want := []string{"Kept a client secret: accounts.google.com", "Deleted a client secret: accounts.google.com"}
	if diff := cmp.Diff(want, logged(t, f)); diff != "" {
		t.Error(diff)
	}
}
