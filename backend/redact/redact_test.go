package redact_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/redact"
)

// planted is a text with one secret in it.
type planted struct{ before, secret, after string }

// random parts of tokens, cut so that nothing that looks for tokens in source
// files finds one here.
const (
	r20 = "aB3dE6gH9jK2mN5pQ8sT"
	r36 = r20 + "1vW4yZ7cF0hJ3lM6"
	r40 = "wJa1rXUtnFEMI/K7MDENG/bPxRfiCY3XAMPL3K3Y"
	r48 = r36 + "oP9rS2uV5xY8"
	r64 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)

func secrets() []planted {
	pem := "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
	jwt := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
	return []planted{
		// Shapes.
		{"id ", "AKIA" + "2E3F4G5H6I7J2K3L", " end"},
		{"", "ASIA" + "2E3F4G5H6I7J2K3L", ""},
		{"key ", "ABSK" + r48 + "=", "\n"},
		{"", "bedrock-api-key-" + r48, ""},
		{"push with ", "ghp_" + r36, "."},
		{"", "gho_" + r36, ","},
		{"", "ghu_" + r36, ""},
		{"(", "ghs_" + r36, ")"},
		{"", "ghr_" + r36, ""},
		{"", "github_pat_11" + r20 + "_" + r48, ""},
		{"", "glpat-" + r20, ""},
		{"", "glrt-" + r20, ""},
		{"", "xox" + "b-123456789012-123456789012-" + r20, ""},
		{"", "xapp-1-A012-123456-" + r20, ""},
		{"", "AIza" + "SyD3f6H9kL2nP5qS8tV1wX4yZ7aB0cE3gHi", ""},
		{"", "ya29." + r48, ""},
		{"", "GOCSPX-" + r20 + "12345678", ""},
		{"", "sk-" + r48, ""},
		{"", "sk-proj-" + r48 + "-" + r20, ""},
		{"", "sk-ant-api03-" + r48 + "-AA", ""},
		{"", "sk" + "_live_" + r20, ""},
		{"", "rk" + "_test_" + r20, ""},
		{"", "whsec_" + r36, ""},
		{"", "npm_" + r36, ""},
		{"", "pypi-" + "AgEIcHlwaS5vcmcC" + r48, ""},
		{"", "hf_" + r36, ""},
		{"", "gsk_" + r48, ""},
		{"", "hvs." + r36, ""},
		{"", "SG." + r20 + "aa." + r36 + "abcdefg", ""},
		{"", "dop_v1_" + r64, ""},
		{"", "glsa_" + r36 + "_12345678", ""},
		{"", "AGE-SECRET-KEY-1" + strings.ToUpper(r48+"0123456789"), ""},
		{"token ", jwt, ""},
		{"x\n", "-----BEGIN " + "PRIVATE KEY-----\n" + pem + "\n" + pem + "\n-----END PRIVATE KEY-----", "\ny"},
		{`{"key":"`, "-----BEGIN " + `RSA PRIVATE KEY-----\n` + pem + `\n-----END RSA PRIVATE KEY-----`, `\n"}`},
		{"", "-----BEGIN " + "OPENSSH PRIVATE KEY-----\n" + pem + "\n" + pem[:30], ""},
		// Addresses.
		{"git clone https://me:", "hunter2", "@example.com/x.git"},
		{"postgres://app:", "p%40ss", "@db:5432/app"},
		{"https://", r20 + "1234", "@example.com/"},
		{"redis://:", "s3cr3tpw", "@cache:6379"},
		// Assignments of the environment and the shell.
		{"AWS_SECRET_ACCESS_KEY=", r40, ""},
		{"export API_KEY=", "abcdef", " && make"},
		{"MY_APP_TOKEN='", "a b c", "' ./run"},
		{"DB_PASSWORD=", "correcthorse", "\n"},
		{"PASSWORD2=", "hunter2", "\n"},
		{"DB_PASSWORD=", "ab;c9&d|1", "\n"},
		{"docker run -e STRIPE_SECRET=", "value", " image"},
		{`-e "POSTGRES_PASSWORD=`, "example", `"`},
		{"GITHUB_PAT=", "0123abcd", ""},
		{`API_KEY="`, "ab", `$(curl evil.example)"`},
		// Configuration files.
		{`{"password": "`, "hunter2", `"}`},
		{`{"client_secret":"`, "x9", `"}`},
		{`"{\"apiKey\":\"`, "zz-top-1", `\",\"n\":1}"`},
		{"password: ", "hunter2", "\n"},
		{"db:\n  password: ", "correcthorse", "\n"},
		{"api_key = ", "abcd1234efgh", "\n"},
		{"secret_access_key: '", "not-a-real-one", "'"},
		{"//registry.example.com/:_authToken=", "0a1b2c3d-1111-2222-3333-444455556666", "\n"},
		{"<password>", "hunter2", "</password>"},
		{"machine example.com login me password ", "hunter2", "\n"},
		{`const apiKey = "`, "3f9a-22", `";`},
		{`password := "`, "hunter2", `"`},
		{"AccountKey=", r64 + "==", ";EndpointSuffix=core.windows.net"},
		{"token: ", r36, "\n"},
		{"https://api.example.com/v1?api_key=", "abc123def456", "&q=1"},
		{"https://x.blob.example.com/c?sv=1&sig=", "aB3dE6gH9jK2mN5pQ8sT1vW4%3D", "&se=2"},
		// Headers and options.
		{"Authorization: Bearer ", "abc.def-123", "\n"},
		{`-H "Authorization: token `, "abcdef1", `" https://x`},
		{"'authorization': 'Basic ", "dXNlcjpwYXNzd29yZA==", "'"},
		{"sent Bearer ", r36, " to it"},
		{"x-api-key: ", "abcd-efgh-1234", "\r\n"},
		{"Cookie: ", "session=abc; id=2", "\n"},
		{"X-Amz-Security-Token: ", r64, ""},
		{"curl -u admin:", "hunter2", " https://x"},
		{"sshpass -p ", "hunter2", " ssh x"},
		{"tool --password ", "hunter2", " run"},
		{"tool --token=", "abc-def-1", " run"},
		{"AKIA" + "2E3F4G5H6I7J2K3L,", r40, "\n"},
		{"the secret access key is ", r40, "\n"},
	}
}

