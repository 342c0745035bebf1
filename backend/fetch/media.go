package fetch

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

	"github.com/keel-ide/keel/backend/pdf"
	"golang.org/x/image/webp"
)

// What most models take of a picture.
const (
	mostPicture = 3_750_000 // bytes
	mostSide    = 8000      // pixels
)

// Picture tells the media type of a picture by its bytes, whatever else is said of
// them; empty for what is no picture. With an error that wraps [ErrType] it is one
// that no model takes: too large, or damaged. Nothing of it is unpacked but its
// size, so that one which few bytes stand for takes no room here.
func Picture(raw []byte) (media string, err error) {
	var config func(io.Reader) (image.Config, error)
	switch media = http.DetectContentType(raw); media {
	case "image/png":
		config = png.DecodeConfig
	case "image/jpeg":
		config = jpeg.DecodeConfig
	case "image/gif":
		config = gif.DecodeConfig
	case "image/webp":
		config = webp.DecodeConfig
	default:
		return "", nil
	}
	if len(raw) > mostPicture {
		return media, fmt.Errorf("a picture of more than the %d bytes that models take: %w", mostPicture, ErrType)
	}
	size, err := config(bytes.NewReader(raw))
	switch {
	case err != nil:
		return media, fmt.Errorf("a picture that is damaged: %w", ErrType)
	case size.Width > mostSide || size.Height > mostSide:
		return media, fmt.Errorf("a picture of %d × %d pixels, and models take %d on a side: %w", size.Width, size.Height, mostSide, ErrType)
	}
	return media, nil
}

// pictured is a page that is a picture; ok is false where it is none.
func (p Page) pictured(raw []byte) (Page, bool, error) {
	media, err := Picture(raw)
	if media == "" {
		return p, false, nil
	}
	if err != nil {
		return Page{}, true, fmt.Errorf("%s is %w", p.Address, err)
	}
	p.Type, p.Data = media, raw
	return p, true, nil
}

// documented is a page that is a PDF.
func (p Page) documented(ctx context.Context, raw []byte) (Page, error) {
	p.Type = "application/pdf"
	d, err := pdf.Read(ctx, raw)
	switch {
	case ctx.Err() != nil:
		return Page{}, ctx.Err()
	case errors.Is(err, pdf.ErrLocked):
		return Page{}, fmt.Errorf("%s is a PDF that is locked with a password: %w", p.Address, ErrType)
	case err != nil && p.Cut != "":
		return Page{}, fmt.Errorf("%s is a PDF of more than the %d bytes that are fetched, and its beginning alone cannot be read: %w", p.Address, p.Size, ErrType)
	case err != nil:
		return Page{}, fmt.Errorf("%s is a PDF that cannot be read: it is broken, or takes too much time or room: %w", p.Address, ErrType)
	}
	p.Title, p.Text = d.Title, d.Text
	switch {
	case d.Text == "" && d.Read == d.Pages:
		p.noted("The PDF has no text: its pages may be pictures, as of a scanner, which are not read.")
	case d.Read < d.Pages:
		p.Cut = fmt.Sprintf("The PDF has %d pages; this is the text of the first %d.", d.Pages, d.Read)
	default:
		p.noted("Of the PDF this is the text alone, without pictures and layout.")
	}
	return p, nil
}
