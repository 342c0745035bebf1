package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/keel-ide/keel/backend/pdf"
)

// mostPicture is how many bytes of a picture most models take.
const mostPicture = 3_750_000

// pictured is a page that is a picture, by its bytes whatever the server says; ok is
// false where it is none.
func (p Page) pictured(raw []byte) (Page, bool, error) {
	media := http.DetectContentType(raw)
	if !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "image/webp"}, media) {
		return p, false, nil
	}
	if p.Cut || len(raw) > mostPicture {
		return Page{}, true, fmt.Errorf("%s is a picture of more than the %d bytes that models take: %w", p.Address, mostPicture, ErrType)
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
	case err != nil && p.Cut:
		return Page{}, fmt.Errorf("%s is a PDF of more than the %d bytes that are fetched, and its beginning alone cannot be read: %w", p.Address, p.Size, ErrType)
	case err != nil:
		return Page{}, fmt.Errorf("%s is a PDF that cannot be read: it is broken, or takes too long: %w", p.Address, ErrType)
	}
	p.Title, p.Text = d.Title, d.Text
	switch {
	case d.Text == "" && d.Read == d.Pages:
		p.noted("The PDF has no text: its pages may be pictures, as of a scanner, which are not read.")
	case d.Read < d.Pages:
		p.Cut = true
		p.noted(fmt.Sprintf("The PDF has %d pages; this is the text of the first %d.", d.Pages, d.Read))
	default:
		p.noted("Of the PDF this is the text alone, without pictures and layout.")
	}
	return p, nil
}
