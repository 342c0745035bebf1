package settings

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/keel-ide/keel/backend/price"
	"github.com/keel-ide/keel/backend/webhost"
)

// takes reports whether an enum takes a value by its prefix.
func (p Property) takes(text string) bool {
	return p.Prefix != "" && len(text) > len(p.Prefix) && strings.HasPrefix(text, p.Prefix)
}

// decodeMap reads an object of strings. An item that is none or that cannot be
// used does not take the others with it; of two with one name the last counts.
func (p Property) decodeMap(v hujson.Value) (decoded value, wrong string) {
	object, ok := v.Value.(*hujson.Object)
	if !ok {
		return value{}, "has to be an object of strings"
	}
	decoded.items = map[string]string{}
	for _, member := range object.Members {
		name := memberName(member)
		delete(decoded.items, name)
		odd := func(message string) {
			decoded.odd = append(decoded.odd, oddItem{member.Name.StartOffset, fmt.Sprintf("%q in %s %s; it has no effect.", name, p.Key, message)})
		}
		literal, ok := member.Value.Value.(hujson.Literal)
		if !ok || literal.Kind() != '"' {
			odd("has to be a string")
			continue
		}
		if p.check != nil {
			if message := p.check(name, literal.String()); message != "" {
				odd(message)
				continue
			}
		}
		decoded.items[name] = literal.String()
	}
	return decoded, ""
}

// endpointName is what a name of an endpoint looks like: it is a part of the
// provider's id, which stands in settings and on command lines.
var endpointName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?$`)

// checkEndpoint wants an address that is used as it is, with no secret in it.
func checkEndpoint(name, address string) string {
	if !endpointName.MatchString(name) {
		return "has a name that cannot be used: write small letters, digits, dots, hyphens and underscores, at most 40"
	}
	parsed, err := url.Parse(strings.TrimSpace(address))
	switch {
	case err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "":
		return "has an address that cannot be used: it has to begin with http:// or https:// and a host"
	case parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "":
		return "has an address with a name, a password, a question mark or a hash in it: leave those out, and enter a key in the model picker"
	}
	return ""
}

// warnOfProxy does not show the address, which may hold a password. One that
// cannot be used counts all the same: going around the proxy would be worse than
// reaching nothing.
func warnOfProxy(address string) string {
	if strings.TrimSpace(address) == "" {
		return ""
	}
	parsed, err := url.Parse(strings.TrimSpace(address))
	schemes := []string{"http", "https", "socks5", "socks5h"}
	if err != nil || !slices.Contains(schemes, parsed.Scheme) || parsed.Hostname() == "" || strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return "has to be http://, https:// or socks5://, a host and a port, with nothing after them; until it is, no other machine is reached."
	}
	return ""
}

// warnOfGallery says what is wrong with the address of a registry.
func warnOfGallery(address string) string {
	if strings.TrimSpace(address) == "" {
		return ""
	}
	parsed, err := url.Parse(strings.TrimSpace(address))
	if err != nil || parsed.Scheme != "http" && parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		return "has to be https:// and a host, without a name or password; until it is, no extension can be found or installed."
	}
	return ""
}

func checkCertificates(_, path string) string {
	if filepath.IsAbs(path) || strings.HasPrefix(path, "~/") {
		return ""
	}
	return "has to be a whole path, or to begin with ~/"
}

func checkHost(_, host string) string { return webhost.Check(host) }

func checkPrice(_, text string) string {
	if _, err := price.Parse(text); err != nil {
		return "cannot be read: " + err.Error()
	}
	return ""
}