func TestSecretsGo(t *testing.T) {
	r := redact.New(redact.Options{})
	for _, p := range secrets() {
		text := p.before + p.secret + p.after
		got := r.Text(text)
		if strings.Contains(got, p.secret) || !strings.Contains(got, "‹redacted: ") {
			t.Errorf("%q stays in\n%s", p.secret, got)
			continue
		}
		if !strings.HasSuffix(got, p.after) {
			t.Errorf("what follows the secret is gone: want …%q in\n%s", p.after, got)
		}
		if again := r.Text(got); again != got {
			t.Errorf("not the same twice:\n%s\n%s", got, again)
		}
	}
	if n := len(secrets()); n < 60 {
		t.Errorf("%d secrets are too few", n)
	}
}

func ordinary() []string {
	return []string{
		// Hashes, ids, pictures.
		"commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad",
		"github.com/x/y v1.2.3 h1:uYp3f0mDqLr8ZcLr7lB9PZ8z3z3v0S7o8q8q8q8q8q8=",
		"github.com/x/y v1.2.3/go.mod h1:2nW8dYk3b7c9Z0aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF=",
		"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		`"integrity": "sha512-aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hJ3lM6oP9rS2uV5xY8aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hJ3lM6oA=="`,
		"550e8400-e29b-41d4-a716-446655440000",
		`"idempotency_key": "550e8400-e29b-41d4-a716-446655440000"`,
		"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
		"//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEudHMiXSwibmFtZXMiOltdfQ==",
		"index 83db48f..bf269f4 100644",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3n5uV0Qd9pRz0aB3dE6gH9jK2mN5pQ8sT1vW4yZ7c me@host",
		"ETag: \"33a64df551425fcc55e4d42a148795d9f25f89d4\"",
		`"_resolved": "https://registry.example.com/a/-/a-1.0.0.tgz#0123456789abcdef0123456789abcdef01234567"`,
		// Code.
		"token := lexer.Next()",
		"token = p.next()",
		"password := os.Getenv(\"DB_PASSWORD\")",
		"password: string;",
		"  password: string\n",
		"password: str = None",
		"def login(user, password=None):",
		"connect(user=user, password=password)",
		"const apiKey = process.env.API_KEY;",
		"apiKey := cfg.APIKey",
		"this.token = token;",
		"if token == nil {",
		"if (password === confirm) {",
		"type Key struct{ Token string }",
		"for key, value := range m {",
		"map[string]string{\"key\": \"value\"}",
		`{"key": "ctrl+shift+p", "command": "workbench.action.showCommands"}`,
		"key: ${{ runner.os }}-go-${{ hashFiles('**/go.sum') }}",
		"cacheKey: \"user-profile-2024-list-of-everything\"",
		"PRIMARY_KEY=id",
		"max_tokens: 4096",
		"MAX_TOKENS=4096",
		"\"token_type\": \"bearer\"",
		"\"next_token\": \"page-2\"",
		"sort_key = created_at",
		"public_key: ssh-rsa",
		"secret: ${SECRET}",
		"API_KEY=$API_KEY make",
		"API_KEY=${API_KEY:-none}",
		"API_KEY=<your key here>",
		"api_key: \"{{ .Values.apiKey }}\"",
		"password: '********'",
		"PASSWORD=xxxxxxxx",
		"PASSWORD_FILE=/run/secrets/db",
		"POSTGRES_PASSWORD_FILE: /run/secrets/pg",
		"SSH_KEY=~/.ssh/id_ed25519",
		"ssl_key = /etc/ssl/private/site.key",
		"label: \"Password\"",
		"\"password\": \"Enter your password\"",
		"password: Password is required.",
		"The password is wrong.",
		"the login password is wrong",
		"A token: a word of the language.",
		"Bearer tokens are sent in the Authorization header.",
		"Authorization: Bearer $TOKEN",
		"Authorization: Bearer <token>",
		"headers.Authorization = authorization",
		"req.Header.Set(\"Authorization\", value)",
		"Basic usage of the program",
		"basic authentication",
		"sk-learn is a library, and sk-proj is not",
		"https://example.com/@scope/name",
		"https://example.com:8080/a?b=c",
		"git@github.com:owner/name.git",
		"https://user@example.com/x.git",
		"https://user:$PASSWORD@example.com/x.git",
		"mailto:me@example.com",
		"docker run -u 1000:1000 image",
		"mkdir -p build",
		"npm_config_registry=https://registry.example.com/",
		"npm_lifecycle_event=build npm_package_json=/x/package.json",
		"AKIA is how the ids begin",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
		"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
		"grep -- '-----BEGIN " + "PRIVATE KEY-----' x",
		"glob-pattern-with-many-parts-and-2-numbers",
		"eyJhIjoxfQ==.toString()",
		"hf_hub_download(repo_id, filename)",
		"SG.something.else",
		"dapi_client = Databricks()",
		"--token-limit 500",
		"--key-file key.pem",
		"secretsmanager:GetSecretValue",
		"arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
		"kubectl get secret db -o yaml",
		"secret := f.secrets.Get(ctx, name)",
		"keys: [a, b]",
		"func (t *Token) String() string { return t.text }",
		"const tokenKinds = [\"identifier\", \"number\"];",
		"let passwordInput = document.querySelector('#password');",
		"<input type=\"password\" name=\"password\" placeholder=\"Password\">",
		"autocomplete=\"current-password\"",
		"3 files changed, 120 insertions(+), 7 deletions(-)",
		"00000000000000000000000000000000",
	}
}

func TestOrdinaryTextStays(t *testing.T) {
	r := redact.New(redact.Options{})
	for _, text := range ordinary() {
		if d := cmp.Diff(text, r.Text(text)); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
	if n := len(ordinary()); n < 60 {
		t.Errorf("%d ordinary texts are too few", n)
	}
}
