package github

import (
	"bytes"
	"context"
	"image"
	_ "image/gif" // the three kinds of picture that GitHub takes
	_ "image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/image/draw"
)

// Limits of an avatar.
const (
	avatarSide   = 64        // pixels
	mostAvatar   = 512 << 10 // bytes
	mostPixels   = 2048      // of a side, before it is made smaller
	avatarsAt    = "avatars.githubusercontent.com"
	avatarHops   = 3
	avatarWanted = "128" // pixels: for screens with two of them in one
)

// avatar is a person's picture as a small PNG that Keel has drawn itself; empty
// where there is none that can be had. The picture is no part of the sign-in: no
// token goes with the request, and nothing fails for it.
func (s *Service) avatar(ctx context.Context, at place, address string) []byte {
	from, err := url.Parse(address)
	if err != nil || !at.hasAvatars(from) {
		return nil
	}
	query := from.Query()
	query.Set("s", avatarWanted)
	from.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), nil)
	if err != nil {
		return nil
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Accept", "image/png, image/jpeg, image/gif")
	client := *s.options.HTTP
	client.CheckRedirect = func(request *http.Request, before []*http.Request) error {
		if len(before) > avatarHops || !at.hasAvatars(request.URL) {
			return errElsewhere
		}
		return nil
	}
	response, err := client.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil
	}
	raw, err := io.ReadAll(io.LimitReader(response.Body, mostAvatar+1))
	if err != nil || len(raw) > mostAvatar {
		return nil
	}
	return redrawn(raw)
}

// hasAvatars tells whether an address is one where the host keeps avatars: on
// GitHub's own, on the host, or on a name below it, as with subdomain isolation.
func (p place) hasAvatars(at *url.URL) bool {
	if at.Scheme != "https" || at.User != nil {
		return false
	}
	host := strings.ToLower(at.Host)
	return host == avatarsAt || p.host != Public && (host == p.host || strings.HasSuffix(host, "."+p.host))
}

// redrawn is a picture as a PNG of the size in which it is shown. Its size is
// looked at before it is unpacked.
func redrawn(raw []byte) []byte {
	size, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > mostPixels || size.Height > mostPixels {
		return nil
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	small := image.NewRGBA(image.Rect(0, 0, avatarSide, avatarSide))
	draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, small); err != nil {
		return nil
	}
	return out.Bytes()
}
