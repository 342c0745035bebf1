package outbound

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Reason is why nothing was reached.
type Reason string

// The reasons that there are.
const (
	ProxyAddress Reason = "proxy address" // the proxy's address cannot be used
	ProxyDown    Reason = "proxy down"    // the proxy cannot be reached
	ProxyWants   Reason = "proxy wants"   // the proxy wants a name and a password, or other ones
	ProxyRefused Reason = "proxy refused" // the proxy makes no connection to the host
	Untrusted    Reason = "untrusted"     // nobody who is trusted has signed the certificate
)

// Error says why a proxy, or a certificate that nobody vouches for, kept a
// request from being sent. It holds no password.
type Error struct {
	Reason  Reason
	Host    string // that was to be reached, without its port
	Message string // what happened, and what is safe
	Hint    string // what to do next
	Err     error  // what it was made from; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + " " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Explain takes what a transport returned for a request. An answer that is a
// proxy's, and an error that is due to the proxy or to trust, become an
// [*Error]; everything else passes as it is.
func (t *Transport) Explain(request *http.Request, response *http.Response, err error) (*http.Response, error) {
	if err == nil {
		if response == nil || response.StatusCode != http.StatusProxyAuthRequired {
			return response, nil
		}
		// Only a proxy may say so (RFC 9110, 15.5.8).
		_ = response.Body.Close()
		proxy, _ := t.ProxyFor(request.URL)
		return nil, t.chosen().refused(proxy, request.URL.Hostname(), response.StatusCode)
	}
	if _, known := errors.AsType[*Error](err); known || request.Context().Err() != nil {
		return response, err
	}
	host := request.URL.Hostname()
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		proxy, _ := t.ProxyFor(request.URL)
		return response, t.chosen().down(proxy, host, err)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && strings.HasPrefix(op.Op, "socks ") {
		proxy, _ := t.ProxyFor(request.URL)
		return response, t.chosen().unsocked(proxy, host, err)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return response, t.untrusted(host, err)
	}
	return response, err
}

func (r route) badAddress(host string) error {
	e := &Error{Reason: ProxyAddress, Host: host, Message: "The address of the proxy cannot be used; nothing was sent."}
	e.Hint = "Correct HTTPS_PROXY and HTTP_PROXY, for example http://proxy.example.com:3128."
	if r.set {
		e.Hint = "Correct the setting " + proxySetting + ", for example http://proxy.example.com:3128."
	}
	return e
}

func (r route) down(proxy *url.URL, host string, err error) error {
	e := &Error{Reason: ProxyDown, Host: host, Err: err}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		e.Reason = Untrusted
		e.Message = fmt.Sprintf("The certificate of the proxy%s is signed by nobody whom this machine trusts; nothing was sent.", named(proxy))
		e.Hint = "Name the certificate of its authority in the setting " + certificatesSetting + "."
		return e
	}
	e.Message = fmt.Sprintf("The proxy%s on the way to %s cannot be reached; nothing was sent.", named(proxy), host)
	e.Hint = r.hint("Check the network and %s", host)
	return e
}

func (r route) refused(proxy *url.URL, host string, status int) error {
	// What net/http would have said.
	e := &Error{Reason: ProxyRefused, Host: host, Err: errors.New(http.StatusText(status))}
	if status == http.StatusProxyAuthRequired {
		e.Reason = ProxyWants
		e.Message = fmt.Sprintf("The proxy%s wants a name and a password; nothing was sent.", named(proxy))
		if proxy != nil && proxy.User != nil {
			e.Message = fmt.Sprintf("The proxy%s does not accept the name and the password; nothing was sent.", named(proxy))
		}
		e.Hint = r.hint("Put them into %s, in the form http://name:password@host:port", host)
		return e
	}
	said := fmt.Sprint(status)
	if text := http.StatusText(status); text != "" {
		said += " " + text
	}
	e.Message = fmt.Sprintf("The proxy%s makes no connection to %s; it says: %s.", named(proxy), host, said)
	e.Hint = "Ask whoever runs it to let this host through. " + r.hint("Otherwise check %s", host)
	return e
}

// unsocked is refused for a SOCKS proxy, which says no status; net/http has no
// types for what it says.
func (r route) unsocked(proxy *url.URL, host string, err error) error {
	e := &Error{Reason: ProxyRefused, Host: host, Err: err}
	if strings.Contains(err.Error(), "authentication") {
		e.Reason = ProxyWants
		e.Message = fmt.Sprintf("The proxy%s wants a name and a password, or other ones; nothing was sent.", named(proxy))
		e.Hint = r.hint("Put them into %s, in the form socks5://name:password@host:port", host)
		return e
	}
	e.Message = fmt.Sprintf("The proxy%s makes no connection to %s; nothing was sent.", named(proxy), host)
	e.Hint = r.hint("Check the network and %s", host)
	return e
}

// hint ends a hint about the proxy; %s in text is where it is set.
func (r route) hint(text, host string) string {
	set, without := "HTTPS_PROXY", "NO_PROXY"
	if r.set {
		set, without = "the setting "+proxySetting, noProxySetting
	}
	return fmt.Sprintf(text+", or add %s to %s.", set, host, without)
}

// named is the proxy in a sentence, without its password.
func named(proxy *url.URL) string {
	if proxy == nil {
		return ""
	}
	return " " + proxy.Host
}

func (t *Transport) untrusted(host string, err error) error {
	e := &Error{Reason: Untrusted, Host: host, Err: err}
	e.Message = fmt.Sprintf("The certificate of %s is signed by nobody whom this machine trusts; nothing was sent.", host)
	e.Hint = "Where your company's proxy or server has signed it, name the certificate of its authority in the setting " + certificatesSetting + "."
	t.mu.Lock()
	problems := t.trust.problems
	t.mu.Unlock()
	if len(problems) > 0 {
		e.Hint = problems[0].Message + " " + problems[0].Hint
	}
	return e
}

// hostOf is a host without its port.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// State is how other machines are reached now, for a person.
type State struct {
	Proxy        string // for https, without its password; empty: none
	FromSettings bool   // it is the settings' and not the environment's
	Unusable     bool   // a proxy is set whose address cannot be used
	NoProxy      []string
	Certificates int // that are trusted beside the system's
	Problems     []Problem
}

// State looks at settings, environment and files.
func (t *Transport) State() State {
	now := t.look()
	r, trust := newRoute(now), readTrust(now)
	for _, secret := range r.secrets {
		t.options.Learned(secret)
	}
	state := State{NoProxy: now.settings.NoProxy, Certificates: trust.added, Problems: trust.problems}
	proxy, err := r.to(&url.URL{Scheme: "https", Host: "keel.invalid"})
	if err != nil {
		state.Unusable, state.FromSettings = true, r.set
		return state
	}
	if proxy != nil {
		state.FromSettings = r.set
		state.Proxy = proxy.Scheme + "://" + proxy.Host
	}
	return state
}
