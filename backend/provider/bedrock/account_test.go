package bedrock_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/identitycenter/awstest"
	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

const (
	roleARN = "arn:aws:iam::123456789012:role/people/keel"
	client  = "1234.apps.googleusercontent.com"
	subject = "109876543210"
)

// issuer publishes the keys of Google, and signs identities with them.
type issuer struct {
	key    *rsa.PrivateKey
	server *oidctest.Server
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	server := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "k", Algorithm: oidc.RS256}}}
	server.SetIssuer("https://accounts.google.com")
	return &issuer{key: key, server: server}
}

// identity is an id token that is good for an hour.
func (i *issuer) identity(audience, subject string) string {
	now := time.Now()
	return oidctest.SignIDToken(i.key, "k", oidc.RS256, fmt.Sprintf(
		`{"iss":"https://accounts.google.com","aud":%q,"sub":%q,"iat":%d,"exp":%d,"jti":%q}`, audience, subject, now.Unix(), now.Add(time.Hour).Unix(), rand.Text()))
}

// signedIn is a world with AWS, Google's keys and an account.
type signedIn struct {
	*testing.T
	issuer   *issuer
	aws      *awstest.Server
	identity func() (string, error)

	mu      sync.Mutex
	asked   int // guarded by mu; for an identity
	refused int // guarded by mu
}

// Token is the account's, as package account gives it.
func (w *signedIn) Token(context.Context, string) (account.Token, error) {
	w.mu.Lock()
	w.asked++
	w.mu.Unlock()
	id, err := w.identity()
	return account.Token{ID: id}, err
}

func (w *signedIn) Refused(context.Context, string, account.Token) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused++
}

func newSignedIn(t *testing.T, trust awstest.Trust) *signedIn {
	t.Helper()
	w := &signedIn{T: t, issuer: newIssuer(t)}
	w.aws = awstest.New(awstest.Options{
		Trust:      map[string]awstest.Trust{roleARN: trust},
		Identities: &http.Client{Transport: awstest.Direct(w.issuer.server)},
	})
	w.identity = func() (string, error) { return w.issuer.identity(client, subject), nil }
	return w
}

func pinned() awstest.Trust { return awstest.Trust{Audience: client, Subject: subject} }

// account is Google's, with the role.
func (w *signedIn) account() *bedrock.Account {
	exchange := bedrock.WebIdentity{
		Role: roleARN, Client: client, HTTP: w.aws.Client(), Account: account.Account{Subject: subject, Email: "ada lovelace@example.com"},
		Tokens: w,
	}
	return &bedrock.Account{Key: "google", Name: "Google, ada@example.com, role keel", Retrieve: exchange.Retrieve}
}

