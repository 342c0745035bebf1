package identitycenter_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/identitycenter"
	"github.com/keel-ide/keel/backend/account/identitycenter/awstest"
)

// person is whoever signs in: act is what they do when the browser opens.
type person struct {
	act func(address string)

	mu      sync.Mutex
	shown   []account.Progress // guarded by mu
	opened  []string           // guarded by mu
	secrets []string           // guarded by mu
}

func (p *person) Show(progress account.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown = append(p.shown, progress)
}

func (p *person) Open(_ context.Context, address string) {
	p.mu.Lock()
	p.opened = append(p.opened, address)
	p.mu.Unlock()
	if p.act != nil {
		p.act(address)
	}
}

func (p *person) Pasted() <-chan string { return nil }

func (p *person) Secret(value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.secrets = append(p.secrets, value)
}

// world is an identity centre, a person and Keel's side of it.
type world struct {
	*testing.T
	aws     *awstest.Server
	service *identitycenter.Service
	cache   string
	starts  []identitycenter.Start
	person  *person
}

func newWorld(t *testing.T, options awstest.Options) *world {
	t.Helper()
	w := &world{T: t, aws: awstest.New(options), cache: filepath.Join(t.TempDir(), "sso", "cache"), person: &person{}}
	w.service = identitycenter.New(identitycenter.Options{
		HTTP: w.aws.Client(), Cache: w.cache,
		Starts: func(context.Context) []identitycenter.Start { return w.starts },
	})
	w.person.act = w.answers("allow")
	return w
}

// answers types the code in at the page that the browser opens.
func (w *world) answers(answer string) func(string) {
	return func(address string) {
		page, err := url.Parse(address)
		if err != nil {
			w.Error(err)
			return
		}
		form := url.Values{"user_code": {page.Query().Get("user_code")}, "answer": {answer}}
		request, err := http.NewRequestWithContext(w.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
		if err != nil {
			w.Error(err)
			return
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := w.aws.Client().Do(request)
		if err != nil {
			w.Error(err)
			return
		}
		defer func() { _ = response.Body.Close() }()
		if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
			w.Errorf("the page answered %d %s", response.StatusCode, text)
		}
	}
}

func (w *world) request() account.Request {
	return account.Request{Kind: account.AWS, Start: w.aws.Start(), Region: "us-east-1"}
}

func (w *world) signIn(request account.Request) account.Grant {
	w.Helper()
	grant, err := w.service.SignIn(w.Context(), request, w.person)
	if err != nil {
		w.Fatal(err)
	}
	grant.Account.ID = "aws:" + grant.Account.Host + "/" + grant.Account.Subject
	return grant
}

// says checks an error's words; a person reads them, so that none may be without
// a hint.
func (w *world) says(err error, message string) {
	w.Helper()
	said, ok := errors.AsType[*account.Error](err)
	if !ok || !strings.Contains(said.Message, message) || said.Hint == "" {
		w.Fatalf("error %v, want words and a hint, with %q", err, message)
	}
}

func TestSignIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		began := time.Now()
		grant := w.signIn(w.request())
		subject := grant.Account.Subject
		want := account.Account{
			ID: "aws:d-1234567890.awsapps.com/" + subject, Kind: account.AWS, Host: "d-1234567890.awsapps.com", Subject: subject, Name: "d-1234567890",
			Scopes: []string{"sso:account:access"}, Manage: w.aws.Start(), Region: "us-east-1", Start: w.aws.Start(),
		}
		if diff := cmp.Diff(want, grant.Account); diff != "" || len(subject) != 32 {
			t.Errorf("account (-want +got):\n%s", diff)
		}
		if again := w.signIn(w.request()); again.Account.Subject != subject {
			t.Errorf("subject %q, then %q", subject, again.Account.Subject)
		}
		if grant.Token.Refresh == "" || !grant.Token.Expiry.After(began.Add(55*time.Minute)) {
			t.Error("the token cannot be refreshed, or ends too early")
		}
		if roles, err := w.service.Roles(t.Context(), grant.Account, grant.Token); err != nil || len(roles) != 3 {
			t.Errorf("roles %v: %v", roles, err)
		}
		shown := w.person.shown[1]
		if shown.Stage != account.Code || len(shown.Code) != 9 || shown.Address != w.person.opened[0] || shown.Until.Sub(began) != 10*time.Minute {
			t.Errorf("shown %+v, opened %q", shown, w.person.opened)
		}
		if n := w.aws.Asked(awstest.RegisterClient); n != 1 {
			t.Errorf("registered %d times for two sign-ins", n)
		}
		for _, secret := range []string{grant.Token.Access} {
			if !strings.Contains(strings.Join(w.person.secrets, " "), secret) {
				t.Error("a secret was not told")
			}
		}
	})
}

