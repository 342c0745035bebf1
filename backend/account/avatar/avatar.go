// Package avatar fetches the picture of somebody who signs in, for the services
// that name one.
//
// # Promises
//
// A picture is asked for only at the addresses that its service allows, also
// after a redirect, and without a token or a cookie. What comes is bounded in
// bytes and in points before it is unpacked, and drawn anew, so that nothing of
// the file is left. Where a picture cannot be had, for whatever reason, there is
// none: it is no part of a sign-in, and nothing fails for it.
package avatar

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/image/draw"
)

// Side is how many points a side of an avatar has.
const Side = 64

// Limits of what is fetched.
const (
	mostBytes  = 512 << 10
	mostPoints = 2048 // of a side, before it is made smaller
	mostHops   = 3
	patience   = 5 * time.Second
)

var errNone = errors.New("no picture that can be shown")

// Fetch returns the picture at an address as a PNG of [Side] by [Side] points, or
// nil. Allowed tells whether its service keeps pictures at an address; others are
// not asked, and nor is one without encryption or with a name and password in it.
func Fetch(ctx context.Context, through *http.Client, address string, allowed func(*url.URL) bool) []byte {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	data, err := fetch(ctx, through, address, allowed)
	if err != nil {
		return nil
	}
	small, err := redraw(data)
	if err != nil {
		return nil
	}
	return small
}

func fetch(ctx context.Context, through *http.Client, address string, allowed func(*url.URL) bool) ([]byte, error) {
	safe := func(at *url.URL) bool { return at.Scheme == "https" && at.User == nil && allowed(at) }
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || !safe(request.URL) {
		return nil, errNone
	}
	request.Header.Set("User-Agent", "Keel")
	request.Header.Set("Accept", "image/png, image/jpeg, image/gif")
	client := http.Client{
		Transport: through.Transport,
		Timeout:   through.Timeout,
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			if len(before) > mostHops || !safe(next.URL) {
				return errNone
			}
			return nil
		},
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s", errNone, response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, mostBytes+1))
	if err == nil && len(data) > mostBytes {
		err = fmt.Errorf("%w: it is too large", errNone)
	}
	return data, err
}

// redraw is a picture as a PNG of the size in which it is shown. The decoder is
// chosen here, and not by package image, which would take every kind that any
// part of the program has registered.
func redraw(data []byte) ([]byte, error) {
	config, decode := png.DecodeConfig, png.Decode
	switch http.DetectContentType(data) {
	case "image/png":
	case "image/jpeg":
		config, decode = jpeg.DecodeConfig, jpeg.Decode
	case "image/gif":
		config, decode = gif.DecodeConfig, gif.Decode
	default:
		return nil, fmt.Errorf("%w: it is of another kind", errNone)
	}
	size, err := config(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if size.Width < 1 || size.Height < 1 || size.Width > mostPoints || size.Height > mostPoints {
		return nil, fmt.Errorf("%w: it is %d by %d", errNone, size.Width, size.Height)
	}
	picture, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	small := image.NewNRGBA(image.Rect(0, 0, Side, Side))
	draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, small); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
