package outbound

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// never are reached without a proxy whatever is set: through one, a cloud's
// metadata service would hand out the credentials of the proxy's machine.
const never = "169.254.0.0/16,fe80::/10,fd00:ec2::254"

// The settings that errors name.
const (
	proxySetting        = "keelAgent.network.proxy"
	noProxySetting      = "keelAgent.network.noProxy"
	certificatesSetting = "keelAgent.network.certificates"
)

// seen is all that the next connection depends on.
type seen struct {
	settings    Settings
	environment map[string]string // the variables that count
	route       string            // changes when another proxy may be meant
	files       string            // changes when other certificates may be meant
}

// look reads settings, environment and the state of files.
func (t *Transport) look() seen {
	s := seen{settings: t.options.Settings(), environment: map[string]string{}}
	for _, pair := range t.options.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", certFile, certDir:
			s.environment[name] = value
		}
	}
	c := s.config()
	s.route = strings.Join([]string{s.settings.Proxy, c.HTTPSProxy, c.HTTPProxy, c.NoProxy}, "\x00")
	s.files = stateOf(s.sources())
	return s
}

// config is what package httpproxy decides by.
func (s seen) config() httpproxy.Config {
	either := func(name string) string {
		if value := s.environment[name]; value != "" {
			return value
		}
		return s.environment[strings.ToLower(name)]
	}
	no := append([]string{never}, s.settings.NoProxy...)
	if proxy := strings.TrimSpace(s.settings.Proxy); proxy != "" {
		return httpproxy.Config{HTTPProxy: proxy, HTTPSProxy: proxy, NoProxy: strings.Join(no, ",")}
	}
	no = append(no, either("NO_PROXY"))
	return httpproxy.Config{HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"), NoProxy: strings.Join(no, ",")}
}

// route chooses a proxy.
type route struct {
	key     string // of the settings it was made from
	set     bool   // by the settings, not by the environment
	choose  func(*url.URL) (*url.URL, error)
	secrets []string
}

func newRoute(s seen) route {
	c := s.config()
	r := route{key: s.route, set: strings.TrimSpace(s.settings.Proxy) != ""}
	for _, address := range []*string{&c.HTTPProxy, &c.HTTPSProxy} {
		if *address == "" {
			continue
		}
		proxy, ok := parse(*address)
		if !ok {
			// Package httpproxy would go around a proxy that it cannot read.
			*address = unusable
			continue
		}
		r.secrets = append(r.secrets, secrets(proxy)...)
		*address = proxy.String()
	}
	r.choose = c.ProxyFunc()
	return r
}

// unusable stands in for an address that cannot be read.
const unusable = "unusable://proxy.invalid"

// parse reads a proxy's address; without a scheme it is http.
func parse(address string) (*url.URL, bool) {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	proxy, err := url.Parse(address)
	if err != nil || proxy.Hostname() == "" || strings.Trim(proxy.Path, "/") != "" || proxy.RawQuery != "" || proxy.Fragment != "" {
		return nil, false
	}
	switch proxy.Scheme {
	case "http", "https", "socks5", "socks5h":
		return proxy, true
	}
	return nil, false
}

// secrets are the forms in which a proxy's password is sent and shown.
func secrets(proxy *url.URL) []string {
	password, ok := proxy.User.Password()
	if !ok || password == "" {
		return nil
	}
	_, escaped, _ := strings.Cut(proxy.User.String(), ":")
	return []string{password, escaped, base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))}
}

// isLocal tells whether a host is this machine and nothing else.
func isLocal(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Unmap().IsLoopback()
}

// to returns the proxy for an address, or nil.
func (r route) to(address *url.URL) (*url.URL, error) {
	if isLocal(address.Hostname()) {
		return nil, nil
	}
	proxy, err := r.choose(address)
	if err != nil {
		return nil, err
	}
	if proxy != nil && proxy.Scheme == "unusable" {
		return nil, r.badAddress(address.Hostname())
	}
	return proxy, nil
}

func (r route) proxy(request *http.Request) (*url.URL, error) { return r.to(request.URL) }

// answered looks at what a proxy answers to CONNECT.
func (r route) answered(_ context.Context, proxy *url.URL, ask *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return r.refused(proxy, hostOf(ask.Host), answer.StatusCode)
}

// Proxy returns the proxy for a request, or nil where there is none; it is for
// [http.Transport].
func (t *Transport) Proxy(request *http.Request) (*url.URL, error) { return t.ProxyFor(request.URL) }

// ProxyFor returns the proxy for an address, or nil where there is none.
func (t *Transport) ProxyFor(address *url.URL) (*url.URL, error) {
	if isLocal(address.Hostname()) {
		return nil, nil
	}
	if _, err := t.current(); err != nil {
		return nil, err
	}
	return t.chosen().to(address)
}

func (t *Transport) chosen() route {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.route
}

func (t *Transport) answered(ctx context.Context, proxy *url.URL, ask *http.Request, answer *http.Response) error {
	return t.chosen().answered(ctx, proxy, ask, answer)
}