func TestSignInFails(t *testing.T) {
	tests := map[string]struct {
		options awstest.Options
		prepare func(*world)
		request func(*account.Request)
		says    string
	}{
		"denied":                 {prepare: func(w *world) { w.person.act = w.answers("deny") }, says: "denied in the browser"},
		"code ends":              {prepare: func(w *world) { w.person.act = nil }, says: "not typed in in time"},
		"code ends there first":  {prepare: func(w *world) { w.aws.Fail(awstest.CreateToken, "ExpiredTokenException", 1) }, says: "not typed in in time"},
		"code used already":      {prepare: func(w *world) { w.aws.Fail(awstest.CreateToken, "InvalidGrantException", 1) }, says: "used already"},
		"device flow not wanted": {prepare: func(w *world) { w.aws.Fail(awstest.CreateToken, "UnauthorizedClientException", 1) }, says: "does not let Keel"},
		"never known":            {prepare: func(w *world) { w.aws.Fail(awstest.StartDeviceAuthorization, "InvalidClientException", 2) }, says: "refused with InvalidClientException"},
		"another region":         {request: func(r *account.Request) { r.Region = "eu-west-1" }, says: "in the region eu-west-1"},
		"another start URL":      {request: func(r *account.Request) { r.Start = "d-0000000000" }, says: "There is no identity centre https://d-0000000000.awsapps.com/start"},
		"no start URL":           {request: func(r *account.Request) { r.Start = " " }, says: "start URL of your identity centre is missing"},
		"not of AWS":             {request: func(r *account.Request) { r.Start = "https://awsapps.com.example.org/start" }, says: "no start URL"},
		"not encrypted":          {request: func(r *account.Request) { r.Start = "http://d-1234567890.awsapps.com/start" }, says: "no start URL"},
		"no region":              {request: func(r *account.Request) { r.Region = "" }, says: "region of your identity centre is missing"},
		"region that is none":    {request: func(r *account.Request) { r.Region = "us-east-1.example.org/" }, says: "not the name of an AWS region"},
		"throttled":              {prepare: func(w *world) { w.aws.Fail(awstest.RegisterClient, "TooManyRequestsException", 10) }, says: "too busy"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, test.options)
				if test.prepare != nil {
					test.prepare(w)
				}
				request := w.request()
				if test.request != nil {
					test.request(&request)
				}
				_, err := w.service.SignIn(t.Context(), request, w.person)
				w.says(err, test.says)
			})
		})
	}
}

// Asked to slow down, Keel asks five seconds later each time.
func TestSlowDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		w.aws.Fail(awstest.CreateToken, "SlowDownException", 2)
		began := time.Now()
		w.signIn(w.request())
		// 1 s, then 6 s, then 11 s.
		if took := time.Since(began); took != 18*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// A service that cannot be reached for a while ends no sign-in.
func TestTokenServiceAwayForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		w.aws.Fail(awstest.CreateToken, "InternalServerException", 7)
		w.signIn(w.request())
	})
}

// A registration that the service has forgotten is made anew, once, with a new
// code.
func TestRegistrationUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		w.signIn(w.request())
		w.aws.ForgetClients()
		w.signIn(w.request())
		if n := w.aws.Asked(awstest.RegisterClient); n != 2 {
			t.Errorf("registered %d times", n)
		}
		// One that has ended is not tried.
		time.Sleep(91 * 24 * time.Hour)
		w.signIn(w.request())
		if n := w.aws.Asked(awstest.StartDeviceAuthorization); n != 4 {
			t.Errorf("asked for %d codes", n)
		}
	})
}

func TestSignInCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		w.person.act = func(string) { cancel() }
		if _, err := w.service.SignIn(ctx, w.request(), w.person); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if n := w.aws.Asked(awstest.CreateToken); n != 0 {
			t.Errorf("asked %d times after the end", n)
		}
	})
}

// An address from the service is opened only where AWS has its pages.
func TestPageElsewhereIsNotOpened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		elsewhere := awstest.Direct(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/device_authorization" {
				w.aws.ServeHTTP(out, r)
				return
			}
			out.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(out, `{"deviceCode":"d","userCode":"ABCD-EFGH","expiresIn":600,"interval":1,"verificationUri":"https://example.org/","verificationUriComplete":"file:///etc/passwd"}`)
		}))
		service := identitycenter.New(identitycenter.Options{HTTP: &http.Client{Transport: elsewhere}, Cache: w.cache})
		_, err := service.SignIn(t.Context(), w.request(), w.person)
		w.says(err, "cannot be a sign-in")
		if len(w.person.opened) > 0 {
			t.Errorf("opened %q", w.person.opened)
		}
	})
}

func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		service := identitycenter.New(identitycenter.Options{HTTP: &http.Client{Transport: broken{}}, Cache: w.cache})
		_, err := service.SignIn(t.Context(), w.request(), w.person)
		w.says(err, "AWS IAM Identity Center could not be reached")
	})
}

type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func TestStarts(t *testing.T) {
	w := newWorld(t, awstest.Options{})
	w.starts = []identitycenter.Start{
		{Name: "corp", URL: "https://d-1234567890.awsapps.com/start#/", Region: "us-east-1", Session: true},
		{Name: "old", URL: "https://D-1234567890.awsapps.com/start/", Region: "us-east-1"},
		{Name: "evil", URL: "https://example.org/start", Region: "us-east-1", Session: true},
		{Name: "new", URL: "https://identitycenter.amazonaws.com/ssoins-1234567890abcdef", Region: "eu-west-1", Session: true},
	}
	want := []identitycenter.Start{
		{Name: "corp", URL: "https://d-1234567890.awsapps.com/start", Region: "us-east-1", Session: true},
		{Name: "new", URL: "https://identitycenter.amazonaws.com/ssoins-1234567890abcdef", Region: "eu-west-1", Session: true},
	}
	if diff := cmp.Diff(want, w.service.Starts(t.Context())); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
}

// The region of an identity centre that the configuration knows need not be
// given, and its short form is enough.
func TestRegionOfTheConfiguration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{Region: "eu-north-1"})
		w.starts = []identitycenter.Start{{Name: "corp", URL: w.aws.Start(), Region: "eu-north-1", Session: true}}
		grant := w.signIn(account.Request{Start: "d-1234567890"})
		if grant.Account.Region != "eu-north-1" || grant.Account.Start != w.aws.Start() {
			t.Errorf("account %+v", grant.Account)
		}
	})
}

// FuzzStart: whatever is typed in, nothing but AWS is asked.
func FuzzStart(f *testing.F) {
	for _, start := range []string{"d-1234567890", "https://a.awsapps.com/start", "https://a@b.awsapps.com", "https://.awsapps.com", "HTTPS://A.AWSAPPS.COM:443/start"} {
		f.Add(start, "us-east-1")
	}
	f.Fuzz(func(t *testing.T, start, region string) {
		service := identitycenter.New(identitycenter.Options{Starts: func(context.Context) []identitycenter.Start {
			return []identitycenter.Start{{URL: start, Region: region}}
		}})
		for _, known := range service.Starts(t.Context()) {
			parsed, err := url.Parse(known.URL)
			if err != nil || parsed.Scheme != "https" || parsed.Port() != "" || parsed.User != nil || parsed.RawQuery != "" || !strings.Contains(parsed.Host, "aws") {
				t.Errorf("%q became %q", start, known.URL)
			}
		}
	})
}
