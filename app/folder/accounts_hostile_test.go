package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/app/bind"
	"github.com/keel-ide/keel/app/wire"
)

// A page, or an extension through it, that asks with nonsense: it gets an error
// of a bearable length for a person, nothing is changed, and nothing of it is in
// the audit log.
func TestHostilePage(t *testing.T) {
	w := newSignedInWorld(t, &keychain{kept: map[string]string{}})
	f := w.open(t, t.TempDir())
	w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountGitHub, Use: "github-pages"})
	w.signIn(t, f, wire.SignInRequest{Kind: wire.AccountAWS, Start: "https://d-1234567890.awsapps.com/start", Region: "us-east-1"})
	const id = "github:github.com/1"
	before, log := f.AccountsState(t.Context()).Accounts, logged(t, f)
	var aws string
	for _, one := range before {
		if one.Kind == wire.AccountAWS {
			aws = one.ID
		}
	}
	for _, odd := range []string{"", strings.Repeat("\u202e\"'<", 1<<20), "'; --", "\x1b]0;x\a", "a\r\nb", "\x00"} {
		fail := func(err error) error { return err }
		session := func(r wire.ExtensionSessionRequest) error {
			got, err := f.ExtensionSession(t.Context(), r)
			if got.Token != "" {
				t.Errorf("%.20q got a token", odd)
			}
			return err
		}
		begin := func(r wire.SignInRequest) error {
			_, err := f.SignIn(t.Context(), r)
			return err
		}
		for what, err := range map[string]error{
			"use":               fail(f.SetAccountUse(t.Context(), id, "x"+odd, true)),
			"no use":            fail(f.SetAccountUse(t.Context(), id, "x"+odd, false)),
			"use of":            fail(f.SetAccountUse(t.Context(), "x"+odd, "github-pages", true)),
			"sign out":          fail(f.SignOut(t.Context(), "x"+odd)),
			"secret of a kind":  fail(f.SetClientSecret(t.Context(), wire.AccountKind("x"+odd), "github.com", "s")),
			"secret of a host":  fail(f.SetClientSecret(t.Context(), wire.AccountGoogle, "x"+odd, "s")),
			"again":             begin(wire.SignInRequest{AccountID: "x" + odd}),
			"rights":            begin(wire.SignInRequest{Kind: wire.AccountGitHub, Scopes: []string{"repo", odd}}),
			"kind":              begin(wire.SignInRequest{Kind: wire.AccountKind("x" + odd)}),
			"host":              begin(wire.SignInRequest{Kind: wire.AccountGitHub, Host: "x" + odd}),
			"session of":        session(wire.ExtensionSessionRequest{AccountID: "x" + odd, ExtensionID: "a.b"}),
			"session for":       session(wire.ExtensionSessionRequest{AccountID: id, ExtensionID: odd}),
			"session with":      session(wire.ExtensionSessionRequest{AccountID: id, ExtensionID: "a.b", Scopes: []string{"x" + odd}}),
			"session of AWS":    session(wire.ExtensionSessionRequest{AccountID: aws, ExtensionID: "a.b"}),
			"secret with lines": fail(f.SetClientSecret(t.Context(), wire.AccountGitHub, "github.com", "a\n"+odd+"b")),
		} {
			known, ok := errors.AsType[*wire.Error](bind.Explain(err))
			if !ok || len(known.Message)+len(known.Hint) > 2000 {
				t.Errorf("%s %.20q: %.300v", what, odd, err)
			}
		}
	}
	if d := cmp.Diff(before, f.AccountsState(t.Context()).Accounts); d != "" {
		t.Errorf("accounts (-want +got):\n%s", d)
	}
	if d := cmp.Diff(log, logged(t, f)); d != "" {
		t.Errorf("log (-want +got):\n%.2000s", d)
	}
}

// An opened folder decides neither where Keel signs in, nor through what, nor
// whom it believes.
func TestHostileFolderSettings(t *testing.T) {
	w := newSignedInWorld(t, &keychain{kept: map[string]string{}})
	for _, name := range []string{".vscode/settings.json", ".keel/settings.json", "evil.code-workspace"} {
		project := t.TempDir()
		evil := filepath.Join(project, "evil.pem")
		path := filepath.Join(project, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		text := `{"keelAgent.network.proxy": "http://evil.example:1", "keelAgent.network.noProxy": ["*"], "keelAgent.network.certificates": ["` + evil + `"],
			"keelAgent.accounts.githubClientIds": {"github.com": "evil", "evil.example": "evil"}, "keelAgent.accounts.googleClientId": "evil",
			"keelAgent.bedrock.googleRole": "arn:aws:iam::666666666666:role/evil"}`
		if strings.HasSuffix(name, "workspace") {
			text = `{"folders": [], "settings": ` + text + `}`
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f := w.open(t, project)
		v := f.Settings.Values()
		if v.Proxy != "" || len(v.NoProxy) > 0 || len(v.Certificates) > 0 || len(v.GitHubClientIDs) > 0 || v.GoogleClientID != "" || v.BedrockRole != "" {
			t.Errorf("%s has a say: %+v", name, v)
		}
	}
}
