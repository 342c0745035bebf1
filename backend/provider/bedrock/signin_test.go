package bedrock_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/provider"
	"github.com/keel-ide/keel/backend/provider/bedrock"
	"github.com/keel-ide/keel/backend/provider/bedrock/bedrocktest"
)

// noKeys takes the server's keys out of the environment and gives AWS
// configuration files, which may be empty.
func noKeys(t *testing.T, config, credentials string) {
	t.Helper()
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"} {
		t.Setenv(name, "")
	}
	folder := t.TempDir()
	setenv(t, "AWS_CONFIG_FILE="+filepath.Join(folder, "config"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(folder, "credentials"))
	write(t, os.Getenv("AWS_CONFIG_FILE"), config)
	write(t, os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), credentials)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const keys = "aws_access_key_id = %s\naws_secret_access_key = secret\n"

func profileKeys(name, key string) string { return fmt.Sprintf("[%s]\n"+keys, name, key) }

// signedBy is "KEY/REGION" of a signed request, or its bearer token.
func signedBy(t *testing.T, request bedrocktest.Request) string {
	t.Helper()
	authorization := request.Header.Get("Authorization")
	if token, ok := strings.CutPrefix(authorization, "Bearer "); ok {
		return "Bearer " + token
	}
	_, credential, _ := strings.Cut(authorization, "Credential=")
	scope := strings.Split(credential, "/") // KEY/DATE/REGION/bedrock/aws4_request
	if len(scope) < 5 || scope[3] != "bedrock" {
		t.Fatalf("authorization %q", authorization)
	}
	return scope[0] + "/" + scope[2]
}

// withTLS serves over TLS, with a certificate that only AWS_CA_BUNDLE makes
// good: the SDK sends API keys over nothing else.
func withTLS(t *testing.T, server *bedrocktest.Server) {
	t.Helper()
	secure := httptest.NewTLSServer(server)
	t.Cleanup(secure.Close)
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	write(t, bundle, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})))
	setenv(t, "AWS_CA_BUNDLE="+bundle, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME="+secure.URL, "AWS_ENDPOINT_URL_BEDROCK="+secure.URL)
}

func TestSignIn(t *testing.T) {
	const config = "[default]\nregion = eu-west-1\n[profile work]\nregion = eu-north-1\n[profile bare]\n"
	credentials := profileKeys("default", "DEFAULT") + profileKeys("work", "WORK") + profileKeys("bare", "BARE")
	tests := map[string]struct {
		settings    bedrock.Settings
		environment []string
		kept        string // in the keychain
		want        string
	}{
		"default profile":             {want: "DEFAULT/eu-west-1"},
		"profile of the environment":  {environment: []string{"AWS_PROFILE=work"}, want: "WORK/eu-north-1"},
		"profile of the settings":     {settings: bedrock.Settings{Profile: "work"}, want: "WORK/eu-north-1"},
		"settings before environment": {settings: bedrock.Settings{Profile: "work"}, environment: []string{"AWS_PROFILE=bare", "AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=s"}, want: "WORK/eu-north-1"},
		"keys before profile":         {environment: []string{"AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=s"}, want: "ENV/eu-west-1"},
		"region of the environment":   {settings: bedrock.Settings{Profile: "work"}, environment: []string{"AWS_REGION=ap-south-1"}, want: "WORK/ap-south-1"},
		"region of the settings":      {settings: bedrock.Settings{Region: "us-west-2"}, environment: []string{"AWS_REGION=ap-south-1"}, want: "DEFAULT/us-west-2"},
		"API key":                     {environment: []string{"AWS_BEARER_TOKEN_BEDROCK=token"}, want: "Bearer token"},
		"API key and keys":            {environment: []string{"AWS_BEARER_TOKEN_BEDROCK=token", "AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=s"}, want: "Bearer token"},
		"kept key":                    {kept: " kept\n", want: "Bearer kept"},
		"kept key before environment": {kept: "kept", environment: []string{"AWS_BEARER_TOKEN_BEDROCK=token", "AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=s", "AWS_PROFILE=work"}, want: "Bearer kept"},
		"profile before kept key":     {kept: "kept", settings: bedrock.Settings{Profile: "work"}, environment: []string{"AWS_BEARER_TOKEN_BEDROCK=token"}, want: "WORK/eu-north-1"},
		"preference of the file":      {settings: bedrock.Settings{Profile: "work"}, environment: []string{"AWS_BEARER_TOKEN_BEDROCK=token", "AWS_AUTH_SCHEME_PREFERENCE=httpBearerAuth"}, want: "WORK/eu-north-1"},
		"profile before API key":      {settings: bedrock.Settings{Profile: "work"}, environment: []string{"AWS_BEARER_TOKEN_BEDROCK=token"}, want: "WORK/eu-north-1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			noKeys(t, config, credentials)
			setenv(t, test.environment...)
			withTLS(t, server)
			p := keepingKey(&test.settings, func(context.Context) (string, error) { return test.kept, nil })
			if info := p.Info(t.Context()); !info.Ready || !info.NeedsKey || info.HasKey != (test.kept != "") {
				t.Errorf("info %+v, want it ready, and to say of a key that it is kept", info)
			}
			if _, err := ask(t.Context(), p, question("Hello")); err != nil {
				t.Fatal(err)
			}
			if _, err := p.Models(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, request := range server.Requests() {
				if got := signedBy(t, request); got != test.want {
					t.Errorf("%s signed by %q, want %q", request.Operation, got, test.want)
				}
			}
		})
	}
}

