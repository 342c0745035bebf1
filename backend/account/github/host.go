package github

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/keel-ide/keel/backend/account"
	"golang.org/x/net/idna"
)

// longestHost is how many bytes a name may have (RFC 1035).
const longestHost = 253

// Host brings the name of a host into the form in which it is kept, shown and
// reached: in small letters, those outside ASCII as a name server reads them, so
// that none can pass for another. A port may follow; nothing else may. Its error
// is an [*account.Error].
func Host(name string) (string, error) {
	wrong := &account.Error{
		Message: strconv.Quote(shortened(name)) + " is not the name of a host.",
		Hint:    "Write the name only, such as github.example.com, in the setting " + Setting + ".",
	}
	at, err := url.Parse("https://" + strings.TrimSpace(name))
	if err != nil || !utf8.ValidString(name) || at.User != nil || at.Path != "" || at.RawQuery != "" || at.ForceQuery || at.Fragment != "" || strings.ContainsAny(name, "#?%") {
		return "", wrong
	}
	host := at.Hostname()
	if _, err := netip.ParseAddr(host); err != nil {
		host, err = idna.Lookup.ToASCII(host)
		if err != nil || host == "" || len(host) > longestHost || strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") {
			return "", wrong
		}
	}
	port := at.Port()
	if strings.HasSuffix(at.Host, ":") {
		return "", wrong
	}
	if number, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || number == 0) {
		return "", wrong
	}
	switch {
	case port != "" && port != "443":
		return net.JoinHostPort(host, port), nil
	case strings.Contains(host, ":"):
		return "[" + host + "]", nil
	}
	return host, nil
}

func shortened(text string) string {
	if len(text) > 100 {
		return strings.ToValidUTF8(text[:100], "") + "…"
	}
	return text
}

// place is a host with the client id that Keel has there.
type place struct {
	host     string // as [Host] gives it
	clientID string
}

func (p place) title() string {
	if p.host == Public {
		return "GitHub"
	}
	return "GitHub Enterprise (" + p.host + ")"
}

// web is an address of the host's pages.
func (p place) web(parts ...string) string {
	return (&url.URL{Scheme: "https", Host: p.host}).JoinPath(parts...).String()
}

// manage is where a person sees what Keel may do, and takes it back.
func (p place) manage() string {
	if p.clientID == "" {
		return p.web("settings", "applications")
	}
	return p.web("settings", "connections", "applications", p.clientID)
}

// setup says in three lines how to get a client id.
func (p place) setup() []string {
	return []string{
		"Make an OAuth app at " + p.web("settings", "applications", "new") + ": any name, http://127.0.0.1" + callback + " as its callback URL, and “Enable Device Flow” ticked.",
		"Copy its client id. It is no secret.",
		"Put it into the setting " + Setting + ", with the name " + p.host + ".",
	}
}

// apiOf is the address of a host's REST API; it ends in a slash. See
// https://docs.github.com/en/enterprise-server/rest/quickstart and, for hosts
// below ghe.com,
// https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/feature-overview-for-github-enterprise-cloud-with-data-residency.
func apiOf(host string) *url.URL {
	switch {
	case host == Public, strings.HasSuffix(host, ".ghe.com"):
		return &url.URL{Scheme: "https", Host: "api." + host, Path: "/"}
	}
	return &url.URL{Scheme: "https", Host: host, Path: "/api/v3/"}
}
