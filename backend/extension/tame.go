package extension

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
)

// turning tells the characters that change the direction of the text around them:
// Unicode's explicit formatting characters.
func turning(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }

// straight is a text without those.
func straight(text string) string {
	return strings.Map(func(r rune) rune {
		if turning(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// shownKeys are members whose text the workbench shows on one line.
var shownKeys = map[string]bool{"displayName": true, "description": true, "title": true, "label": true}

// unseenEscape is where JSON may hold a character that is not seen.
var unseenEscape = regexp.MustCompile(`\\u00[01][0-9A-Fa-f]|\\[bfr]|\\u20[026][0-9A-Fa-f]|\\u00[89][0-9A-Fa-f]|\\u[fF][eE][fF][fF]`)

// tame is the text of a manifest as the page may have it: without what turns the
// direction of text, and with the names that are shown free of what is not seen.
// A text without such things stays as it is, byte for byte.
func tame(data []byte) string {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if harmless(data) {
		return string(data)
	}
	text := string(data)
	if hasAny(data, "\xe2\x80", "\xe2\x81") {
		text = straight(text)
	}
	escaped := hasAny(data, `\u`, `\b`, `\f`, `\r`) && unseenEscape.MatchString(text)
	if !escaped && strings.IndexFunc(text, func(r rune) bool { return r > 0x7e && unseen(r) }) < 0 {
		return text
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return text
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(tamed("", value)) != nil {
		return text
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// harmless tells at a glance that a text holds nothing to tame, which is so of
// nearly every manifest: each one is looked at when Keel starts, and looking for
// patterns takes ten times as long.
func harmless(data []byte) bool {
	for _, c := range data {
		if c > 0x7e {
			return false
		}
	}
	return !hasAny(data, `\u`, `\b`, `\f`, `\r`)
}

func hasAny(data []byte, parts ...string) bool {
	for _, part := range parts {
		if bytes.Contains(data, []byte(part)) {
			return true
		}
	}
	return false
}

// tamed walks a value; key is the member that holds it.
func tamed(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, each := range v {
			v[name] = tamed(name, each)
		}
	case []any:
		for i, each := range v {
			v[i] = tamed(key, each)
		}
	case string:
		v = straight(v)
		value = v
		if shownKeys[key] {
			return Plain(strings.Join(strings.FieldsFunc(v, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "), mostDescription)
		}
	}
	return value
}
