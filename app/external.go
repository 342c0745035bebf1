package app

import (
	"context"
	"net/url"
	"strings"

	"github.com/pkg/browser"

	"github.com/keel-ide/keel/app/wire"
)

// OpenExternal opens a web or mail address in the system's browser, nothing else.
func (a *App) OpenExternal(_ context.Context, address string) error {
	outside, ok := outsideAddress(address)
	if !ok {
		return &wire.Error{
			Code:    wire.CodeNotAllowed,
			Message: "Keel opens only web and mail addresses that can be read as they are, and this is none.",
			Hint:    "Copy the address if you trust it.",
		}
	}
	if err := browser.OpenURL(outside); err != nil {
		a.log.Warn("opening the browser", "error", err)
		return &wire.Error{
			Code:    wire.CodeMissingTool,
			Message: "No browser could be started.",
			Hint:    "Copy the address and open it yourself: " + outside,
		}
	}
	return nil
}

// outsideAddress is an address as the browser gets it. One that was shown as
// something else than it is opens nothing: with characters beyond ASCII, which
// the page writes as punycode and escapes, or a name before the host, which can
// be taken for the host.
func outsideAddress(address string) (string, bool) {
	unreadable := func(r rune) bool { return r <= ' ' || r > '~' }
	if strings.ContainsFunc(address, unreadable) {
		return "", false
	}
	parsed, err := url.Parse(address)
	if err != nil || parsed.User != nil {
		return "", false
	}
	switch parsed.Scheme {
	case "http", "https":
		return parsed.String(), parsed.Host != ""
	case "mailto":
		return parsed.String(), parsed.Host == ""
	}
	return "", false
}
