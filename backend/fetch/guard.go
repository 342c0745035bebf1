package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/idna"

	"github.com/keel-ide/keel/backend/outbound"
)

// longestAddress is how many bytes an address may have: a person has to read it.
const longestAddress = 2048

// Parse checks an address and brings it into the form in which it is shown and
// fetched: letters of a name outside ASCII are written as a name server reads
// them, so that none can pass for another, and what follows a # is left out, unless
// it names lines.
func Parse(address string) (*url.URL, error) {
	wrong := func(why string) (*url.URL, error) {
		return nil, fmt.Errorf("%q: %w: %s", shortened(address), ErrAddress, why)
	}
	if len(address) > longestAddress {
		return wrong(fmt.Sprintf("it is longer than %d bytes", longestAddress))
	}
	at, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil:
		return wrong("it cannot be read")
	case at.Scheme != "http" && at.Scheme != "https":
		return wrong("it must begin with http:// or https://")
	case at.User != nil:
		return wrong("it holds a user name or password")
	case at.Hostname() == "":
		return wrong("it names no server")
	}
	if _, err := netip.ParseAddr(at.Hostname()); err != nil {
		name, err := idna.Lookup.ToASCII(at.Hostname())
		if err != nil || name == "" {
			return wrong("its server's name is not valid")
		}
		if isNumber(name) {
			return wrong("its server's name is a number: write the four parts of the address, or a name")
		}
		if port := at.Port(); port != "" {
			name = net.JoinHostPort(name, port)
		}
		at.Host = name
	}
	at.Fragment, at.RawFragment = lineAnchor(at.Fragment), ""
	at.RawQuery = escaped(at.RawQuery)
	return at, nil
}

// escaped is a query without characters that an address may not hold: a person
// reads it before it is fetched, and the model in a sentence of Keel's own.
func escaped(query string) string {
	var b strings.Builder
	for _, c := range []byte(query) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"<>`{|}\\^", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// isNumber reports whether a name ends in a number. Some programs, a proxy for
// example, take it for an IPv4 address: 127.1 and 0x7f.1 are this machine.
func isNumber(name string) bool {
	name = strings.TrimSuffix(name, ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	if hex, ok := strings.CutPrefix(strings.ToLower(last), "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}

func shortened(text string) string {
	if len(text) <= 200 {
		return text
	}
	return strings.ToValidUTF8(text[:200], "") + "…"
}

// special are the networks that are not the public web, beyond those package
// netip knows: the IANA registries of special-purpose addresses (RFC 6890 and
// its updates), and IPv6 networks that hold an IPv4 address which may be any.
var special = []string{
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10", "::/96",
}

// Public reports whether an address belongs to the public web.
func Public(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if !address.IsGlobalUnicast() || address.IsPrivate() {
		return false // also loopback, link-local, multicast, unspecified
	}
	if address.Is6() && address.As16()[0]>>5 != 1 {
		return false // not in 2000::/3, which is all that IANA has given out
	}
	return !slices.ContainsFunc(special, func(network string) bool {
		prefix, err := netip.ParsePrefix(network)
		return err != nil || prefix.Contains(address)
	})
}

// guardedDialer connects to public addresses only. What it looks at is the
// address of the very connection that is about to be made.
func guardedDialer(public func(netip.Addr) bool) *net.Dialer {
	return &net.Dialer{
		Timeout: 10 * time.Second,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !public(at.Addr()) {
				return fmt.Errorf("connecting to %s: %w", address, ErrPrivate)
			}
			return nil
		},
	}
}

// guardName looks at a name that a proxy will resolve. One that does not resolve
// here is left to the proxy.
func guardName(ctx context.Context, name string, public func(netip.Addr) bool) error {
	if at, err := netip.ParseAddr(name); err == nil {
		if !public(at) {
			return ErrPrivate
		}
		return nil
	}
	lower := strings.TrimSuffix(strings.ToLower(name), ".")
	for _, local := range []string{"localhost", "local", "internal", "intranet", "lan", "home.arpa"} {
		if lower == local || strings.HasSuffix(lower, "."+local) {
			return ErrPrivate
		}
	}
	if !strings.Contains(lower, ".") {
		return ErrPrivate // a name of the local network
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", lower)
	if err != nil {
		_, unresolved := errors.AsType[*net.DNSError](err)
		if unresolved && ctx.Err() == nil {
			return nil
		}
		return err
	}
	for _, at := range found {
		if !public(at) {
			return ErrPrivate
		}
	}
	return nil
}

// Guarded sends requests to public addresses, and to no other: what it looks at is
// the address of the very connection that is about to be made, and where a proxy
// connects instead, the name and whatever it resolves to here. It follows no
// redirect and keeps no connection.
type Guarded struct {
	Outbound *outbound.Transport
	// Proxy returns the proxy for an address, or nil. Nil: that of Outbound.
	Proxy func(*url.URL) (*url.URL, error)
	// Public says which addresses may be connected to. Nil: [Public].
	Public func(netip.Addr) bool
}

// RoundTrip sends one request.
func (g Guarded) RoundTrip(request *http.Request) (*http.Response, error) {
	if g.Public == nil {
		g.Public = Public
	}
	if g.Proxy == nil {
		g.Proxy = g.Outbound.ProxyFor
	}
	proxy, err := g.Proxy(request.URL)
	if err != nil {
		return nil, fmt.Errorf("choosing a proxy for %s: %w", request.URL, err)
	}
	way := transport()
	g.Outbound.Configure(way)
	way.Proxy = nil
	if proxy == nil {
		way.DialContext = guardedDialer(g.Public).DialContext
	} else {
		if err := guardName(request.Context(), request.URL.Hostname(), g.Public); err != nil {
			return nil, err
		}
		way.Proxy = http.ProxyURL(proxy)
	}
	answer, err := way.RoundTrip(request)
	return g.Outbound.Explain(request, answer, err)
}

// transport makes connections that are used once.
func transport() *http.Transport {
	return &http.Transport{
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}
