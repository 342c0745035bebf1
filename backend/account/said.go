package account

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"net/url"
	"strings"
	"unicode"

	"github.com/sourcegraph/conc/panics"
)

const (
	codeLimit = 64
	textLimit = 256
	// sentenceLimit is enough for what is said about an account.
	sentenceLimit = 1024
	addressLimit  = 4 << 10
	avatarLimit   = 64 << 10
	avatarPixels  = 512
)

// public is a service's error as far as a person, a log and the page may see it:
// its own words, without what it wraps, which may quote an answer of the service,
// and without the secrets that are known to be about.
func public(err error, secrets ...string) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	out := &Error{Message: "The service could not be asked.", Hint: "Look at the connection, then try again."}
	if known, ok := errors.AsType[*Error](err); ok {
		out = &Error{Message: known.Message, Hint: known.Hint}
	}
	if errors.Is(err, ErrRevoked) {
		out.Err = ErrRevoked
	}
	for _, secret := range secrets {
		if secret != "" {
			out.Message, out.Hint = strings.ReplaceAll(out.Message, secret, "…"), strings.ReplaceAll(out.Hint, secret, "…")
		}
	}
	return out
}

func mistake() error {
	return &Error{Message: "Keel made a mistake of its own and did not finish.", Hint: "Try again. The log has the details."}
}

// panicked keeps where a service broke. What it said is left out: it may quote
// anything.
func (a *Accounts) panicked(what string, caught *panics.Recovered) {
	a.options.Log.Error("bug: a service panicked", "doing", what, "stack", string(caught.Stack))
}

// bounded is a text of a service on one line and of a sensible length.
func bounded(text string, limit int) string {
	out := []rune(clean(text))
	return string(out[:min(len(out), limit)])
}

// clean takes out what does not show, or shows as something else.
func clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
}

// picture returns an avatar that is what it says and small, or nothing.
func picture(avatar []byte) []byte {
	if len(avatar) == 0 || len(avatar) > avatarLimit {
		return nil
	}
	config, err := png.DecodeConfig(bytes.NewReader(avatar))
	if err != nil || config.Width > avatarPixels || config.Height > avatarPixels {
		return nil
	}
	return avatar
}

// hostOf is the host of a request in its one spelling.
func hostOf(r Request) string {
	if r.Start != "" {
		if parsed, err := url.Parse(r.Start); err == nil && parsed.Host != "" {
			return strings.ToLower(parsed.Host)
		}
	}
	return strings.ToLower(r.Host)
}
