package fetch

import (
	"context"
	"errors"
	"net/url"
)

// ErrUnsigned is wrapped where a host shows no more than the page itself: the
// address is then fetched as that of any other page, without a sign-in.
var ErrUnsigned = errors.New("the sign-in does not show it")

// Signed reads pages that their host shows to programs in a form of its own, with a
// sign-in where there is one. It reaches the host of the address and no other one,
// and its text is data that strangers wrote, as that of every page.
type Signed interface {
	// As tells as whom an address would be read, such as "@octocat"; empty where it is
	// read without a sign-in. Hint says what may help then, should there be no such
	// page; it may be empty. It asks nobody.
	As(at *url.URL) (who, hint string)
	// Read reads a page as who, or as anybody does where that is empty; with
	// [ErrUnsigned] in its error it is to be fetched as any other page.
	Read(ctx context.Context, at *url.URL) (Page, error)
}

// As tells as whom an address would be read, such as "@octocat"; empty where no
// sign-in is used.
func (c *Client) As(address string) string {
	at, err := Parse(address)
	if err != nil || c.options.Signed == nil {
		return ""
	}
	who, _ := c.options.Signed.As(at)
	return who
}

// signed reads an address as its host shows it to programs; ok is false where it has
// to be fetched as any other page.
func (c *Client) signed(ctx context.Context, at *url.URL) (page Page, ok bool, err error) {
	if c.options.Signed == nil {
		return Page{}, false, nil
	}
	page, err = c.options.Signed.Read(ctx, at)
	if errors.Is(err, ErrUnsigned) {
		return Page{}, false, nil
	}
	return page, true, err
}

// hinted adds to an answer that there is no such page what may help.
func (c *Client) hinted(at *url.URL, err error) error {
	missing, ok := errors.AsType[*StatusError](err)
	if !ok || c.options.Signed == nil {
		return err
	}
	_, missing.Hint = c.options.Signed.As(at)
	return err
}
