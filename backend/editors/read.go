package editors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"unicode/utf8"

	"github.com/tailscale/hujson"

	"github.com/keel-ide/keel/backend/jsonc"
)

// largest is how long a file may be that is read, in bytes.
const largest = 8 << 20

// deepest is how deep its values may nest.
const deepest = 100

// readFile reads an ordinary file, also where a link leads to it.
func readFile(path string, limit int) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // opening a pipe would wait
	if err != nil {
		return nil, withoutPath(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, withoutPath(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a file")
	}
	data, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	switch {
	case err != nil:
		return nil, withoutPath(err)
	case len(data) > limit:
		return nil, errors.New("it is too long")
	}
	return data, nil
}

// withoutPath drops the path, which the caller names.
func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}

// parseFile reads JSON with comments and trailing commas. A file of blanks and
// comments alone has the value null.
func parseFile(path string, limit int) (hujson.Value, error) {
	data, err := readFile(path, limit)
	if err != nil {
		return hujson.Value{}, err
	}
	return parse(data)
}

func parse(data []byte) (hujson.Value, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return hujson.Value{}, errors.New("it is not text in UTF-8")
	}
	if jsonc.TooDeep(data, deepest) >= 0 {
		return hujson.Value{}, fmt.Errorf("it nests more than %d levels deep", deepest)
	}
	parsed, err := hujson.Parse(data)
	if err == nil {
		return parsed, nil
	}
	// A comment may stand at the end, and be everything.
	for _, more := range []string{"\n", "\nnull"} {
		if parsed, again := hujson.Parse(append(bytes.Clone(data), more...)); again == nil {
			return parsed, nil
		}
	}
	return hujson.Value{}, mistake(err)
}

// mistake says where a text is broken, and nothing of what stands there: a link may
// lead to anything.
func mistake(err error) error {
	var line, column int
	if _, scanErr := fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &line, &column); scanErr != nil {
		return errors.New("it has a mistake")
	}
	return fmt.Errorf("it has a mistake in line %d, column %d", line, column)
}

// ReadObject reads the settings of an editor as they stand, nothing left out.
func ReadObject(path string) (Object, error) {
	value, err := parseFile(path, largest)
	if err != nil {
		return Object{}, err
	}
	return NewObject(value), nil
}

// Object is a JSON object with its members in their order.
type Object struct{ Members []Member }

// Member is a name with its value.
type Member struct {
	Name  string
	Value hujson.Value
}

// NewObject reads an object; any other value has no members.
func NewObject(value hujson.Value) Object {
	var o Object
	parsed, ok := value.Value.(*hujson.Object)
	if !ok {
		return o
	}
	for _, each := range parsed.Members {
		if name, ok := Text(each.Name); ok {
			o.Members = append(o.Members, Member{name, each.Value})
		}
	}
	return o
}

// Get returns the value of a name; of two the last counts.
func (o Object) Get(name string) (hujson.Value, bool) {
	for i := len(o.Members) - 1; i >= 0; i-- {
		if o.Members[i].Name == name {
			return o.Members[i].Value, true
		}
	}
	return hujson.Value{}, false
}

// text returns the string of a name, or nothing.
func (o Object) text(name string) string {
	value, _ := o.Get(name)
	found, _ := Text(value)
	return found
}

// Text returns a string.
func Text(value hujson.Value) (string, bool) {
	literal, ok := value.Value.(hujson.Literal)
	if !ok || literal.Kind() != '"' {
		return "", false
	}
	return literal.String(), true
}

// plain is a value as JSON, without comments and blanks.
func plain(value hujson.Value) []byte {
	value = value.Clone()
	value.Standardize()
	value.Minimize()
	return bytes.TrimSpace(value.Pack())
}