// guarded leads the SDK to a Bedrock that checks every signature.
func (w *signedIn) guarded() *bedrocktest.Server {
	w.Helper()
	server := newServer(w.T)
	guard := httptest.NewServer(w.aws.Guard(server))
	w.Cleanup(guard.Close)
	setenv(w.T, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME="+guard.URL, "AWS_ENDPOINT_URL_BEDROCK="+guard.URL)
	return server
}

func (w *signedIn) provider(settings bedrock.Settings, used func(context.Context) *bedrock.Account, key string) *bedrock.Provider {
	return bedrock.New(bedrock.Options{
		Settings:   func() bedrock.Settings { return settings },
		APIKey:     func(context.Context) (string, error) { return key, nil },
		Account:    used,
		OnInstance: func() bool { return false },
	})
}

// A Google account is exchanged for a role's credentials, which sign every
// request. Variables, kept keys and profiles of the environment stand back.
func TestGoogleAccount(t *testing.T) {
	w := newSignedIn(t, pinned())
	server := w.guarded()
	setenv(t, "AWS_BEARER_TOKEN_BEDROCK=token", "AWS_SESSION_TOKEN=environment", "AWS_STS_REGIONAL_ENDPOINTS=legacy", "AWS_ENDPOINT_URL_STS=http://127.0.0.1:1", "AWS_ROLE_ARN=arn:aws:iam::1:role/other")
	used := w.account()
	p := w.provider(bedrock.Settings{}, func(context.Context) *bedrock.Account { return used }, "kept")
	info := p.Info(t.Context())
	want := provider.Info{ID: "bedrock", Name: "Amazon Bedrock", Ready: true, NeedsKey: true, HasKey: true, Account: used.Name}
	if diff := cmp.Diff(want, info); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
	if w.asked != 0 {
		t.Error("Info asked for an identity")
	}
	for range 2 {
		reply, err := ask(t.Context(), p, question("Hello"))
		if err != nil {
			t.Fatal(err)
		}
		if text := reply.Message.Blocks[0].Text; text != "Hello from the stand-in." {
			t.Errorf("reply %q", text)
		}
	}
	if _, err := p.Models(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(server.Requests()); n < 4 || len(w.aws.Keys()) != 1 || w.asked != 1 {
		t.Errorf("%d requests with %d keys of %d identities", n, len(w.aws.Keys()), w.asked)
	}
	if got := w.aws.Keys()[0]; got.Role != roleARN || signedBy(t, last(server)) != got.ID+"/us-east-1" {
		t.Errorf("signed by %q with %+v", signedBy(t, last(server)), got.Role)
	}
}

// A profile that is chosen in the settings comes before an account; what is
// chosen now counts at once.
func TestAccountAndProfile(t *testing.T) {
	w := newSignedIn(t, pinned())
	server := newServer(t)
	noKeys(t, "[profile work]\nregion = eu-north-1\n", profileKeys("work", "WORK"))
	settings, used := bedrock.Settings{Profile: "work"}, w.account()
	p := bedrock.New(bedrock.Options{Settings: func() bedrock.Settings { return settings }, Account: func(context.Context) *bedrock.Account { return used }, OnInstance: func() bool { return false }})
	check := func(want string) {
		t.Helper()
		if _, err := ask(t.Context(), p, question("Hello")); err != nil {
			t.Fatal(err)
		}
		if got := signedBy(t, last(server)); got != want {
			t.Errorf("signed by %q, want %q", got, want)
		}
	}
	check("WORK/eu-north-1")
	if info := p.Info(t.Context()); info.Account != "" {
		t.Errorf("info names %q, which is not used", info.Account)
	}
	settings = bedrock.Settings{Region: "eu-west-1"}
	setenv(t, "AWS_PROFILE=work")
	if choices := p.Choices(t.Context()); choices.Account != used.Name || choices.Profile != "" || choices.Region != "eu-west-1" {
		t.Errorf("choices %+v", choices)
	}
	if _, err := ask(t.Context(), p, question("Hello")); err != nil {
		t.Fatal(err)
	}
	if key := w.aws.Keys()[0].ID; signedBy(t, last(server)) != key+"/eu-west-1" {
		t.Errorf("signed by %q, want %q", signedBy(t, last(server)), key)
	}
	used = nil
	check("WORK/eu-west-1")
}

// What STS refuses is said in words that name what to pin, and what is only busy
// is not the person's to mend.
func TestGoogleAccountRefused(t *testing.T) {
	tests := map[string]struct {
		trust   awstest.Trust
		prepare func(*signedIn)
		class   provider.Class
		says    []string
	}{
		"other subject": {trust: awstest.Trust{Audience: client, Subject: "1"}, class: provider.ClassAuth, says: []string{"does not give the role " + roleARN, `aud "` + client, `sub "` + subject}},
		"other client":  {trust: awstest.Trust{Audience: "x", Subject: subject}, class: provider.ClassAuth, says: []string{"trust policy"}},
		"forged": {trust: pinned(), prepare: func(w *signedIn) {
			other := newIssuer(w.T)
			w.identity = func() (string, error) { return other.identity(client, subject), nil }
		}, class: provider.ClassAuth, says: []string{"did not accept your Google identity", "Keel: Show Accounts"}},
		"expired":     {trust: pinned(), prepare: func(w *signedIn) { w.aws.Fail(awstest.AssumeRoleWithWebIdentity, "ExpiredTokenException", 2) }, class: provider.ClassAuth, says: []string{"too old", "clock"}},
		"no identity": {trust: pinned(), prepare: func(w *signedIn) { w.identity = func() (string, error) { return "", nil } }, class: provider.ClassAuth, says: []string{"no identity"}},
		"signed out": {trust: pinned(), prepare: func(w *signedIn) {
			w.identity = func() (string, error) {
				return "", &account.Error{Message: "It was taken back.", Hint: "Sign in.", Err: account.ErrRevoked}
			}
		}, class: provider.ClassAuth, says: []string{"taken back"}},
		"Google away":       {trust: pinned(), prepare: func(w *signedIn) { w.aws.Fail(awstest.AssumeRoleWithWebIdentity, "IDPCommunicationError", 3) }, class: provider.ClassBounded, says: []string{"could not reach Google"}},
		"claim rejected":    {trust: pinned(), prepare: func(w *signedIn) { w.aws.Fail(awstest.AssumeRoleWithWebIdentity, "IDPRejectedClaim", 1) }, class: provider.ClassAuth, says: []string{"not good any more"}},
		"region off":        {trust: pinned(), prepare: func(w *signedIn) { w.aws.Fail(awstest.AssumeRoleWithWebIdentity, "RegionDisabledException", 1) }, class: provider.ClassAuth, says: []string{"not switched on in region"}},
		"throttled":         {trust: pinned(), prepare: func(w *signedIn) { w.aws.Fail(awstest.AssumeRoleWithWebIdentity, "Throttling", 3) }, class: provider.ClassThrottle, says: []string{"more requests"}},
		"something unknown": {trust: pinned(), prepare: func(w *signedIn) { w.aws.Fail(awstest.AssumeRoleWithWebIdentity, "Strange", 1) }, class: provider.ClassAuth, says: []string{"refused with Strange"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSignedIn(t, test.trust)
			if test.prepare != nil {
				test.prepare(w)
			}
			used := w.account()
			_, err := used.Retrieve(t.Context(), "us-east-1")
			if err == nil {
				t.Fatal("it worked")
			}
			said := bedrock.BadAccount(used, err)
			if said.Class != test.class || said.Hint == "" {
				t.Errorf("class %v, hint %q", said.Class, said.Hint)
			}
			for _, words := range test.says {
				if !strings.Contains(said.Message+" "+said.Hint, words) {
					t.Errorf("says %q %q, want %q", said.Message, said.Hint, words)
				}
			}
		})
	}
}

// That AWS could not reach Google is tried again.
func TestGoogleAwayForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t, pinned())
		w.aws.Fail(awstest.AssumeRoleWithWebIdentity, "IDPCommunicationError", 2)
		if _, err := w.account().Retrieve(t.Context(), "us-east-1"); err != nil {
			t.Fatal(err)
		}
	})
}

