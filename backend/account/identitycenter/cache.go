package identitycenter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"

	"github.com/keel-ide/keel/backend/account"
	"github.com/keel-ide/keel/backend/atomicfile"
)

// maxCached is more than such a file has.
const maxCached = 256 << 10

// takenMargin is how long a token of the AWS CLI's has to be good yet to be
// taken: as long as the CLI wants itself.
const takenMargin = 15 * time.Minute

// cached is a file of ~/.aws/sso/cache, as the AWS CLI writes it and the SDKs
// read it (the provider of SSO tokens in the AWS SDKs and tools reference guide).
type cached struct {
	StartURL              string `json:"startUrl"`
	Region                string `json:"region"`
	AccessToken           string `json:"accessToken"`
	ExpiresAt             stamp  `json:"expiresAt"`
	ClientID              string `json:"clientId,omitempty"`
	ClientSecret          string `json:"clientSecret,omitempty"`
	RegistrationExpiresAt stamp  `json:"registrationExpiresAt,omitzero"`
	RefreshToken          string `json:"refreshToken,omitempty"`
}

// stamp is a time as the CLI writes it: in UTC, by the second. Older ones wrote
// UTC in place of Z.
type stamp struct{ time.Time }

func (s stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(s.UTC().Format(time.RFC3339))
}

func (s *stamp) UnmarshalJSON(text []byte) error {
	var value string
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	var err error
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05UTC", "2006-01-02T15:04:05-0700"} {
		if s.Time, err = time.Parse(layout, value); err == nil {
			return nil
		}
	}
	return err
}

func (c cached) good(now time.Time) bool {
	return c.AccessToken != "" && now.Add(takenMargin).Before(c.ExpiresAt.Time)
}

func (c cached) keep(cache string) keep {
	return keep{
		centre:       centre{c.StartURL, c.Region},
		registration: registration{c.ClientID, c.ClientSecret, c.RegistrationExpiresAt.Time},
		cache:        cache,
	}
}

func (c cached) token(cache string) account.Token {
	return account.Token{
		Access: c.AccessToken, Refresh: c.RefreshToken, Expiry: c.ExpiresAt.Time,
		Scopes: []string{scope}, Client: c.keep(cache).text(),
	}
}

// cacheKey is what the CLI names the file of an identity centre after: the
// sso-session of its configuration, else the start URL.
func (s *Service) cacheKey(ctx context.Context, at centre) string {
	legacy := ""
	for _, known := range s.options.Starts(ctx) {
		parsed, err := parse(known.URL, known.Region)
		if err != nil || parsed != at {
			continue
		}
		if known.Session {
			return known.Name
		}
		legacy = known.URL // as it is spelt there
	}
	if legacy != "" {
		return legacy
	}
	return at.start
}

// cacheFile is the file for a key: the SDK knows its name.
func (s *Service) cacheFile(key string) (string, error) {
	usual, err := ssocreds.StandardCachedTokenFilepath(key)
	if err != nil {
		return "", err
	}
	return filepath.Join(s.options.Cache, filepath.Base(usual)), nil
}

// readCache returns what is in the file for a key, as long as it belongs to the
// identity centre. The file is data: whatever else is in it counts for nothing.
func (s *Service) readCache(key string, at centre) (cached, bool) {
	path, err := s.cacheFile(key)
	if err != nil {
		return cached{}, false
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return cached{}, false
	}
	file, err := os.Open(path)
	if err != nil {
		return cached{}, false
	}
	defer func() { _ = file.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(file, maxCached))
	if err != nil {
		return cached{}, false
	}
	var found cached
	if err := json.Unmarshal(text, &found); err != nil {
		return cached{}, false
	}
	if !visible(found.AccessToken + found.RefreshToken + found.ClientID + found.ClientSecret) {
		return cached{}, false
	}
	if belongs, err := parse(found.StartURL, found.Region); err != nil || belongs != at {
		return cached{}, false
	}
	found.StartURL, found.Region = at.start, at.region
	return found, true
}

// takeCached signs in with the token of the AWS CLI, where that is good. It stays
// the CLI's as well: a refresh here would else sign out there.
func (s *Service) takeCached(ctx context.Context, at centre, key string, talk account.Conversation) (account.Grant, bool) {
	found, ok := s.readCache(key, at)
	if !ok || !found.good(s.options.Now()) {
		return account.Grant{}, false
	}
	talk.Secret(found.AccessToken)
	talk.Secret(found.RefreshToken)
	talk.Secret(found.ClientSecret)
	talk.Show(account.Progress{Stage: account.Finishing})
	if err := s.works(ctx, at, found.AccessToken); err != nil {
		return account.Grant{}, false
	}
	return account.Grant{
		Account: at.account(), Token: found.token(key), Found: true,
		Note: "The sign-in of the AWS CLI was taken over, so no browser was needed. Both use the same token.",
	}, true
}

// share writes a token where the CLI and the SDKs look for it.
func (s *Service) share(held keep, t account.Token) error {
	path, err := s.cacheFile(held.cache)
	if err != nil {
		return err
	}
	text, err := json.Marshal(cached{
		StartURL: held.start, Region: held.region, AccessToken: t.Access, ExpiresAt: stamp{t.Expiry},
		ClientID: held.ID, ClientSecret: held.Secret, RegistrationExpiresAt: stamp{held.Ends}, RefreshToken: t.Refresh,
	})
	if err != nil {
		return fmt.Errorf("writing the token for the AWS CLI: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(path, text, 0o600)
}

// unshare takes the file for a key away while it holds the very token.
func (s *Service) unshare(key string, at centre, t account.Token) error {
	found, ok := s.readCache(key, at)
	if !ok || found.AccessToken != t.Access {
		return nil
	}
	path, err := s.cacheFile(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
