package github

import (
	"context"
	"net/url"
	"strings"

	"github.com/keel-ide/keel/backend/account/avatar"
)

const (
	avatarsAt    = "avatars.githubusercontent.com"
	avatarWanted = "128" // points: for screens with two of them in one
)

// avatar is a person's picture, or nil.
func (s *Service) avatar(ctx context.Context, at place, address string) []byte {
	from, err := url.Parse(address)
	if err != nil {
		return nil
	}
	query := from.Query()
	query.Set("s", avatarWanted)
	from.RawQuery = query.Encode()
	return avatar.Fetch(ctx, s.options.HTTP, from.String(), at.hasAvatars)
}

// hasAvatars tells whether an address is one where the host keeps avatars: on
// GitHub's own, on the host, or on a name below it, as with subdomain isolation.
func (p place) hasAvatars(at *url.URL) bool {
	host := strings.ToLower(at.Host)
	return host == avatarsAt || p.host != Public && (host == p.host || strings.HasSuffix(host, "."+p.host))
}