func keepingKey(settings *bedrock.Settings, key func(context.Context) (string, error)) *bedrock.Provider {
	return bedrock.New(bedrock.Options{
		Settings:   func() bedrock.Settings { return *settings },
		APIKey:     key,
		OnInstance: func() bool { return false },
	})
}

// A keychain that cannot be read stands in the way of nothing else.
func TestKeychainThatCannotBeRead(t *testing.T) {
	locked := errors.New("the keychain is locked")
	server := newServer(t)
	noKeys(t, "[default]\nregion = eu-west-1\n", "")
	settings := &bedrock.Settings{}
	p := keepingKey(settings, func(context.Context) (string, error) { return "", locked })
	_, err := ask(t.Context(), p, question("Hello"))
	checkError(t, err, provider.ClassAuth, "Unlock the keychain")
	if !errors.Is(err, locked) {
		t.Errorf("%v does not say why", err)
	}
	if info := p.Info(t.Context()); info.Ready || info.HasKey || !strings.Contains(info.Hint, "keychain") {
		t.Errorf("info %+v, want a hint at the keychain", info)
	}
	setenv(t, "AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=s")
	if _, err := ask(t.Context(), p, question("Hello")); err != nil {
		t.Fatal(err)
	}
	if got := signedBy(t, last(server)); got != "ENV/eu-west-1" {
		t.Errorf("signed by %q, want %q", got, "ENV/eu-west-1")
	}
	if info := p.Info(t.Context()); !info.Ready {
		t.Errorf("info %+v, want it ready", info)
	}
}

