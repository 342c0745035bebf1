package tool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// argumentType is what an argument is, in JSON Schema's words.
type argumentType string

const (
	textArgument    argumentType = "string"
	integerArgument argumentType = "integer"
	booleanArgument argumentType = "boolean"
	listArgument    argumentType = "array"
)

// argument declares one argument of a tool. The schema the model reads and the
// check of what it sends are both made from it.
type argument struct {
	name        string
	kind        argumentType
	required    bool
	minimum     int // of an integer, or how many items; with maximum 0 there is neither
	maximum     int
	oneOf       []string   // of a text: the only ones there are; none for any
	fields      []argument // of a list whose items are objects; none for a list of texts
	description string
}

// values are the decoded arguments of a call, or of an item of a list; what was
// left out is absent.
type values struct {
	texts    map[string]string
	integers map[string]int
	booleans map[string]bool
	lists    map[string][]string
	objects  map[string][]values
}

// schema is a closed JSON Schema whose properties stand in the order declared:
// models write them in that order, and the path should come first.
func schema(arguments []argument) json.RawMessage {
	var b bytes.Buffer
	b.WriteString(`{"type":"object","properties":{`)
	var required []string
	for i, a := range arguments {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `%s:{"type":%s`, quote(a.name), quote(string(a.kind)))
		a.writeBounds(&b)
		if a.description != "" {
			fmt.Fprintf(&b, `,"description":%s`, quote(a.description))
		}
		b.WriteByte('}')
		if a.required {
			required = append(required, quote(a.name))
		}
	}
	fmt.Fprintf(&b, `},"required":[%s],"additionalProperties":false}`, strings.Join(required, ","))
	return b.Bytes()
}

// writeBounds writes what the schema says about an argument beyond its type.
func (a argument) writeBounds(b *bytes.Buffer) {
	switch {
	case a.kind == integerArgument && a.maximum > 0:
		fmt.Fprintf(b, `,"minimum":%d,"maximum":%d`, a.minimum, a.maximum)
	case a.kind == textArgument && len(a.oneOf) > 0:
		fmt.Fprintf(b, `,"enum":[%s]`, quoted(a.oneOf))
	case a.kind == listArgument:
		items := []byte(`{"type":"string"}`)
		if len(a.fields) > 0 {
			items = schema(a.fields)
		}
		fmt.Fprintf(b, `,"items":%s,"minItems":%d,"maxItems":%d`, items, a.minimum, a.maximum)
	}
}

// quoted lists texts as JSON strings.
func quoted(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = quote(text)
	}
	return strings.Join(list, ",")
}

// quote writes text as a JSON string.
func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil { // a string always has a JSON form
		return strconv.Quote(text)
	}
	return string(quoted)
}

// decode checks the arguments of a call. Every mistake is answered with the
// whole list of what the tool takes.
func decode(tool string, arguments []argument, raw json.RawMessage) (values, error) {
	v, problem := decodeObject("the arguments are", arguments, raw)
	if problem != "" {
		return values{}, refuse("%s: %s. It takes: %s.", tool, problem, usage(arguments))
	}
	return v, nil
}

// decodeObject decodes an object, which is called subject; it returns what is
// wrong when something is.
func decodeObject(subject string, arguments []argument, raw json.RawMessage) (v values, problem string) {
	v = values{
		texts: map[string]string{}, integers: map[string]int{}, booleans: map[string]bool{},
		lists: map[string][]string{}, objects: map[string][]values{},
	}
	var given map[string]json.RawMessage
	if len(bytes.TrimSpace(raw)) > 0 {
		if err := json.Unmarshal(raw, &given); err != nil {
			return v, fmt.Sprintf("%s not a JSON object (%v)", subject, err)
		}
	}
	for _, a := range arguments {
		value, ok := given[a.name]
		delete(given, a.name)
		if !ok || string(value) == "null" {
			if a.required {
				return v, fmt.Sprintf("the argument %q is missing", a.name)
			}
			continue
		}
		if problem := v.set(a, value); problem != "" {
			return v, fmt.Sprintf("the argument %q must be %s", a.name, problem)
		}
	}
	for name := range given {
		return v, fmt.Sprintf("there is no argument %q", name)
	}
	return v, ""
}

// set decodes one value; it returns what the value must be when it is not.
func (v values) set(a argument, raw json.RawMessage) (mustBe string) {
	switch a.kind {
	case textArgument:
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return "a string"
		}
		if len(a.oneOf) > 0 && !slices.Contains(a.oneOf, text) {
			return "one of " + quoted(a.oneOf)
		}
		v.texts[a.name] = text
	case integerArgument:
		var number float64
		if json.Unmarshal(raw, &number) != nil || number != math.Trunc(number) || number < float64(a.minimum) || number > float64(a.maximum) {
			return fmt.Sprintf("a whole number from %d to %d", a.minimum, a.maximum)
		}
		v.integers[a.name] = int(number)
	case booleanArgument:
		var truth bool
		if json.Unmarshal(raw, &truth) != nil {
			return "true or false"
		}
		v.booleans[a.name] = truth
	case listArgument:
		return v.setList(a, raw)
	}
	return ""
}

// setList decodes a list of texts or of objects.
func (v values) setList(a argument, raw json.RawMessage) (mustBe string) {
	var items []json.RawMessage
	what := "strings"
	if len(a.fields) > 0 {
		what = "objects"
	}
	if json.Unmarshal(raw, &items) != nil || len(items) < a.minimum || len(items) > a.maximum {
		return fmt.Sprintf("a list of %d to %d %s", a.minimum, a.maximum, what)
	}
	for i, item := range items {
		if len(a.fields) == 0 {
			var text string
			if string(item) == "null" || json.Unmarshal(item, &text) != nil {
				return fmt.Sprintf("a list of strings; item %d is none", i+1)
			}
			v.lists[a.name] = append(v.lists[a.name], text)
			continue
		}
		object, problem := decodeObject("it is", a.fields, item)
		if problem != "" {
			return fmt.Sprintf("a list of objects; in item %d %s", i+1, problem)
		}
		v.objects[a.name] = append(v.objects[a.name], object)
	}
	return ""
}

// usage lists arguments for a model: `path (string), limit (integer, optional)`.
func usage(arguments []argument) string {
	parts := make([]string, len(arguments))
	for i, a := range arguments {
		optional := ""
		if !a.required {
			optional = ", optional"
		}
		parts[i] = fmt.Sprintf("%s (%s%s)", a.name, a.shape(), optional)
	}
	return strings.Join(parts, ", ")
}

// shape is an argument's type in words.
func (a argument) shape() string {
	switch {
	case len(a.oneOf) > 0:
		return strings.Join(a.oneOf, "|")
	case len(a.fields) > 0:
		return "list of objects with " + usage(a.fields)
	case a.kind == listArgument:
		return "list of strings"
	}
	return string(a.kind)
}

// integer returns an argument, or fallback when it was left out.
func (v values) integer(name string, fallback int) int {
	if number, ok := v.integers[name]; ok {
		return number
	}
	return fallback
}

// boolean returns an argument, or fallback when it was left out.
func (v values) boolean(name string, fallback bool) bool {
	if truth, ok := v.booleans[name]; ok {
		return truth
	}
	return fallback
}
