package redact_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/keel-ide/keel/backend/redact"
)

type holder struct{ Name, Secret string }

func TestHandlerLogsNoSecret(t *testing.T) {
	const known = "kn0wn-secret-value"
	token := "ghp_" + r36
	for name, make := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"json": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var out bytes.Buffer
		r := redact.New(redact.Options{Known: []string{known}})
		log := slog.New(r.Handler(make(&out))).With("with", token).WithGroup("g")
		log.Error("message "+known, "error", errors.New("refused "+token), "n", 12, "any", holder{"a", known},
			slog.Group("inner", "text", "x "+known), "bytes", []byte(known), "password", "short", "slow", slog.StringValue(token))
		got := out.String()
		for _, secret := range []string{known, token, "short"} {
			if strings.Contains(got, secret) {
				t.Errorf("%s: %q stays in %s", name, secret, got)
			}
		}
		if !strings.Contains(got, "refused") || !strings.Contains(got, "12") {
			t.Errorf("%s: too much is gone from %s", name, got)
		}
	}
}

func TestWriterSeesSecretsWhole(t *testing.T) {
	token := "ghp_" + r36
	pem := "-----BEGIN " + "PRIVATE KEY-----\n" + strings.Repeat(r64+"\n", 3) + "-----END PRIVATE KEY-----\n"
	text := "one " + token + "\ntwo\n" + pem + "DB_PASSWORD=hunter2\n" + strings.Repeat("long ", 100_000) + token + strings.Repeat(" end", 100_000)
	for _, size := range []int{1, 7, 4096, len(text)} {
		var out bytes.Buffer
		r := redact.New(redact.Options{})
		w := r.Writer(&out)
		for rest := []byte(text); len(rest) > 0; {
			n := min(size, len(rest))
			if size < 4096 && len(rest) > 1000 && len(text)-len(rest) > 1000 {
				n = min(1<<16, len(rest)) // the long middle in larger pieces
			}
			if _, err := w.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if got, want := out.String(), r.Text(text); got != want {
			t.Errorf("in pieces of %d bytes it is another text (%d and %d bytes)", size, len(got), len(want))
		}
	}
}
