package redact

import (
	"slices"
	"strings"
)

// shape is how a value stands behind its name.
type shape struct {
	quote  string // around it; empty for none
	tight  bool   // = without blanks around it
	colon  bool
	called bool // ( follows, or a comma or bracket of a call
	whole  bool // name and value are the line
}

// placeholders are values that stand for one, wherever they are.
var placeholders = []string{
	"null", "nil", "none", "undefined", "true", "false", "string", "number", "boolean", "bool", "int", "str", "bytes", "any", "unknown", "object",
	"void", "never", "text", "hidden",
}

// spoken are words that stand for a value in code and its comments. As a password in an address
// people do use them.
var spoken = []string{
	"required", "optional", "byte", "char", "prompt", "redacted", "secret", "token", "password", "key", "env", "yes", "no", "unset", "empty",
}

// placeholder reports whether a value, in small letters, only stands for one.
func placeholder(low string) bool {
	return slices.Contains(placeholders, low) || slices.Contains(spoken, low)
}

// references are how values begin that name a place where the secret is.
var references = []string{
	"${", "$(", "{{", "{%", "%(", "<", "process.env", "import.meta", "os.getenv", "os.environ", "env[", "env.", "secrets.", "vault:", "op://", "system.getenv",
	"arn:", "keychain:", "file:", "projects/", "@microsoft.keyvault", "getenv", "std::env", "ssm:", "resolve:",
}

// reference reports whether a value only stands for a secret.
func reference(value string) bool {
	value = unmarked(value)
	if value == "" {
		return true
	}
	if strings.Trim(value, "*xX.-_#?•…") == "" {
		return true
	}
	low := strings.ToLower(value[:min(len(value), 64)])
	if value[0] == '$' && len(value) > 1 && (isLetter(value[1]) || value[1] == '_') && variable(value[1:]) {
		return true
	}
	if value[0] == '%' && len(value) > 2 && value[len(value)-1] == '%' {
		return true
	}
	return placeholder(low) || slices.ContainsFunc(references, func(start string) bool { return strings.HasPrefix(low, start) })
}

// variable reports whether text is a name in capitals, or any name after which
// nothing stands, as after a $.
func variable(text string) bool { return strings.IndexFunc(text, notName) < 0 }

func notName(r rune) bool { return r > 127 || !alphanumeric(byte(r)) && r != '_' }

// unmarked is value without the marks in it, so that it is judged the same before
// and after something in it has become one.
func unmarked(value string) string {
	for {
		at := strings.Index(value, markStart)
		if at < 0 {
			return value
		}
		length := markAt(value[at:])
		if length == 0 {
			return value
		}
		value = value[:at] + value[at+length:]
	}
}

// isSecret decides about a value.
func isSecret(name string, n named, value string, s shape) bool {
	if reference(value) || strings.EqualFold(value, name) {
		return false
	}
	bare := unmarked(value)
	switch {
	case path(bare):
		return false
	case n.strength == weak:
		return random(bare, n.what == "token")
	case number(bare) && (n.strength != password && len(bare) < 6 || bare == "0" || bare == "1"):
		return false
	case n.upper && (s.tight || s.quote != ""):
		return !s.called
	case s.quote != "":
		return !prose(bare)
	case s.called:
		return false
	case identifier(bare):
		return n.strength == password && (s.tight || s.whole && (bare[0] < 'A' || bare[0] > 'Z')) && !strings.Contains(bare, ".")
	case n.strength == password:
		return len(bare) >= 3 && !strings.ContainsAny(bare, "[{(")
	case s.tight:
		return len(bare) >= shortest
	}
	return len(bare) >= shortest && !chain(bare) && mixed(bare) && strings.ContainsAny(bare, "0123456789+/=_-")
}

// identifier reports whether text could be the name of a variable or a type.
func identifier(text string) bool {
	for i := range len(text) {
		if !isLetter(text[i]) && text[i] != '_' && text[i] != '.' {
			return false
		}
	}
	return true
}

// chain reports whether text is names with dots between them, as members of
// variables are.
func chain(text string) bool {
	if !strings.Contains(text, ".") {
		return false
	}
	for part := range strings.SplitSeq(text, ".") {
		if part == "" || len(part) > 24 || isDigit(part[0]) || strings.IndexFunc(part, notName) >= 0 {
			return false
		}
	}
	return true
}

func number(text string) bool {
	for i := range len(text) {
		if !isDigit(text[i]) && text[i] != '.' {
			return false
		}
	}
	return text != ""
}

// path reports whether text is the name of a file.
func path(text string) bool {
	for _, start := range []string{"/run/", "/etc/", "/var/", "/home/", "/Users/", "/tmp/", "/opt/", "/usr/", "/mnt/", "~/", "./", "../", `C:\`} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	for _, end := range []string{".pem", ".key", ".json", ".txt", ".crt", ".p8", ".p12", ".yaml", ".yml", ".env", ".pub", ".go", ".ts", ".js", ".sock"} {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	return false
}

// prose reports whether text is a label or a sentence rather than a password.
func prose(text string) bool {
	if text == "" || text[0] < 'A' || text[0] > 'Z' {
		return false
	}
	for _, r := range text {
		if r < 128 && !isLetter(byte(r)) && !strings.ContainsRune(" .,:;!?'-()/&", r) {
			return false
		}
	}
	return strings.Contains(text, " ") || placeholder(strings.ToLower(text))
}

// random reports whether text looks like made by chance: long, of letters and
// digits, no path, no UUID and, unless it may be, no hash.
func random(text string, hash bool) bool {
	text = text[:min(len(text), 128)]
	if len(text) < 20 || uuid(text) || !hash && all(text, hex) {
		return false
	}
	var letter, digit bool
	for i := range len(text) {
		c := text[i]
		if !base64class.has(c) && c != '.' && c != '~' {
			return false
		}
		letter, digit = letter || isLetter(c), digit || isDigit(c)
	}
	return letter && digit && run(text) >= 16 && distinct(text) > 8
}

func all(text string, c class) bool {
	for i := range len(text) {
		if !c.has(text[i]) {
			return false
		}
	}
	return true
}

func uuid(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (text[i] == '-') || !dash && !hex.has(text[i]|0x20) {
			return false
		}
	}
	return true
}
