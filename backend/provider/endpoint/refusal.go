package endpoint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Refusal is an error as a service said it, with nothing secret in it.
type Refusal struct {
	Status  int    // of HTTP; 0 in mid-stream
	Code    string // such as "context_length_exceeded"; may be empty
	Message string // may be empty
	Page    bool   // the answer was a web page, not an error of an API

	raw string // all that was said, in lower case
}

// Mentions reports whether a word stands anywhere in what the service said,
// also beside the message, as the name of a refused field often does.
func (r *Refusal) Mentions(word string) bool { return strings.Contains(r.raw, word) }

func (r *Refusal) Error() string {
	if r.Status == 0 {
		return strings.TrimSpace(r.Code + " " + r.Message)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Status, r.Code, r.Message))
}

// says reports whether the code or the message holds one of the words, which
// are in lower case.
func (r *Refusal) says(words ...string) bool {
	text := strings.ToLower(r.Code + " " + r.Message)
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// ParseRefusal reads the body of an error. Services put it in many shapes:
// {"error":{…}}, {"error":"…"}, {"message":…}, {"detail":…}, a list around any
// of these, a JSON text in a message, plain text, or a proxy's web page. Where
// key occurs in it, it is taken out.
func ParseRefusal(body []byte, key string) *Refusal {
	r := &Refusal{raw: strings.ToLower(Redact(string(body), key))}
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) > 0 && trimmed[0] == '<':
		r.Page = true
	case !r.read(trimmed, 0):
		r.Message = string(trimmed)
	}
	r.Code, r.Message = Redact(r.Code, key), Redact(r.Message, key)
	return r
}

// Redact takes a key out of a text.
func Redact(text, key string) string {
	if key == "" {
		return text
	}
	return strings.ReplaceAll(text, key, "…")
}

// read takes what it finds in a JSON value; it reports whether that was
// anything.
func (r *Refusal) read(raw json.RawMessage, depth int) bool {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || depth > 4 {
		return false
	}
	switch raw[0] {
	case '"':
		var text string
		if json.Unmarshal(raw, &text) != nil || text == "" {
			return false
		}
		// Ollama hands on the JSON of the program that runs the model.
		if inner := strings.TrimSpace(text); strings.HasPrefix(inner, "{") && r.read(json.RawMessage(inner), depth+1) {
			return true
		}
		r.Message = text
		return true
	case '[':
		var list []json.RawMessage
		return json.Unmarshal(raw, &list) == nil && len(list) > 0 && r.read(list[0], depth+1)
	case '{':
		return r.readObject(raw, depth)
	}
	return false
}

func (r *Refusal) readObject(raw json.RawMessage, depth int) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return false
	}
	for _, name := range []string{"code", "type"} {
		if r.Code == "" {
			r.Code = scalar(object[name])
		}
	}
	// A code that is only the status says nothing; the type beside it may.
	if status, err := strconv.Atoi(r.Code); err == nil {
		if r.Status == 0 && status >= 400 && status < 600 {
			r.Status = status
		}
		r.Code = scalar(object["type"])
	}
	for _, name := range []string{"error", "message", "detail", "msg", "title"} {
		if value, ok := object[name]; ok && r.read(value, depth+1) {
			return true
		}
	}
	return r.Code != ""
}

// scalar is a string or a number as text.
func scalar(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	return ""
}
