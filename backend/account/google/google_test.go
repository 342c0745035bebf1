package google_test

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/google"
	"github.com/keel-ide/keel/backend/account/google/googletest"
)

func TestSignIn(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := newTalk()
	address, ends := w.begin(t, t.Context(), c)
	asked, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := asked.Query()
	for name, want := range map[string]string{
		"client_id": w.ClientID(), "response_type": "code", "scope": "openid email profile",
		"access_type": "offline", "prompt": "select_account consent", "code_challenge_method": "S256",
	} {
		if query.Get(name) != want {
			t.Errorf("%s is %q, not %q", name, query.Get(name), want)
		}
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(query.Get(name)) < 26 {
			t.Errorf("%s is %q", name, query.Get(name))
		}
	}
	if asked.Scheme != "https" || asked.Host != "accounts.google.com" || query.Has("include_granted_scopes") || query.Has("client_secret") {
		t.Errorf("asks at %s", address)
	}
	page := w.follow(t, w.choose(t, address, w.Users()[0], "allow"))
	ended := <-ends
	if ended.err != nil {
		t.Fatal(ended.err)
	}
	if !strings.Contains(page, "You are signed in to Keel") {
		t.Errorf("the browser shows %s", page)
	}

	scopes := []string{"openid", "https://www.googleapis.com/auth/userinfo.email", "https://www.googleapis.com/auth/userinfo.profile"}
	avatar := ended.grant.Account.Avatar
	ended.grant.Account.Avatar = nil
	want := account.Account{
		Kind: account.Google, Host: "accounts.google.com", Subject: "110169484474386276334", Name: "Ada Lovelace",
		Email: "ada@example.com", Manage: "https://myaccount.google.com/connections", Scopes: scopes,
	}
	if d := cmp.Diff(want, ended.grant.Account); d != "" {
		t.Error(d)
	}
	if config, err := png.DecodeConfig(bytes.NewReader(avatar)); err != nil || config.Width != 64 || config.Height != 64 {
		t.Errorf("the avatar is %+v, %v", config, err)
	}
	token := ended.grant.Token
	if token.Access == "" || !strings.HasPrefix(token.Refresh, "1//0") || strings.Count(token.ID, ".") != 2 || !slices.Equal(token.Scopes, scopes) {
		t.Errorf("the token is %+v", token)
	}
	if until := time.Until(token.Expiry); until > time.Hour || until < 30*time.Minute {
		t.Errorf("it is good for %v", until)
	}

	if d := cmp.Diff([]account.Stage{account.Starting, account.InBrowser, account.Finishing}, c.stages()); d != "" {
		t.Error(d)
	}
	if shown := c.progress[1]; shown.Address != address || shown.Paste == nil || time.Until(shown.Until) > 5*time.Minute || shown.Until.IsZero() {
		t.Errorf("it shows %+v", shown)
	}
	for _, secret := range append(w.Issued(), w.ClientSecret()) {
		if !slices.Contains(c.secrets, secret) {
			t.Errorf("a secret was not told: %s", secret)
		}
	}
	if len(w.Issued()) != 4 {
		t.Errorf("%d secrets were given out", len(w.Issued()))
	}
}