// An identity that AWS finds too old is asked for anew, once.
func TestGoogleIdentityIsRenewed(t *testing.T) {
	w := newSignedIn(t, pinned())
	w.aws.Fail(awstest.AssumeRoleWithWebIdentity, "ExpiredTokenException", 1)
	if _, err := w.account().Retrieve(t.Context(), "us-east-1"); err != nil {
		t.Fatal(err)
	}
	if w.asked != 2 || w.refused != 1 {
		t.Errorf("asked %d times, told %d times", w.asked, w.refused)
	}
}

// Credentials that Bedrock does not accept any more are got anew, and the turn
// goes on: at its start, and by another attempt in mid-stream.
func TestAccountExpiresInMidTurn(t *testing.T) {
	w := newSignedIn(t, pinned())
	server := w.guarded()
	used := w.account()
	p := w.provider(bedrock.Settings{}, func(context.Context) *bedrock.Account { return used }, "")
	for range 2 {
		if _, err := ask(t.Context(), p, question("Hello")); err != nil {
			t.Fatal(err)
		}
		w.aws.EndKeys()
	}
	if _, err := p.Models(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(w.aws.Keys()); n != 3 {
		t.Errorf("%d keys were given out", n)
	}
	server.Script(bedrocktest.Stream(append(everything()[:5:5], bedrocktest.Exception("expiredTokenException", "The security token included in the request is expired"))...))
	_, err := ask(t.Context(), p, question("Hello"))
	checkError(t, err, provider.ClassBounded, "gets new credentials")
	if _, err := ask(t.Context(), p, question("Hello")); err != nil {
		t.Fatal(err)
	}
	if n := len(w.aws.Keys()); n != 4 {
		t.Errorf("%d keys were given out", n)
	}
}

// Where new credentials are refused as well, the person is asked, and told whose
// they are.
func TestAccountRefusedTwice(t *testing.T) {
	w := newSignedIn(t, pinned())
	server := newServer(t)
	refuse := bedrocktest.Refuse(403, "UnrecognizedClientException", "The security token included in the request is invalid.")
	server.Script(refuse, refuse)
	used := w.account()
	p := w.provider(bedrock.Settings{}, func(context.Context) *bedrock.Account { return used }, "")
	_, err := ask(t.Context(), p, question("Hello"))
	checkError(t, err, provider.ClassAuth, used.Name)
	checkError(t, err, provider.ClassAuth, "Keel: Show Accounts")
	if n := len(server.Requests()); n != 2 || len(w.aws.Keys()) != 2 {
		t.Errorf("%d requests, %d keys", n, len(w.aws.Keys()))
	}
	if _, err := ask(t.Context(), p, question("Hello")); err != nil {
		t.Fatal(err)
	}
}

// An account that cannot be used is said; nothing else is used in its place.
func TestAccountWithAProblem(t *testing.T) {
	w := newSignedIn(t, pinned())
	server := newServer(t)
	used := w.account()
	used.Problem = &account.Error{Message: "No AWS role is set.", Hint: "Set keelAgent.bedrock.googleRole."}
	p := w.provider(bedrock.Settings{}, func(context.Context) *bedrock.Account { return used }, "kept")
	if info := p.Info(t.Context()); info.Ready || info.Hint != "No AWS role is set. Set keelAgent.bedrock.googleRole." || info.Account == "" {
		t.Errorf("info %+v", info)
	}
	_, err := ask(t.Context(), p, question("Hello"))
	checkError(t, err, provider.ClassAuth, "No AWS role is set.")
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// New credentials are got five minutes ahead of the end of the old ones. While
// those are good, a service that cannot be reached stops nobody.
func TestCredentialsAheadOfTheirEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSignedIn(t, pinned())
		w.aws.SetLife(15 * time.Minute)
		used := w.account()
		cache := bedrock.Cached(*used, "us-east-1")
		count := func(want int) {
			t.Helper()
			given, err := cache.Retrieve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !w.aws.Accepts(given.AccessKeyID) {
				t.Error("what is used has ended")
			}
			if n := len(w.aws.Keys()); n != want {
				t.Errorf("%d keys were given out, want %d", n, want)
			}
		}
		count(1)
		time.Sleep(9 * time.Minute)
		count(1)
		time.Sleep(time.Minute)
		count(2)

		// For the whole of the last minutes there is no identity.
		w.identity = func() (string, error) { return "", io.ErrUnexpectedEOF }
		time.Sleep(10 * time.Minute)
		asked := w.asked
		count(2)
		count(2)
		if w.asked != asked+1 {
			t.Errorf("asked %d times in one moment", w.asked-asked)
		}
		time.Sleep(4*time.Minute + 30*time.Second)
		count(2)
		time.Sleep(29 * time.Second)
		if _, err := cache.Retrieve(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("at the very end: %v", err)
		}
		w.identity = func() (string, error) { return w.issuer.identity(client, subject), nil }
		count(3)

		// Signed out, nothing goes on.
		w.identity = func() (string, error) { return "", account.ErrRevoked }
		time.Sleep(11 * time.Minute)
		if _, err := cache.Retrieve(t.Context()); !errors.Is(err, account.ErrRevoked) {
			t.Errorf("signed out: %v", err)
		}
	})
}

func TestRoleName(t *testing.T) {
	for role, want := range map[string]string{
		roleARN:                               "keel",
		"arn:aws-cn:iam::123456789012:role/r": "r",
		"":                                    "",
		"keel":                                "",
		"arn:aws:iam::123456789012:user/keel": "",
		"arn:aws:iam::123456789012:role/":     "",
		"arn:aws:sts::123456789012:role/keel": "",
		"arn:aws:iam::123456789012:role/people/ ": " ",
	} {
		got, problem := bedrock.RoleName(role)
		if got != want || (problem == nil) != (want != "") {
			t.Errorf("%q: %q, %v", role, got, problem)
		}
	}
}
