package identitycenter_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/account/identitycenter"
	"github.com/keel-ide/keel/backend/account/identitycenter/awstest"
)

// watched is a network without anybody, which notes who is asked.
type watched struct {
	mu    sync.Mutex
	hosts []string
}

func (w *watched) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.hosts = append(w.hosts, r.URL.Host)
	w.mu.Unlock()
	return nil, errors.New("nobody is there")
}

// What is no start URL of an identity centre is refused before anything is sent;
// whatever can be anybody's page at AWS is none.
func TestHostileStart(t *testing.T) {
	for _, start := range []string{
		"https://evil.com/@x.awsapps.com/start", "https://x.awsapps.com@evil.com/start", "https://evil.com#.awsapps.com/start",
		"https://evil.com?.awsapps.com/start", `https://evil.com\.awsapps.com/start`, "https://x.awsapps.com:8443/start", "https://awsapps.com/start",
		"https://xawsapps.com/start", "https://x.awsapps.com.evil.com/start", "http://x.awsapps.com/start", "https://x.awsapps.com./start",
		"https://xn--awsapps-9za.com/start", "https://x.аwsapps.com/start", "javascript:alert(1)//.awsapps.com", "https://.awsapps.com/start",
		"https://x.awsapps.com\r\n.evil.com/start", "https://[::1]/start", "//evil.com/start", "https://%65vil.com/.awsapps.com",
		"https://bucket.s3.amazonaws.com/start", "https://abc.execute-api.us-east-1.amazonaws.com/start", "https://d1.cloudfront.amazonaws.com/x",
		"https://device.sso.us-east-1.evil.s3.amazonaws.com/", "https://x.elb.us-east-1.amazonaws.com/start", "https://abc.lambda-url.us-east-1.on.aws/",
		"https://x.awsapps.com/" + strings.Repeat("a", 1<<20),
	} {
		network := &watched{}
		service := identitycenter.New(identitycenter.Options{HTTP: &http.Client{Transport: network}, Cache: t.TempDir()})
		ctx, giveUp := context.WithCancel(t.Context())
		defer giveUp()
		who := &person{act: func(string) { giveUp() }}
		_, err := service.SignIn(ctx, account.Request{Start: start, Region: "us-east-1"}, who)
		if len(network.hosts) > 0 || len(who.opened) > 0 {
			t.Errorf("%.100q: asked %q, opened %.100q", start, network.hosts, who.opened)
		}
		if known, ok := errors.AsType[*account.Error](err); !ok || len(known.Error()) > 1000 {
			t.Errorf("%.100q: %.300v", start, err)
		}
	}
}

// The region decides where a token is sent, so that one in the list of accounts
// which is none counts for nothing.
func TestHostileRegion(t *testing.T) {
	w := newWorld(t, awstest.Options{})
	grant := w.signIn(w.request())
	for _, region := range []string{"evil.com/#", "us-east-1.evil.com/", "evil.com?", "", "../x", "us-east-1\r\nHost: evil.com"} {
		network := &watched{}
		service := identitycenter.New(identitycenter.Options{HTTP: &http.Client{Transport: network}, Cache: t.TempDir()})
		one := grant.Account
		one.Region, one.Role = region, "123456789012/Admin"
		_, err := service.Roles(t.Context(), one, grant.Token)
		_, err2 := service.Refresh(t.Context(), one, grant.Token)
		_, err3 := service.Credentials(one, fixed{grant.Token})(t.Context(), "us-east-1")
		err4 := service.Revoke(t.Context(), one, grant.Token)
		if len(network.hosts) > 0 {
			t.Errorf("%q: asked %q", region, network.hosts)
		}
		for _, each := range []error{err, err2, err3, err4} {
			if _, ok := errors.AsType[*account.Error](each); !ok {
				t.Errorf("%q: %v", region, each)
			}
		}
	}
}