func TestWhatHappensAtGoogle(t *testing.T) {
	tests := map[string]struct {
		choice, refusal string
		says, hints     string
	}{
		"denied":                {choice: "deny", says: "You did not allow Keel", hints: "begin again and allow it"},
		"administrator":         {refusal: "admin_policy_enforced", says: "administrator of your organisation", hints: "trust the client id"},
		"organisation":          {refusal: "org_internal", says: "members of one organisation", hints: "external"},
		"redirect":              {refusal: "redirect_uri_mismatch", says: "not of the type Desktop app", hints: "keelAgent.accounts.googleClientId"},
		"client":                {refusal: "invalid_client", says: "does not know the client id", hints: "Keel: Show Accounts"},
		"browser":               {refusal: "disallowed_useragent", says: "part of another program", hints: "Firefox"},
		"out of order":          {refusal: "temporarily_unavailable", says: "at the moment", hints: "few minutes"},
		"something new":         {refusal: "brand_new_reason", says: "(brand_new_reason)", hints: "Desktop app"},
		"something not a code":  {refusal: "<b>pay here</b>", says: "(without saying why)", hints: "Desktop app"},
		"something far too big": {refusal: strings.Repeat("x", 100), says: "(without saying why)", hints: "Desktop app"},
	}
	w := newWorld(t, googletest.Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w.Mend()
			w.Refuse(test.refusal)
			address, ends := w.begin(t, t.Context(), newTalk())
			choice := test.choice
			if choice == "" {
				choice = "allow"
			}
			page := w.follow(t, w.choose(t, address, w.Users()[0], choice))
			ended := <-ends
			w.words(t, ended.err, test.says, test.hints)
			if !strings.Contains(page, test.says) || !strings.Contains(page, test.hints) {
				t.Errorf("the browser shows %s", page)
			}
			if d := cmp.Diff(account.Grant{}, ended.grant); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAnswersThatProveNothing(t *testing.T) {
	tests := []struct {
		fault       googletest.Fault
		says, hints string
	}{
		{googletest.WrongResponder, "the answer of another service", "Sign in again"},
		{googletest.NoIDToken, "holds no id token", "Sign in again"},
		{googletest.WrongIssuer, "an id token of another service", "Do not go on in this network"},
		{googletest.WrongAudience, "made for another program", "keelAgent.accounts.googleClientId"},
		{googletest.WrongParty, "made for another program", "keelAgent.accounts.googleClientId"},
		{googletest.WrongNonce, "belongs to another sign-in", "Sign in again"},
		{googletest.NoNonce, "belongs to another sign-in", "Sign in again"},
		{googletest.WrongHash, "do not belong together", "Sign in again"},
		{googletest.WrongSignature, "Google did not sign", "Do not go on in this network"},
		{googletest.Unsigned, "Google did not sign", "Do not go on in this network"},
	}
	w := newWorld(t, googletest.Options{})
	for _, test := range tests {
		t.Run(string(test.fault), func(t *testing.T) {
			w.Mend()
			w.Break(test.fault)
			ended, page := w.signIn(t)
			w.words(t, ended.err, test.says, test.hints)
			if !strings.Contains(page, test.says) {
				t.Errorf("the browser shows %s", page)
			}
			// What was issued is for Accounts to take back; there is no account.
			if d := cmp.Diff(account.Grant{Token: ended.grant.Token}, ended.grant); d != "" {
				t.Error(d)
			}
			if issued := test.fault != googletest.WrongResponder; issued != (ended.grant.Token.Access != "") {
				t.Errorf("the token to take back: %+v", ended.grant.Token)
			}
		})
	}
	w.Mend()
	w.granted(t)
}

func TestClocks(t *testing.T) {
	tests := map[string]struct {
		ahead time.Duration // Google's clock
		says  string        // empty: it works
	}{
		"a minute ahead":                {time.Minute, ""},
		"ten minutes ahead":             {10 * time.Minute, "The clock of this machine is behind Google's by about 10 minutes"},
		"a minute behind":               {-time.Minute, ""},
		"a minute longer than it lasts": {-61 * time.Minute, ""},
		"ten minutes longer":            {-70 * time.Minute, "The clock of this machine is ahead of Google's by about 70 minutes"},
	}
	w := newWorld(t, googletest.Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w.Mend()
			w.SetClock(test.ahead)
			ended, _ := w.signIn(t)
			if test.says == "" {
				if ended.err != nil {
					t.Error(ended.err)
				}
				return
			}
			w.words(t, ended.err, test.says, "Set the date")
		})
	}
}

func TestAWrongStateDoesNotEndTheSignIn(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.Break(googletest.WrongState)
	address, ends := w.begin(t, t.Context(), newTalk())
	if page := w.follow(t, w.choose(t, address, w.Users()[0], "allow")); !strings.Contains(page, "Keel is not waiting for this") {
		t.Errorf("the browser shows %s", page)
	}
	select {
	case ended := <-ends:
		t.Fatalf("it ended: %v", ended.err)
	default:
	}
	w.Mend()
	w.follow(t, w.choose(t, address, w.Users()[1], "allow"))
	if ended := <-ends; ended.err != nil || ended.grant.Account.Name != "Grace Hopper" {
		t.Errorf("got %+v, %v", ended.grant.Account, ended.err)
	}
}

func TestAWrongPasswordGivesNoCode(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	address, ends := w.begin(t, t.Context(), newTalk())
	user := w.Users()[0]
	user.Password = "guess"
	if p := w.choose(t, address, user, "allow"); p.status != http.StatusOK || !strings.Contains(p.text, `role="alert"`) {
		t.Errorf("Google shows %d %s", p.status, p.text)
	}
	w.follow(t, w.choose(t, address, w.Users()[0], "allow"))
	if ended := <-ends; ended.err != nil {
		t.Error(ended.err)
	}
}

