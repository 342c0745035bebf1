package folder

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/google/go-cmp/cmp"
	"github.com/zalando/go-keyring"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/identitycenter"
	"github.com/keel-ide/keel/backend/account/identitycenter/awstest"
	"github.com/keel-ide/keel/backend/redact"
	"github.com/keel-ide/keel/backend/secret"
	"github.com/keel-ide/keel/backend/settings"
)

func TestAWSStarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	text := `[profile old]
sso_start_url = https://old.awsapps.com/start
sso_region = eu-west-1
[profile new]
sso_session = corp
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://d-1234567890.awsapps.com/start#/
[sso-session empty]
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want := []identitycenter.Start{
		{Name: "corp", URL: "https://d-1234567890.awsapps.com/start#/", Region: "us-east-1", Session: true},
		{Name: "old", URL: "https://old.awsapps.com/start", Region: "eu-west-1"},
	}
	if diff := cmp.Diff(want, awsStarts([]string{"AWS_CONFIG_FILE=" + path})); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
	home := t.TempDir()
	if got := awsStarts([]string{"HOME=" + home}); len(got) != 0 {
		t.Errorf("starts of nobody: %v", got)
	}
}

// signedGoogle signs in as a person of Google would, with an identity that its issuer
// signed.
type signedGoogle struct{ key *rsa.PrivateKey }

const (
	googleClient = "1234.apps.googleusercontent.com"
	googleRole   = "arn:aws:iam::123456789012:role/keel"
)

func (signedGoogle) Kind() account.Kind { return account.Google }

func (signedGoogle) Hosts(context.Context) []account.Host {
	return []account.Host{{Host: "accounts.google.com", Title: "Google", Methods: []account.Method{account.Browser}}}
}

func (g signedGoogle) token() account.Token {
	now := time.Now()
	claims := fmt.Sprintf(`{"iss":"https://accounts.google.com","aud":%q,"sub":"42","iat":%d,"exp":%d}`, googleClient, now.Unix(), now.Add(time.Hour).Unix())
	return account.Token{Access: "ya29." + rand.Text(), Refresh: "1//" + rand.Text(), ID: oidctest.SignIDToken(g.key, "k", oidc.RS256, claims), Expiry: now.Add(time.Hour)}
}

func (g signedGoogle) SignIn(context.Context, account.Request, account.Conversation) (account.Grant, error) {
	return account.Grant{Account: account.Account{Kind: account.Google, Host: "accounts.google.com", Subject: "42", Email: "ada@example.com"}, Token: g.token()}, nil
}

func (g signedGoogle) Refresh(context.Context, account.Account, account.Token) (account.Token, error) {
	return g.token(), nil
}

func (signedGoogle) Revoke(context.Context, account.Account, account.Token) error { return nil }

// noKeyring is a keychain in memory.
type noKeyring struct {
	mu    sync.Mutex
	items map[string]string // guarded by mu
}

func (k *noKeyring) Get(_, name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if value, ok := k.items[name]; ok {
		return value, nil
	}
	return "", keyring.ErrNotFound
}

func (k *noKeyring) Set(_, name, value string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.items[name] = value
	return nil
}

func (k *noKeyring) Delete(_, name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.items, name)
	return nil
}

// awsWorld is AWS, Google and the accounts of somebody.
type awsWorld struct {
	*testing.T
	aws      *awstest.Server
	accounts *Accounts
	values   settings.Values
	redactor *redact.Redactor
}

func newAWSWorld(t *testing.T) *awsWorld {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	issuer := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k", Algorithm: oidc.RS256}}}
	issuer.SetIssuer("https://accounts.google.com")
	w := &awsWorld{T: t, aws: awstest.New(awstest.Options{
		Identities: &http.Client{Transport: awstest.Direct(issuer)},
		Trust:      map[string]awstest.Trust{googleRole: {Audience: googleClient, Subject: "42"}},
	})}
	w.values = settings.Values{BedrockRole: googleRole, GoogleClientID: googleClient}
	redactor := redact.New(redact.Options{})
	w.redactor = redactor
	store := secret.New(secret.Options{Keychain: &noKeyring{items: map[string]string{}}, Reachable: func() error { return nil }, Learned: redactor.Learn})
	w.accounts, err = NewAccounts(AccountsOptions{
		Paths: Paths{Data: t.TempDir()}, Secrets: store, Values: func() settings.Values { return w.values },
		HTTP: awstest.Direct(w.aws), Redactor: redactor, Services: []account.Service{signedGoogle{key}}, Browse: w.browse, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.accounts.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// browse types the code in and allows it.
func (w *awsWorld) browse(_ context.Context, address string) error {
	page, err := url.Parse(address)
	if err != nil {
		return err
	}
	return w.aws.Answer(page.Query().Get("user_code"), true)
}

func (w *awsWorld) signIn(request account.Request) account.Account {
	w.Helper()
	changes := w.accounts.Subscribe(w.Context())
	defer changes.Close()
	id, err := w.accounts.Begin(w.Context(), request)
	if err != nil {
		w.Fatal(err)
	}
	for {
		for _, each := range w.accounts.State().SignIns {
			if each.ID != id || each.Stage != account.Done && each.Stage != account.Failed {
				continue
			}
			one, ok := w.accounts.Get(each.Account)
			if each.Err != nil || !ok {
				w.Fatalf("signing in: %v", each.Err)
			}
			return one
		}
		if _, err := changes.Next(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *awsWorld) bedrock() bedrockAccounts {
	return bedrockAccounts{accounts: w.accounts, centre: w.accounts.services.aws, http: w.aws.Client(), values: func() settings.Values { return w.values }, learned: w.redactor.Learn}
}

// retrieve gets credentials of the account that is switched on, which AWS has to
// know, and returns its name and the role that they are of.
func (w *awsWorld) retrieve() (name, role string) {
	w.Helper()
	used := w.bedrock().find(w.Context())
	if used == nil || used.Problem != nil {
		w.Fatalf("account %+v", used)
	}
	given, err := used.Retrieve(w.Context(), "eu-west-1")
	if err != nil || !w.aws.Accepts(given.AccessKeyID) {
		w.Fatalf("credentials by %q: %v", given.AccessKeyID, err)
	}
	for _, secret := range []string{given.SecretAccessKey, given.SessionToken} {
		if text := w.redactor.Text("it is " + secret); strings.Contains(text, secret) {
			w.Error("a secret of the credentials stays in a text")
		}
	}
	keys := w.aws.Keys()
	return used.Name, keys[len(keys)-1].Role
}

func TestBedrockByIdentityCenter(t *testing.T) {
	w := newAWSWorld(t)
	if used := w.bedrock().find(t.Context()); used != nil {
		t.Errorf("nobody is signed in, and %q is used", used.Name)
	}
	one := w.signIn(account.Request{Kind: account.AWS, Start: w.aws.Start(), Region: "us-east-1"})
	token, err := w.accounts.Token(t.Context(), one.ID)
	if err != nil {
		t.Fatal(err)
	}
	roles, err := w.accounts.services.roles(t.Context(), one, token)
	if err != nil {
		t.Fatal(err)
	}
	want := wire.AccountRole{Role: "123456789012/Developer", Account: "123456789012", Name: "Playground", Email: "playground@example.com"}
	if diff := cmp.Diff(want, roles[0]); diff != "" || len(roles) != 3 {
		t.Errorf("roles (-want +got):\n%s", diff)
	}
	if err := w.accounts.SetRole(t.Context(), one.ID, roles[0].Role); err != nil {
		t.Fatal(err)
	}
	if err := w.accounts.SetUse(t.Context(), one.ID, account.UseBedrock, true); err != nil {
		t.Fatal(err)
	}
	if name, role := w.retrieve(); name != "AWS, d-1234567890, role 123456789012/Developer" || role != roles[0].Role {
		t.Errorf("%q with the role %q", name, role)
	}
	before := w.bedrock().find(t.Context()).Key
	if err := w.accounts.SetRole(t.Context(), one.ID, roles[1].Role); err != nil {
		t.Fatal(err)
	}
	if used := w.bedrock().find(t.Context()); used.Key == before {
		t.Error("another role has the same credentials")
	}
	// A token that ended early is refreshed on the way.
	w.aws.EndTokens()
	if _, role := w.retrieve(); role != roles[1].Role {
		t.Errorf("the role %q", role)
	}
	// Taken back, the account is said to have ended, and nothing takes its place.
	w.aws.Revoke()
	used := w.bedrock().find(t.Context())
	if _, err := used.Retrieve(t.Context(), "eu-west-1"); !errors.Is(err, account.ErrRevoked) {
		t.Errorf("taken back: %v", err)
	}
	if used = w.bedrock().find(t.Context()); used == nil || used.Problem == nil || !strings.Contains(used.Problem.Hint, "Keel: Show Accounts") {
		t.Errorf("account %+v", used)
	}
}

func TestBedrockByGoogle(t *testing.T) {
	w := newAWSWorld(t)
	one := w.signIn(account.Request{Kind: account.Google})
	if err := w.accounts.SetUse(t.Context(), one.ID, account.UseBedrock, true); err != nil {
		t.Fatal(err)
	}
	if name, role := w.retrieve(); name != "Google, ada@example.com, role keel" || role != googleRole {
		t.Errorf("%q with the role %q", name, role)
	}
	for role, says := range map[string]string{"": "No AWS role is set", "keel": "not the ARN of a role"} {
		w.values.BedrockRole = role
		if used := w.bedrock().find(t.Context()); used == nil || used.Problem == nil || !strings.Contains(used.Problem.Message, says) {
			t.Errorf("with the role %q: %+v", role, used)
		}
	}
}