// A file of the AWS CLI's is data: one that is no file, of another identity
// centre, endless or made for another service is not taken.
func TestHostileCache(t *testing.T) {
	w := newWorld(t, awstest.Options{})
	shared := w.request()
	shared.Share = true
	w.signIn(shared)
	files, err := filepath.Glob(filepath.Join(w.cache, "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func() error{
		"a link without an end": func() error { return os.Symlink("/dev/zero", files[0]) },
		"a folder":              func() error { return os.Mkdir(files[0], 0o700) },
		"huge": func() error {
			return os.WriteFile(files[0], append([]byte(strings.Repeat(" ", 1<<20)), good...), 0o600)
		},
		"another centre": func() error {
			return os.WriteFile(files[0], []byte(strings.ReplaceAll(string(good), "awsapps.com", "evil.com")), 0o600)
		},
		"another region": func() error {
			return os.WriteFile(files[0], []byte(strings.ReplaceAll(string(good), `"us-east-1"`, `"us-east-1.evil.com/"`)), 0o600)
		},
		"two lines in the token": func() error {
			return os.WriteFile(files[0], fmt.Appendf(nil, `{"startUrl":%q,"region":"us-east-1","accessToken":"a\r\nX-Evil: 1","expiresAt":%q}`, w.aws.Start(), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.RemoveAll(files[0]); err != nil {
				t.Fatal(err)
			}
			if err := make(); err != nil {
				t.Fatal(err)
			}
			who := &person{act: w.answers("allow")}
			if _, err := w.service.SignIn(t.Context(), w.request(), who); err != nil {
				t.Fatal(err)
			}
			if len(who.opened) != 1 {
				t.Errorf("taken: %d pages were opened", len(who.opened))
			}
		})
	}
}

// answering is a service that always says the same.
type answering map[string]string

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(a[r.URL.Path])), Request: r}, nil
}

// Only a page where identity centres sign in is shown and opened.
func TestHostilePage(t *testing.T) {
	for name, started := range map[string]string{
		"a script":       `"verificationUri":"javascript:alert(1)","verificationUriComplete":"javascript:alert(2)","userCode":"ABCD-EFGH"`,
		"another host":   `"verificationUri":"https://evil.com/","verificationUriComplete":"https://device.sso.us-east-1.amazonaws.com.evil.com/","userCode":"ABCD-EFGH"`,
		"somebody's own": `"verificationUri":"https://evil.s3.amazonaws.com/x","verificationUriComplete":"https://evil.s3.amazonaws.com/y","userCode":"ABCD-EFGH"`,
		"turned around":  `"verificationUri":"https://device.sso.us-east-1.amazonaws.com/\u202ex","userCode":"ABCD-EFGH"`,
		"no code":        `"verificationUri":"https://device.sso.us-east-1.amazonaws.com/","userCode":"\u202e\u0007"`,
		"a long code":    `"verificationUri":"https://device.sso.us-east-1.amazonaws.com/","userCode":"` + strings.Repeat("A", 10000) + `"`,
		"a life of none": `"verificationUri":"https://device.sso.us-east-1.amazonaws.com/","userCode":"ABCD-EFGH","expiresIn":-5`,
	} {
		t.Run(name, func(t *testing.T) {
			service := identitycenter.New(identitycenter.Options{Cache: t.TempDir(), HTTP: &http.Client{Transport: answering{
				"/client/register":      fmt.Sprintf(`{"clientId":"id","clientSecret":"secret","clientSecretExpiresAt":%d}`, time.Now().Add(time.Hour).Unix()),
				"/device_authorization": `{"deviceCode":"code","expiresIn":600,"interval":1,` + started + `}`,
			}}})
			ctx, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			who := &person{act: func(string) { giveUp() }}
			_, err := service.SignIn(ctx, account.Request{Start: "https://d-1234567890.awsapps.com/start", Region: "us-east-1"}, who)
			if _, ok := errors.AsType[*account.Error](err); !ok || len(who.opened) > 0 {
				t.Errorf("opened %.100q: %v", who.opened, err)
			}
		})
	}
}

// fixed gives one token.
type fixed struct{ token account.Token }

func (f fixed) Token(context.Context, string) (account.Token, error) { return f.token, nil }

func (f fixed) Refused(context.Context, string, account.Token) {}