func TestKeyWithoutTLS(t *testing.T) {
	server := newServer(t)
	p := keepingKey(&bedrock.Settings{}, func(context.Context) (string, error) { return "kept", nil })
	_, err := ask(t.Context(), p, question("Hello"))
	checkError(t, err, provider.ClassValidation, "only sent over HTTPS")
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// Taken out or changed, a key counts from the next request on; a refused one
// asks for another.
func TestKeptKeyChanges(t *testing.T) {
	server := newServer(t)
	withTLS(t, server)
	kept := "first"
	p := keepingKey(&bedrock.Settings{}, func(context.Context) (string, error) { return kept, nil })
	check := func(want string) {
		t.Helper()
		if _, err := ask(t.Context(), p, question("Hello")); err != nil {
			t.Fatal(err)
		}
		if got := signedBy(t, last(server)); got != want {
			t.Errorf("signed by %q, want %q", got, want)
		}
	}
	check("Bearer first")
	server.Script(bedrocktest.Refuse(403, "AccessDeniedException", "Bearer Token has expired"))
	_, err := ask(t.Context(), p, question("Hello"))
	checkError(t, err, provider.ClassAuth, "Enter a new Bedrock API key")
	kept = "second"
	check("Bearer second")
	kept = ""
	check("AKIDEXAMPLE/us-east-1")
}

func TestSignInThatCannotWork(t *testing.T) {
	tests := map[string]struct {
		config, credentials string
		settings            bedrock.Settings
		environment         []string
		class               provider.Class
		says                string
		ready               bool // as far as can be known without the network
	}{
		"nothing":                {class: provider.ClassAuth, says: "keelAgent.bedrock.profile", environment: []string{"AWS_REGION=us-east-1"}},
		"no region":              {credentials: profileKeys("default", "A"), class: provider.ClassAuth, says: "keelAgent.bedrock.region"},
		"no region's name":       {credentials: profileKeys("default", "A"), settings: bedrock.Settings{Region: "a.b/c"}, class: provider.ClassValidation, says: "us-east-1", ready: true},
		"no such profile":        {settings: bedrock.Settings{Profile: "gone", Region: "us-east-1"}, class: provider.ClassAuth, says: "\"gone\""},
		"environment's is gone":  {environment: []string{"AWS_PROFILE=gone", "AWS_REGION=us-east-1"}, class: provider.ClassAuth, says: "\"gone\""},
		"broken file":            {config: "[profile x\n", settings: bedrock.Settings{Profile: "x", Region: "us-east-1"}, class: provider.ClassAuth, says: "profile"},
		"MFA":                    {config: "[profile x]\nregion=us-east-1\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=y\nmfa_serial=z\n", credentials: profileKeys("y", "A"), settings: bedrock.Settings{Profile: "x"}, class: provider.ClassAuth, says: "MFA", ready: true},
		"process fails":          {config: "[profile x]\nregion=us-east-1\ncredential_process=false\n", settings: bedrock.Settings{Profile: "x"}, class: provider.ClassAuth, says: "credential_process", ready: true},
		"never signed in to SSO": {config: "[profile x]\nregion=us-east-1\nsso_session=s\nsso_account_id=1\nsso_role_name=r\n[sso-session s]\nsso_region=us-east-1\nsso_start_url=https://x\n", settings: bedrock.Settings{Profile: "x"}, class: provider.ClassAuth, says: "aws sso login", ready: true},
		"old SSO, expired":       {config: "[profile x]\nregion=us-east-1\nsso_region=us-east-1\nsso_start_url=https://x\nsso_account_id=1\nsso_role_name=r\n", settings: bedrock.Settings{Profile: "x"}, class: provider.ClassAuth, says: "Identity Center", ready: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := newServer(t)
			noKeys(t, test.config, test.credentials)
			setenv(t, test.environment...)
			p := newProvider(&test.settings)
			_, err := ask(t.Context(), p, question("Hello"))
			checkClass(t, err, test.class)
			e, ok := errors.AsType[*provider.Error](err)
			if !ok {
				t.Fatalf("error of type %T", err)
			}
			if said := e.Message + " " + e.Hint; !strings.Contains(said, test.says) {
				t.Errorf("said %q, want %q in it", said, test.says)
			}
			if info := p.Info(t.Context()); info.Ready != test.ready || info.Ready != (info.Hint == "") {
				t.Errorf("info %+v, want ready %v and a hint otherwise", info, test.ready)
			}
			if n := len(server.Requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestInfo(t *testing.T) {
	tests := map[string]struct {
		environment []string
		onInstance  bool
		config      string
		ready       bool
	}{
		"nothing":           {},
		"region only":       {environment: []string{"AWS_REGION=us-east-1"}},
		"keys, no region":   {environment: []string{"AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=s"}},
		"half a key":        {environment: []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=A"}},
		"keys":              {environment: []string{"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=s"}, ready: true},
		"older region name": {environment: []string{"AWS_DEFAULT_REGION=us-east-1", "AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=s"}, ready: true},
		"API key":           {environment: []string{"AWS_REGION=us-east-1", "AWS_BEARER_TOKEN_BEDROCK=t"}, ready: true},
		"web identity":      {environment: []string{"AWS_REGION=us-east-1", "AWS_WEB_IDENTITY_TOKEN_FILE=/x", "AWS_ROLE_ARN=r"}, ready: true},
		"container":         {environment: []string{"AWS_REGION=us-east-1", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x"}, ready: true},
		"newer container":   {environment: []string{"AWS_REGION=us-east-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1/x"}, ready: true},
		"instance":          {environment: []string{"AWS_REGION=us-east-1"}, onInstance: true, ready: true},
		"role":              {config: "[default]\nregion=us-east-1\nrole_arn=arn:aws:iam::1:role/r\ncredential_source=Ec2InstanceMetadata\n", ready: true},
		"login":             {config: "[default]\nregion=us-east-1\nlogin_session=arn:aws:iam::1:user/u\n", ready: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			isolate(t)
			noKeys(t, test.config, "")
			setenv(t, test.environment...)
			p := bedrock.New(bedrock.Options{OnInstance: func() bool { return test.onInstance }})
			info := p.Info(t.Context())
			if info.Ready && info.Hint != "" || !info.Ready && !strings.HasSuffix(info.Hint, ".") {
				t.Errorf("hint %q", info.Hint)
			}
			info.Hint = ""
			if diff := cmp.Diff(provider.Info{ID: "bedrock", Name: "Amazon Bedrock", NeedsKey: true, Ready: test.ready}, info); diff != "" {
				t.Errorf("info (-want +got):\n%s", diff)
			}
		})
	}
}

// What changes on the disk, in the environment or in the settings counts from
// the next request on.
func TestSignInChanges(t *testing.T) {
	server := newServer(t)
	noKeys(t, "[default]\nregion = eu-west-1\n", profileKeys("default", "FIRST"))
	settings := &bedrock.Settings{}
	p := newProvider(settings)
	check := func(want string) {
		t.Helper()
		if _, err := ask(t.Context(), p, question("Hello")); err != nil {
			t.Fatal(err)
		}
		if got := signedBy(t, last(server)); got != want {
			t.Errorf("signed by %q, want %q", got, want)
		}
	}
	check("FIRST/eu-west-1")
	write(t, os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), profileKeys("default", "SECOND")+profileKeys("other", "OTHER"))
	check("SECOND/eu-west-1")
	settings.Region = "us-west-2"
	check("SECOND/us-west-2")
	settings.Profile = "other"
	check("OTHER/us-west-2")
	settings.Profile = ""
	setenv(t, "AWS_ACCESS_KEY_ID=ENV", "AWS_SECRET_ACCESS_KEY=s")
	check("ENV/us-west-2")
}

// Expired credentials are asked for again, though nothing that is watched
// changed; so are those that Bedrock refused.
func TestSignInExpires(t *testing.T) {
	server := newServer(t)
	answer := filepath.Join(t.TempDir(), "answer.json")
	noKeys(t, "[default]\nregion = eu-west-1\ncredential_process = cat "+answer+"\n", "")
	process := func(key string, expires time.Time) {
		write(t, answer, fmt.Sprintf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":"s","SessionToken":"t","Expiration":%q}`, key, expires.Format(time.RFC3339)))
	}
	p := newProvider(nil)
	check := func(want string) {
		t.Helper()
		if _, err := ask(t.Context(), p, question("Hello")); err != nil {
			t.Fatal(err)
		}
		if got := signedBy(t, last(server)); got != want {
			t.Errorf("signed by %q, want %q", got, want)
		}
	}
	now := time.Now()
	process("EXPIRED", now.Add(-time.Hour))
	check("EXPIRED/eu-west-1")
	process("FRESH", now.Add(time.Hour))
	check("FRESH/eu-west-1")
	process("NEXT", now.Add(time.Hour))
	check("FRESH/eu-west-1") // still good
	server.Script(bedrocktest.Refuse(403, "ExpiredTokenException", "The security token included in the request is expired"))
	_, err := ask(t.Context(), p, question("Hello"))
	checkClass(t, err, provider.ClassAuth)
	check("NEXT/eu-west-1")
	// In mid-stream, and in the lists.
	process("LATER", now.Add(time.Hour))
	server.Script(bedrocktest.Stream(append(everything()[:5:5], bedrocktest.Exception("expiredTokenException", "The security token included in the request is expired"))...))
	_, err = ask(t.Context(), p, question("Hello"))
	checkError(t, err, provider.ClassAuth, "the turn then goes on")
	check("LATER/eu-west-1")
	process("LAST", now.Add(time.Hour))
	server.RefuseList("foundation-models", bedrocktest.Fault{Status: 403, Type: "ExpiredTokenException"})
	_, err = p.Models(t.Context())
	checkError(t, err, provider.ClassAuth, "expired")
	check("LAST/eu-west-1")
}

// An expired single sign-on token is refreshed, and its credentials serve.
func TestSignInRefreshesSSO(t *testing.T) {
	server := newServer(t)
	noKeys(t, "[default]\nregion=eu-west-1\nsso_session=s\nsso_account_id=1\nsso_role_name=r\n[sso-session s]\nsso_region=us-east-1\nsso_start_url=https://x\n", "")
	sso := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/token":
			fmt.Fprint(w, `{"accessToken":"fresh","expiresIn":3600,"refreshToken":"again","tokenType":"Bearer"}`)
		case r.URL.Path == "/federation/credentials" && r.Header.Get("X-Amz-Sso_bearer_token") == "fresh":
			fmt.Fprintf(w, `{"roleCredentials":{"accessKeyId":"SSO","secretAccessKey":"s","sessionToken":"t","expiration":%d}}`, time.Now().Add(time.Hour).UnixMilli())
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer sso.Close()
	setenv(t, "AWS_ENDPOINT_URL_SSO="+sso.URL, "AWS_ENDPOINT_URL_SSO_OIDC="+sso.URL)
	name := sha1.Sum([]byte("s"))
	token, err := json.Marshal(map[string]string{
		"accessToken": "stale", "expiresAt": "2020-01-01T00:00:00Z", "refreshToken": "refresh", "clientId": "id", "clientSecret": "secret",
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(os.Getenv("HOME"), ".aws", "sso", "cache", hex.EncodeToString(name[:])+".json"), string(token))
	if _, err := ask(t.Context(), newProvider(nil), question("Hello")); err != nil {
		t.Fatal(err)
	}
	if got := signedBy(t, last(server)); got != "SSO/eu-west-1" {
		t.Errorf("signed by %q, want %q", got, "SSO/eu-west-1")
	}
}

func TestSignInServiceCannotBeReached(t *testing.T) {
	newServer(t)
	noKeys(t, "[default]\nregion=eu-west-1\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=source\n", profileKeys("source", "A"))
	setenv(t, "AWS_ENDPOINT_URL_STS=http://127.0.0.1:1", "AWS_MAX_ATTEMPTS=1")
	_, err := ask(t.Context(), newProvider(nil), question("Hello"))
	checkError(t, err, provider.ClassBounded, "cannot be reached")
}

// TestInstanceRole asks a stand-in for the instance metadata service.
func TestInstanceRole(t *testing.T) {
	server := newServer(t)
	noKeys(t, "[default]\nregion=eu-west-1\n", "")
	var asked atomic.Int32
	metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch {
		case r.URL.Path == "/latest/api/token":
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "21600")
			fmt.Fprint(w, "token")
		case strings.HasSuffix(r.URL.Path, "/security-credentials/"):
			fmt.Fprint(w, "role")
		default:
			fmt.Fprintf(w, `{"Code":"Success","AccessKeyId":"ROLE","SecretAccessKey":"s","Token":"t","Expiration":%q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		}
	}))
	defer metadata.Close()
	setenv(t, "AWS_EC2_METADATA_DISABLED=false", "AWS_EC2_METADATA_SERVICE_ENDPOINT="+metadata.URL)
	// A machine that is no instance is not asked, whatever listens there.
	_, err := ask(t.Context(), newProvider(nil), question("Hello"))
	checkError(t, err, provider.ClassAuth, "There are no AWS credentials.")
	if n := asked.Load(); n > 0 {
		t.Errorf("the metadata service was asked %d times", n)
	}
	onInstance := bedrock.New(bedrock.Options{OnInstance: func() bool { return true }})
	if _, err := ask(t.Context(), onInstance, question("Hello")); err != nil {
		t.Fatal(err)
	}
	if got := signedBy(t, last(server)); got != "ROLE/eu-west-1" {
		t.Errorf("signed by %q, want %q", got, "ROLE/eu-west-1")
	}
}

// A metadata service that accepts and says nothing holds nobody up.
func TestSignInIsBounded(t *testing.T) {
	newServer(t)
	noKeys(t, "[default]\nregion=eu-west-1\n", "")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	setenv(t, "AWS_EC2_METADATA_DISABLED=false", "AWS_EC2_METADATA_SERVICE_ENDPOINT=http://"+listener.Addr().String())
	for onInstance, says := range map[bool]string{false: "There are no AWS credentials.", true: "took longer than 50ms"} {
		p := bedrock.New(bedrock.Options{OnInstance: func() bool { return onInstance }, SignInTime: 50 * time.Millisecond})
		_, err = ask(t.Context(), p, question("Hello"))
		checkError(t, err, provider.ClassAuth, says)
	}
}
