package account

import (
	"context"
	"net"
	"net/url"
	"strings"
)

// conversation is a sign-in as its service sees it.
type conversation struct {
	accounts *Accounts
	signIn   *signIn
}

// Show takes what is shown from a service, which has it from another machine.
func (c conversation) Show(p Progress) {
	switch p.Stage {
	case Starting, Code, InBrowser, Finishing:
	default:
		return // how it ended is what SignIn returns
	}
	if !opens(p.Address) {
		p.Address = ""
	}
	p.Code = bounded(p.Code, codeLimit)
	c.accounts.show(c.signIn, p)
}

func (c conversation) Open(_ context.Context, address string) {
	if opens(address) {
		c.accounts.browse(c.signIn, address)
	}
}

func (c conversation) Pasted() <-chan string { return c.signIn.pasted }

func (c conversation) Secret(value string) {
	if value == "" {
		return
	}
	c.accounts.options.Learned(value)
	c.accounts.mu.Lock()
	c.signIn.secrets = append(c.signIn.secrets, value)
	c.accounts.mu.Unlock()
}

// opens tells whether an address may be shown and opened in the browser: over
// TLS, or on this machine, and written in letters that show as what they are.
func opens(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil || len(address) > addressLimit || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) || parsed.Host == "" || parsed.User != nil {
		return false
	}
	switch parsed.Scheme {
	case "https":
		return true
	case "http":
		ip := net.ParseIP(parsed.Hostname())
		return parsed.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	}
	return false
}
