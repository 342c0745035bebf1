package identitycenter_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/account/identitycenter"
	"github.com/keel-ide/keel/backend/account/identitycenter/awstest"
)

// file is where the AWS CLI looks for the token of a session or a start URL.
func (w *world) file(key string) string {
	sum := sha1.Sum([]byte(key))
	return filepath.Join(w.cache, hex.EncodeToString(sum[:])+".json")
}

func (w *world) read(path string) map[string]string {
	w.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		w.Fatal(err)
	}
	fields := map[string]string{}
	if err := json.Unmarshal(text, &fields); err != nil {
		w.Fatal(err)
	}
	return fields
}

func (w *world) files() []string {
	w.Helper()
	found, err := filepath.Glob(filepath.Join(w.cache, "*"))
	if err != nil {
		w.Fatal(err)
	}
	return found
}

// Without the person's wish no token is in a file.
func TestNothingIsSharedUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		grant := w.signIn(w.request())
		if _, err := w.service.Refresh(t.Context(), grant.Account, grant.Token); err != nil {
			t.Fatal(err)
		}
		if found := w.files(); len(found) > 0 || grant.Note != "" {
			t.Errorf("files %q, note %q", found, grant.Note)
		}
	})
}

// What is shared is what the SDK's own readers take, and refresh.
func TestSharedWithTheSDK(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		w.cache = filepath.Join(home, ".aws", "sso", "cache")
		w.service = identitycenter.New(identitycenter.Options{HTTP: w.aws.Client()})
		request := w.request()
		request.Share = true
		grant := w.signIn(request)
		path := w.file(w.aws.Start())
		if usual, err := ssocreds.StandardCachedTokenFilepath(w.aws.Start()); err != nil || usual != path {
			t.Fatalf("the SDK looks in %q (%v), the file is %q", usual, err, path)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("mode %v: %v", info.Mode(), err)
		}
		fields := w.read(path)
		want := []string{"accessToken", "clientId", "clientSecret", "expiresAt", "refreshToken", "region", "registrationExpiresAt", "startUrl"}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(fields))); diff != "" {
			t.Errorf("fields (-want +got):\n%s", diff)
		}
		if fields["accessToken"] != grant.Token.Access || fields["startUrl"] != w.aws.Start() || fields["region"] != "us-east-1" || fields["expiresAt"] != grant.Token.Expiry.UTC().Format("2006-01-02T15:04:05Z") {
			t.Error("what is in the file is another token")
		}
		sdk := ssocreds.NewSSOTokenProvider(ssooidc.New(ssooidc.Options{Region: "us-east-1", HTTPClient: w.aws.Client(), Credentials: aws.AnonymousCredentials{}}), path)
		taken, err := sdk.RetrieveBearerToken(t.Context())
		if err != nil || taken.Value != grant.Token.Access || !taken.Expires.Equal(grant.Token.Expiry) {
			t.Fatalf("the SDK took it not: %v", err)
		}
		// The SDK refreshes it; Keel takes that one, as its own would be refused.
		time.Sleep(2 * time.Hour)
		if taken, err = sdk.RetrieveBearerToken(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh, err := w.service.Refresh(t.Context(), grant.Account, grant.Token)
		if err != nil || fresh.Access != taken.Value {
			t.Fatalf("Keel took another one than the SDK's: %v", err)
		}
		// And the other way round.
		time.Sleep(2 * time.Hour)
		if fresh, err = w.service.Refresh(t.Context(), grant.Account, fresh); err != nil {
			t.Fatal(err)
		}
		if taken, err = sdk.RetrieveBearerToken(t.Context()); err != nil || taken.Value != fresh.Access {
			t.Fatalf("the SDK took another one than Keel's: %v", err)
		}
	})
}

// The configuration that the AWS CLI writes leads the SDK to what Keel shared:
// credentials of a profile, without "aws sso login".
func TestSharedSessionServesAProfile(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	text := "[profile work]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = ReadOnly\nregion = eu-west-1\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://d-1234567890.awsapps.com/start/#/\nsso_registration_scopes = sso:account:access\n"
	path := filepath.Join(home, "config")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		w.starts = []identitycenter.Start{{Name: "corp", URL: "https://d-1234567890.awsapps.com/start/#/", Region: "us-east-1", Session: true}}
		w.cache = filepath.Join(home, ".aws", "sso", "cache")
		w.service = identitycenter.New(identitycenter.Options{HTTP: w.aws.Client(), Cache: w.cache, Starts: func(context.Context) []identitycenter.Start { return w.starts }})
		request := w.request()
		request.Share = true
		w.signIn(request)
		if diff := cmp.Diff([]string{w.file("corp")}, w.files()); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
		loaded, err := config.LoadDefaultConfig(t.Context(), config.WithHTTPClient(w.aws.Client()),
			config.WithSharedConfigFiles([]string{path}), config.WithSharedConfigProfile("work"))
		if err != nil {
			t.Fatal(err)
		}
		given, err := loaded.Credentials.Retrieve(t.Context())
		if err != nil || !w.aws.Accepts(given.AccessKeyID) {
			t.Fatalf("credentials by %q: %v", given.AccessKeyID, err)
		}
	})
}

