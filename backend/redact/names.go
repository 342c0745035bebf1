package redact

import (
	"slices"
	"strings"
)

// strength is how much a name says that its value is a secret.
type strength int

const (
	harmless strength = iota
	weak              // its value must look random
	strong            // its value must look like a value
	password          // any value that is not plainly something else
)

// named is what a name says of its value.
type named struct {
	strength strength
	what     string
	upper    bool // written as environment variables are
}

// Words of names, each between _ - . or capital letters.
var (
	passwords = []string{"password", "passwd", "passphrase", "pwd", "pass", "passcode", "userpassword", "dbpassword", "pgpassword", "sshpass", "psw"}
	secrets   = []string{"secret", "secrets", "clientsecret", "appsecret", "secretkey"}
	keys      = []string{"apikey", "accesskey", "privatekey", "secretkey", "sharedkey", "accountkey", "sharedaccesskey", "authkey"}
	tokens    = []string{"authtoken", "accesstoken", "refreshtoken", "apitoken", "bearertoken", "sessiontoken"}
	// with are the words that make the key, token or signature after them a secret.
	with = []string{
		"api", "access", "private", "secret", "auth", "account", "encryption", "signing", "master", "service", "ssh", "session", "refresh",
		"bearer", "bot", "security", "personal", "oauth", "id", "deploy", "app", "application", "webhook", "shared", "admin", "root", "client",
		"github", "gh", "gitlab", "npm", "pypi", "slack", "openai", "anthropic", "bedrock", "aws", "azure", "gcp", "google", "stripe",
		"functions", "subscription", "license", "encrypt", "x", "amz", "goog", "vault", "hf", "registry", "storage", "db", "database", "jwt", "hmac", "aes",
	}
	// harmlessKeys make the key after them no secret.
	harmlessKeys = []string{"public", "primary", "foreign", "sort", "partition", "cache", "hot", "short", "shortcut", "hash", "range", "composite", "surrogate", "natural", "object", "row", "map", "lookup", "config", "next", "page", "pagination", "continuation", "syntax", "react", "list", "translation", "message", "registry-path"}
	// about are last words of names whose value says something about a password.
	about = []string{"file", "path", "length", "min", "max", "policy", "url", "uri", "field", "label", "hint", "placeholder", "reset", "required", "type", "name", "id", "count", "limit", "prompt", "regex", "pattern", "enabled", "expiry", "expires", "ttl", "error", "message", "title", "input", "strength", "rule", "rules", "ref", "env", "store", "manager", "confirmation"}
)

// kindOf says what a name tells about its value.
func kindOf(name string) named {
	name = strings.Trim(name, "-_.")
	if len(name) < 2 || len(name) > nameMost || !mayMatter(name) {
		return named{}
	}
	parts, upper := words(name)
	if len(parts) == 0 {
		return named{}
	}
	last := strings.TrimRight(parts[len(parts)-1], "0123456789")
	before := parts[:len(parts)-1]
	ends := func(list []string) bool { return slices.Contains(list, last) }
	switch {
	case ends(about):
		return named{}
	case slices.ContainsFunc(parts, func(part string) bool { return slices.Contains(passwords[:4], part) }),
		ends(passwords) && (last != "pass" || upper || len(before) > 0):
		return named{password, "password", upper}
	case ends(secrets):
		return named{strong, "secret", upper}
	case ends(keys):
		return named{strong, "key", upper}
	case ends(tokens):
		return named{strong, "token", upper}
	case slices.Contains([]string{"credential", "credentials", "creds", "pat"}, last):
		return named{weakUnless(upper), "credential", upper}
	}
	return joined(last, before, upper)
}

// mayMatter sorts out most names at little cost.
func mayMatter(name string) bool {
	end := len(name)
	for end > 0 && isDigit(name[end-1]) {
		end--
	}
	if end > 0 && strings.IndexByte("dwestynl", name[end-1]|0x20) >= 0 {
		return true
	}
	for i := range max(0, len(name)-1) {
		if name[i]|0x20 == 'p' && (name[i+1]|0x20 == 'a' || name[i+1]|0x20 == 'w') {
			return true
		}
	}
	return false
}

// joined is kindOf for a key, token or signature, by the words before it.
func joined(last string, before []string, upper bool) named {
	var what string
	switch last {
	case "key", "token", "signature":
		what = last
	case "authorization", "cookie":
		return named{strong, last, upper}
	default:
		return named{}
	}
	has := func(list []string) bool {
		return slices.ContainsFunc(before, func(part string) bool { return slices.Contains(list, part) })
	}
	switch {
	case has(harmlessKeys):
		return named{}
	case has(with):
		return named{strong, what, upper}
	case what == "signature":
		return named{}
	}
	return named{weakUnless(upper && len(before) > 0), what, upper}
}

func weakUnless(sure bool) strength {
	if sure {
		return strong
	}
	return weak
}

// words splits a name into its words, in small letters, and says whether it is
// written in capitals.
func words(name string) (parts []string, upper bool) {
	upper = true
	start := 0
	flush := func(end int) {
		if end > start {
			parts = append(parts, strings.ToLower(name[start:end]))
		}
		start = end
	}
	for i := range len(name) {
		switch c := name[i]; {
		case c == '_' || c == '-' || c == '.':
			flush(i)
			start = i + 1
		case c >= 'a' && c <= 'z':
			upper = false
		case c >= 'A' && c <= 'Z' && i > 0 && (name[i-1] >= 'a' && name[i-1] <= 'z' || i+1 < len(name) && name[i-1] >= 'A' && name[i-1] <= 'Z' && name[i+1] >= 'a' && name[i+1] <= 'z'):
			flush(i)
		}
	}
	flush(len(name))
	return parts, upper
}

// nameMost is how long a name may be, in bytes.
const nameMost = 80
