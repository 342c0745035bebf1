package google

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
	"strings"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/oauth2"
)

const (
	pictureBytes    = 512 << 10
	picturePoints   = 1024 // a side
	avatarPoints    = 64   // a side
	picturePatience = 5 * time.Second
)

var errPicture = errors.New("no picture that can be shown")

// avatar fetches somebody's picture and draws it anew, small. Without one, for
// whatever reason, there is none.
func (s *Service) avatar(ctx context.Context, address string) []byte {
	if !pictured(address) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, picturePatience)
	defer cancel()
	data, err := fetch(s.with(ctx), address)
	if err != nil {
		return nil
	}
	small, err := shrink(data)
	if err != nil {
		return nil
	}
	return small
}

// pictured tells whether an address is one where Google keeps pictures.
func pictured(address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && parsed.Scheme == "https" && parsed.User == nil && parsed.Port() == "" &&
		strings.HasSuffix(strings.ToLower(parsed.Host), ".googleusercontent.com")
}

func fetch(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "image/png, image/jpeg, image/gif")
	response, err := oauth2.NewClient(ctx, nil).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s", errPicture, response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, pictureBytes+1))
	if err == nil && len(data) > pictureBytes {
		err = fmt.Errorf("%w: it is too large", errPicture)
	}
	return data, err
}

// shrink draws a picture anew, so that nothing of the file is left. How many
// points it has is looked at before they are unpacked.
func shrink(data []byte) ([]byte, error) {
	config, decode := png.DecodeConfig, png.Decode
	switch http.DetectContentType(data) {
	case "image/png":
	case "image/jpeg":
		config, decode = jpeg.DecodeConfig, jpeg.Decode
	case "image/gif":
		config, decode = gif.DecodeConfig, gif.Decode
	default:
		return nil, fmt.Errorf("%w: it is of another kind", errPicture)
	}
	size, err := config(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if size.Width < 1 || size.Height < 1 || size.Width > picturePoints || size.Height > picturePoints {
		return nil, fmt.Errorf("%w: it is %d by %d", errPicture, size.Width, size.Height)
	}
	picture, err := decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	small := image.NewNRGBA(image.Rect(0, 0, avatarPoints, avatarPoints))
	draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := png.Encode(&out, small); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