func TestPasted(t *testing.T) {
	tests := map[string]struct {
		paste       func(back *url.URL) string
		says, hints string // empty: it works
	}{
		"address":      {func(back *url.URL) string { return " " + back.String() + "\n" }, "", ""},
		"code":         {func(back *url.URL) string { return back.Query().Get("code") }, "", ""},
		"escaped code": {func(back *url.URL) string { return url.QueryEscape(back.Query().Get("code")) }, "", ""},
		"wrong code":   {func(*url.URL) string { return "4/0AbCdEfGhIjKlMn" }, "no longer takes the code", "Sign in again"},
	}
	w := newWorld(t, googletest.Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := newTalk()
			address, ends := w.begin(t, t.Context(), c)
			c.pasted <- test.paste(w.choose(t, address, w.Users()[0], "allow").address)
			ended := <-ends
			if test.says != "" {
				w.words(t, ended.err, test.says, test.hints)
			} else if ended.err != nil || ended.grant.Account.Email != "ada@example.com" {
				t.Errorf("got %+v, %v", ended.grant.Account, ended.err)
			}
		})
	}
	t.Run("what is of no use ends nothing", func(t *testing.T) {
		c := newTalk()
		address, ends := w.begin(t, t.Context(), c)
		back := w.choose(t, address, w.Users()[0], "allow").address
		for text, says := range map[string]string{
			strings.Replace(back.String(), "state=", "state=x", 1): "belongs to another sign-in",
			"it says that I am signed in":                          "neither the address",
		} {
			if err := c.progress[1].Paste(text); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%q: %v", text, err)
			}
			c.pasted <- text
		}
		if err := c.progress[1].Paste(back.String()); err != nil {
			t.Error(err)
		}
		c.pasted <- back.String()
		if ended := <-ends; ended.err != nil {
			t.Error(ended.err)
		}
	})
	t.Run("code of another sign-in", func(t *testing.T) {
		theirs, end := context.WithCancel(t.Context())
		other, otherEnds := w.begin(t, theirs, newTalk())
		stolen := w.choose(t, other, w.Users()[1], "allow").address.Query().Get("code")
		c := newTalk()
		_, ends := w.begin(t, t.Context(), c)
		c.pasted <- stolen
		if ended := <-ends; ended.err == nil {
			t.Errorf("signed in as %s with somebody else's code", ended.grant.Account.Name)
		}
		end()
		<-otherEnds
	})
}

// That somebody is signed in is shown in the browser once the account is kept.
func TestTheBrowserWaitsForTheEnd(t *testing.T) {
	for want, err := range map[string]error{
		"You are signed in to Keel":      nil,
		"The keychain is locked. Unlock": &account.Error{Message: "The keychain is locked.", Hint: "Unlock it."},
	} {
		w := newWorld(t, googletest.Options{})
		c := newTalk()
		done := make(chan outcome, 1)
		go func() {
			grant, err := w.service.SignIn(t.Context(), account.Request{}, c)
			done <- outcome{grant, err}
		}()
		shown := make(chan string, 1)
		back := w.choose(t, <-c.opened, w.Users()[0], "allow")
		go func() { shown <- w.follow(t, back) }()
		got := <-done
		if got.err != nil || got.grant.Ended == nil {
			t.Fatalf("got %v", got.err)
		}
		select {
		case early := <-shown:
			t.Errorf("before the account was kept the browser showed %s", early)
		default:
		}
		got.grant.Ended(err)
		if page := <-shown; !strings.Contains(strings.ReplaceAll(page, "</p>\n<p>", " "), want) {
			t.Errorf("the browser shows %s", page)
		}
	}
}

func TestCancelled(t *testing.T) {
	for _, stage := range []account.Stage{account.Starting, account.InBrowser, account.Finishing} {
		t.Run(string(stage), func(t *testing.T) {
			w := newWorld(t, googletest.Options{})
			ended := make(chan outcome, 1)
			c := newTalk()
			ctx, cancel := context.WithCancel(t.Context())
			c.stage = func(s account.Stage) {
				if s == stage {
					cancel()
				}
			}
			leaves(t, func() {
				go func() { ended <- w.run(ctx, account.Request{}, c) }()
				if stage == account.Finishing {
					w.follow(t, w.choose(t, <-c.opened, w.Users()[0], "allow"))
				}
				if got := <-ended; !errors.Is(got.err, context.Canceled) || got.grant.Token.Access != "" {
					t.Errorf("got %+v, %v", got.grant, got.err)
				}
			})
			if stage == account.InBrowser {
				back, err := url.Parse(c.progress[1].Address)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := http.Get(back.Query().Get("redirect_uri")); err == nil {
					t.Error("it listens still")
				}
			}
		})
	}
	for _, asks := range []string{"/.well-known/openid-configuration", "/token", "/oauth2/v3/certs", "/a/"} {
		t.Run("while it asks for "+asks, func(t *testing.T) {
			w := newWorld(t, googletest.Options{})
			ctx, cancel := context.WithCancel(t.Context())
			w.before = func(r *http.Request) {
				if strings.HasPrefix(r.URL.Path, asks) {
					cancel()
					<-r.Context().Done() // Google never answers
				}
			}
			leaves(t, func() {
				c := newTalk()
				ended := make(chan outcome, 1)
				go func() { ended <- w.run(ctx, account.Request{}, c) }()
				select {
				case address := <-c.opened:
					w.follow(t, w.choose(t, address, w.Users()[0], "allow"))
					got := <-ended
					// A picture is not waited for: without one, it is a sign-in all the same.
					if asks != "/a/" && !errors.Is(got.err, context.Canceled) {
						t.Errorf("got %v", got.err)
					}
				case got := <-ended:
					if !errors.Is(got.err, context.Canceled) {
						t.Errorf("got %v", got.err)
					}
				}
			})
		})
	}
}