// login does what "aws sso login" leaves behind: it is Keel's own sign-in with
// another folder, put where the CLI writes.
func (w *world) login(key string, change func(map[string]string)) map[string]string {
	w.Helper()
	request := w.request()
	request.Share = true
	elsewhere := filepath.Join(w.TempDir(), "cache")
	if _, err := identitycenter.New(identitycenter.Options{HTTP: w.aws.Client(), Cache: elsewhere}).SignIn(w.Context(), request, w.person); err != nil {
		w.Fatal(err)
	}
	fields := w.read(filepath.Join(elsewhere, filepath.Base(w.file(w.aws.Start()))))
	if change != nil {
		change(fields)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		w.Fatal(err)
	}
	if err := os.MkdirAll(w.cache, 0o700); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(w.file(key), text, 0o600); err != nil {
		w.Fatal(err)
	}
	w.person = &person{act: w.person.act}
	return fields
}

// A sign-in of the AWS CLI is taken over: no browser, and both keep the same
// token.
func TestSignInOfTheCLIIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		w.starts = []identitycenter.Start{{Name: "corp", URL: w.aws.Start(), Region: "us-east-1", Session: true}}
		fields := w.login("corp", nil)
		grant := w.signIn(w.request())
		if grant.Token.Access != fields["accessToken"] || len(w.person.opened) > 0 || grant.Note == "" {
			t.Errorf("opened %q, note %q", w.person.opened, grant.Note)
		}
		time.Sleep(2 * time.Hour)
		fresh, err := w.service.Refresh(t.Context(), grant.Account, grant.Token)
		if err != nil {
			t.Fatal(err)
		}
		if now := w.read(w.file("corp")); now["accessToken"] != fresh.Access || now["refreshToken"] != fresh.Refresh {
			t.Error("the CLI has another token than Keel")
		}
		if err := w.service.Revoke(t.Context(), grant.Account, fresh); err != nil {
			t.Fatal(err)
		}
		if found := w.files(); len(found) > 0 {
			t.Errorf("files after signing out: %q", found)
		}
	})
}

// What the file holds is not believed.
func TestSignInOfTheCLIIsNotTaken(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"ended":            func(f map[string]string) { f["expiresAt"] = "2000-01-01T00:00:00UTC" },
		"about to end":     func(f map[string]string) { f["expiresAt"] = time.Now().Add(time.Minute).UTC().Format(time.RFC3339) },
		"other start URL":  func(f map[string]string) { f["startUrl"] = "https://other.awsapps.com/start" },
		"other region":     func(f map[string]string) { f["region"] = "eu-west-1" },
		"not good":         func(f map[string]string) { f["accessToken"] = "made up" },
		"no token":         func(f map[string]string) { delete(f, "accessToken") },
		"no time":          func(f map[string]string) { f["expiresAt"] = "tomorrow" },
		"nothing":          func(f map[string]string) { clear(f) },
		"not encrypted":    func(f map[string]string) { f["startUrl"] = "http://d-1234567890.awsapps.com/start" },
		"region as a host": func(f map[string]string) { f["region"] = "us-east-1.example.org/" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, awstest.Options{})
				w.login(w.aws.Start(), change)
				before, err := os.ReadFile(w.file(w.aws.Start()))
				if err != nil {
					t.Fatal(err)
				}
				grant := w.signIn(w.request())
				if len(w.person.opened) != 1 || grant.Note != "" {
					t.Errorf("opened %q, note %q", w.person.opened, grant.Note)
				}
				after, err := os.ReadFile(w.file(w.aws.Start()))
				if err != nil || string(before) != string(after) {
					t.Errorf("the file was changed: %v", err)
				}
			})
		})
	}
}

// Older versions of the CLI wrote times in another way.
func TestOlderTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		w.login(w.aws.Start(), func(f map[string]string) {
			f["expiresAt"] = time.Now().Add(30 * time.Minute).UTC().Format("2006-01-02T15:04:05UTC")
		})
		if grant := w.signIn(w.request()); len(w.person.opened) > 0 || time.Until(grant.Token.Expiry) > time.Hour {
			t.Errorf("opened %q, token until %v", w.person.opened, grant.Token.Expiry)
		}
	})
}

// Signing out leaves a file that holds another token.
func TestSignOutLeavesAnotherToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		request := w.request()
		request.Share = true
		grant := w.signIn(request)
		w.login(w.aws.Start(), nil)
		if err := w.service.Revoke(t.Context(), grant.Account, grant.Token); err != nil {
			t.Fatal(err)
		}
		if found := w.files(); len(found) != 1 {
			t.Errorf("files after signing out: %q", found)
		}
	})
}

// That the file cannot be written is told, and the person is signed in.
func TestCacheThatCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, awstest.Options{})
		if err := os.MkdirAll(filepath.Dir(w.cache), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(w.cache, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		request := w.request()
		request.Share = true
		grant := w.signIn(request)
		if grant.Note != "You are signed in in Keel. The token could not be written for the AWS CLI, so sign in there by itself." {
			t.Errorf("note %q", grant.Note)
		}
		if roles, err := w.service.Roles(t.Context(), grant.Account, grant.Token); err != nil || len(roles) == 0 {
			t.Error(err)
		}
	})
}
