package tool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// kind of an argument, in JSON Schema's words.
type argumentType string

const (
	textArgument    argumentType = "string"
	integerArgument argumentType = "integer"
	booleanArgument argumentType = "boolean"
)

// argument declares one argument of a tool. The schema the model reads and the
// check of what it sends are both made from it.
type argument struct {
	name        string
	kind        argumentType
	required    bool
	minimum     int // of an integer; with maximum 0 there is neither
	maximum     int
	description string
}

// values are the decoded arguments of a call; what was left out is absent.
type values struct {
	texts    map[string]string
	integers map[string]int
	booleans map[string]bool
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
		if a.maximum > 0 {
			fmt.Fprintf(&b, `,"minimum":%d,"maximum":%d`, a.minimum, a.maximum)
		}
		fmt.Fprintf(&b, `,"description":%s}`, quote(a.description))
		if a.required {
			required = append(required, quote(a.name))
		}
	}
	fmt.Fprintf(&b, `},"required":[%s],"additionalProperties":false}`, strings.Join(required, ","))
	return b.Bytes()
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
	v := values{texts: map[string]string{}, integers: map[string]int{}, booleans: map[string]bool{}}
	wrong := func(format string, operands ...any) (values, error) {
		return values{}, refuse("%s: %s. It takes: %s.", tool, fmt.Sprintf(format, operands...), usage(arguments))
	}
	var given map[string]json.RawMessage
	if len(bytes.TrimSpace(raw)) > 0 {
		if err := json.Unmarshal(raw, &given); err != nil {
			return wrong("the arguments are not a JSON object (%v)", err)
		}
	}
	for _, a := range arguments {
		value, ok := given[a.name]
		delete(given, a.name)
		if !ok || string(value) == "null" {
			if a.required {
				return wrong("the argument %q is missing", a.name)
			}
			continue
		}
		if problem := v.set(a, value); problem != "" {
			return wrong("the argument %q must be %s", a.name, problem)
		}
	}
	for name := range given {
		return wrong("there is no argument %q", name)
	}
	return v, nil
}

// set decodes one value; it returns what the value must be when it is not.
func (v values) set(a argument, raw json.RawMessage) (mustBe string) {
	switch a.kind {
	case textArgument:
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return "a string"
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
		parts[i] = fmt.Sprintf("%s (%s%s)", a.name, a.kind, optional)
	}
	return strings.Join(parts, ", ")
}

// integer returns an argument, or fallback when it was left out.
func (v values) integer(name string, fallback int) int {
	if number, ok := v.integers[name]; ok {
		return number
	}
	return fallback
}
