package loopback

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ErrState is returned for an address of another sign-in.
var ErrState = errors.New("this address belongs to another sign-in")

// ErrNoCode is returned for a text that is neither an address with a code nor a
// code.
var ErrNoCode = errors.New("this is neither the address that the browser came to nor a code")

const (
	shortestCode = 10
	longestCode  = 2048
	codeLetters  = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/+="
)

// Parse reads what a person pastes: the whole address that the browser came to,
// with its code (or error) and the state; or the code alone. A code alone brings
// no state; what ties it to the sign-in is then the proof key that it can only be
// exchanged with (RFC 7636).
func Parse(text, state string) (url.Values, error) {
	text = strings.TrimSpace(text)
	if len(text) > largestQuery {
		return nil, fmt.Errorf("%w: it is too long", ErrNoCode)
	}
	query, isQuery := queryOf(text)
	if !isQuery {
		return bare(text)
	}
	values, err := url.ParseQuery(query)
	if err != nil || !answers(values) {
		return nil, ErrNoCode // not with err, which quotes what was pasted
	}
	if state == "" || !same(values, state) {
		return nil, ErrState
	}
	return values, nil
}

// queryOf returns the query of an address, or of what was copied of one.
func queryOf(text string) (string, bool) {
	text, _, _ = strings.Cut(text, "#")
	if _, query, found := strings.Cut(text, "?"); found {
		return query, true
	}
	if strings.Contains(text, "&") || strings.Contains(text, "code=") || strings.Contains(text, "://") {
		return text, true
	}
	return "", false
}

func bare(text string) (url.Values, error) {
	code, err := url.PathUnescape(text) // copied out of an address
	if err != nil || len(code) < shortestCode || len(code) > longestCode {
		return nil, ErrNoCode
	}
	for _, r := range code {
		if !strings.ContainsRune(codeLetters, r) {
			return nil, ErrNoCode
		}
	}
	return url.Values{"code": {code}}, nil
}
