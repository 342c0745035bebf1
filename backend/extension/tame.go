package extension

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// turning are the characters that change the direction of the text around them
// (Unicode's explicit formatting characters), as they are and as JSON escapes them.
var turning = regexp.MustCompile(`(?i)[\x{202a}-\x{202e}\x{2066}-\x{2069}]|\\u202[a-e]|\\u206[6-9]`)

// shownKeys are members whose text the workbench shows on one line.
var shownKeys = map[string]bool{"displayName": true, "description": true, "title": true, "label": true}

// unseenEscape is where JSON may hold a character that is not seen.
var unseenEscape = regexp.MustCompile(`\\u00[01][0-9A-Fa-f]|\\[bfr]|\\u200[b-fB-F]|\\u00[89][0-9A-Fa-f]|\\u[fF][eE][fF][fF]`)

// tame is the text of a manifest as the page may have it: without what turns the
// direction of text, and with the names that are shown free of what is not seen.
// A text without such things stays as it is, byte for byte.
func tame(data []byte) string {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	text := turning.ReplaceAllString(string(data), "\uFFFD")
	if !unseenEscape.MatchString(text) && strings.IndexFunc(text, func(r rune) bool { return r > 0x7e && unseen(r) }) < 0 {
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
		if shownKeys[key] {
			return Plain(strings.Join(strings.FieldsFunc(v, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "), mostDescription)
		}
	}
	return value
}
