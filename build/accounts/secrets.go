package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// secrets are the values that no file, log or message may hold: what services
// gave out, and what a client proved itself with.
type secrets struct {
	mu    sync.Mutex
	known []string // guarded by mu; the first first
}

// shortest is how long a value has to be to be looked for in files.
const shortest = 12

// watchedMost is how much of a body is looked at.
const watchedMost = 1 << 20

// secretNames are what values are called by OAuth, by AWS's sign-in and by its
// Security Token Service. Codes that a person types in are shown on purpose.
const secretNames = `access_token|refresh_token|id_token|device_code|code_verifier|client_secret|subject_token|assertion|accessToken|refreshToken|idToken|deviceCode|clientSecret|secretAccessKey|sessionToken|codeVerifier|SecretAccessKey|SessionToken|WebIdentityToken`

// inJSON and inXML find them in bodies.
const (
	inJSON = `"(?:` + secretNames + `)"\s*:\s*"([^"\\]+)"`
	inXML  = `<(?:` + secretNames + `)>([^<]+)</`
)

func (s *secrets) add(value string) {
	value = strings.TrimSpace(value)
	if len(value) < shortest {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.known, value) {
		s.known = append(s.known, value)
	}
}

func (s *secrets) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.known)
}

// body looks at JSON, XML and forms.
func (s *secrets) body(contentType string, text []byte) {
	for _, pattern := range []string{inJSON, inXML} {
		for _, found := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
			s.add(string(found[1]))
		}
	}
	if strings.HasPrefix(contentType, "application/x-www-form-urlencoded") {
		if values, err := url.ParseQuery(string(text)); err == nil {
			s.values(values)
		}
	}
}

func (s *secrets) values(values url.Values) {
	for name, all := range values {
		// In JSON a code is what kind of error there was.
		if name == "code" || slices.Contains(strings.Split(secretNames, "|"), name) {
			for _, value := range all {
				s.add(value)
			}
		}
	}
}

// header looks at what a client proves itself with, and at where a browser is
// sent.
func (s *secrets) header(header http.Header) {
	for _, value := range header.Values("Authorization") {
		scheme, value, _ := strings.Cut(value, " ")
		switch strings.ToLower(scheme) {
		case "bearer", "token":
			s.add(value)
		case "basic":
			if raw, err := base64.StdEncoding.DecodeString(value); err == nil {
				_, password, _ := strings.Cut(string(raw), ":")
				s.add(password)
			}
		}
	}
	for _, name := range []string{"X-Amz-Security-Token", "X-Amz-Sso_bearer_token"} {
		s.add(header.Get(name))
	}
	if to, err := url.Parse(header.Get("Location")); err == nil {
		s.values(to.Query())
	}
}

// watch remembers the secrets that pass through a service.
func (s *secrets) watch(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.header(r.Header)
		sent := &kept{}
		if r.Body != nil {
			r.Body = struct {
				io.Reader
				io.Closer
			}{io.TeeReader(r.Body, sent), r.Body}
		}
		answer := &watched{ResponseWriter: w}
		handler.ServeHTTP(answer, r)
		s.body(r.Header.Get("Content-Type"), sent.text.Bytes())
		s.header(w.Header())
		s.body(w.Header().Get("Content-Type"), answer.kept.text.Bytes())
	})
}

// kept is the beginning of what is written to it.
type kept struct{ text bytes.Buffer }

func (k *kept) Write(data []byte) (int, error) {
	k.text.Write(data[:min(len(data), watchedMost-k.text.Len())])
	return len(data), nil
}

// watched keeps what is answered.
type watched struct {
	http.ResponseWriter
	kept kept
}

func (w *watched) Write(data []byte) (int, error) {
	_, _ = w.kept.Write(data)
	return w.ResponseWriter.Write(data)
}

func (w *watched) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap is for [http.ResponseController].
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