func TestSetup(t *testing.T) {
	builtIn := google.Client{ID: "built-in", Secret: "secret"}
	tests := map[string]struct {
		options   google.Options
		methods   []account.Method
		setup     int
		says      string
		takes     bool // a secret: it is kept for a client id
		hasSecret bool
	}{
		"nothing":   {google.Options{}, nil, 3, "Desktop app", false, false},
		"built in":  {google.Options{BuiltIn: builtIn}, []account.Method{account.Browser}, 0, "", true, true},
		"settings":  {google.Options{BuiltIn: builtIn, ClientID: id, ClientSecret: secret("s", nil)}, []account.Method{account.Browser}, 0, "", true, true},
		"no secret": {google.Options{BuiltIn: builtIn, ClientID: id}, nil, 2, "missing", true, false},
		"locked":    {google.Options{ClientID: id, ClientSecret: secret("", errors.New("locked"))}, nil, 2, "cannot be read", true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			service := google.New(test.options)
			hosts := service.Hosts(t.Context())
			if len(hosts) != 1 {
				t.Fatalf("%d hosts", len(hosts))
			}
			at := hosts[0]
			if at.Host != "accounts.google.com" || at.Title != "Google" || at.TakesSecret != test.takes || at.Setting != "keelAgent.accounts.googleClientId" || at.SetupAddress == "" {
				t.Errorf("it is %+v", at)
			}
			if d := cmp.Diff(test.methods, at.Methods); d != "" || len(at.Setup) != test.setup || at.HasSecret != test.hasSecret || !strings.Contains(strings.Join(at.Setup, " "), test.says) {
				t.Errorf("it is %+v\n%s", at, d)
			}
			if test.methods == nil {
				_, err := service.SignIn(t.Context(), account.Request{}, newTalk())
				said, ok := errors.AsType[*account.Error](err)
				if !ok || !strings.Contains(said.Message+said.Hint, test.says) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

func id() string { return "of-the-settings" }

func secret(value string, err error) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return value, err }
}

func TestOtherPlacesAndWays(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	for _, request := range []account.Request{{Host: "accounts.example.com"}, {Method: account.Device}} {
		_, err := w.service.SignIn(t.Context(), request, newTalk())
		w.words(t, err, "in the browser only", "button")
	}
}

func TestWrongSecret(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.set(func() { w.client.Secret = "GOCSPX-another-one" })
	ended, page := w.signIn(t)
	w.words(t, ended.err, "its secret is not the right one", "Keel: Show Accounts")
	if !strings.Contains(page, "its secret is not the right one") {
		t.Errorf("the browser shows %s", page)
	}
}

func TestTheTokenEndpointDoesNotAnswerAsItShould(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.AnswerTokens("server_error")
	ended, _ := w.signIn(t)
	w.words(t, ended.err, "at the moment", "few minutes")
}

func TestNothingOfGoogleIsFollowedElsewhere(t *testing.T) {
	asked := make(chan string, 1)
	service := google.New(google.Options{BuiltIn: google.Client{ID: "x", Secret: "y"}, HTTP: &http.Client{
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host != "accounts.google.com" {
				asked <- r.URL.Host
				return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}, nil
			}
			return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"https://login.example.com/"}}, Body: http.NoBody, Request: r}, nil
		}),
	}})
	_, err := service.SignIn(t.Context(), account.Request{}, newTalk())
	said, ok := errors.AsType[*account.Error](err)
	if !ok || !strings.Contains(said.Message, "does not speak as Google does") {
		t.Errorf("got %v", err)
	}
	select {
	case host := <-asked:
		t.Errorf("it went to %s", host)
	default:
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
