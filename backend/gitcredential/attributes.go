package gitcredential

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The operations of a credential helper, see gitcredentials(7). There is a third
// one, store, which has nothing to do here.
const (
	operationGet   = "get"
	operationErase = "erase"
	operationStore = "store"
)

// attributesMost is how many bytes a question or an answer may have; git's are a
// few hundred.
const attributesMost = 64 << 10

var errMalformed = errors.New("not what git asks")

// attributes are git's key=value lines, see git-credential(1), without those whose
// name ends with []: nothing is answered by them.
type attributes map[string]string

// readAttributes reads lines up to an empty one. The end of the input counts as
// one where ended is false.
func readAttributes(from io.Reader, ended bool) (attributes, error) {
	text, err := io.ReadAll(io.LimitReader(from, attributesMost+1))
	if err != nil {
		return nil, fmt.Errorf("reading git's question: %w", err)
	}
	return parse(string(text), ended)
}

func parse(text string, ended bool) (attributes, error) {
	if len(text) > attributesMost {
		return nil, fmt.Errorf("reading more than %d bytes: %w", attributesMost, errMalformed)
	}
	found := attributes{}
	for text != "" {
		line, rest, whole := strings.Cut(text, "\n")
		if !whole {
			return nil, fmt.Errorf("reading half a line: %w", errMalformed)
		}
		if line == "" {
			if rest != "" {
				return nil, fmt.Errorf("reading on after the end: %w", errMalformed)
			}
			return found, nil
		}
		text = rest
		key, value, ok := strings.Cut(line, "=")
		if !ok || !plainKey(strings.TrimSuffix(key, "[]")) || !oneLine(value) {
			return nil, fmt.Errorf("reading a line: %w", errMalformed)
		}
		if strings.HasSuffix(key, "[]") {
			continue
		}
		if _, twice := found[key]; twice {
			return nil, fmt.Errorf("reading %q twice: %w", key, errMalformed)
		}
		found[key] = value
	}
	if ended {
		return nil, fmt.Errorf("reading without an end: %w", errMalformed)
	}
	return found, nil
}

// plainKey reports whether a key is one of those that git has.
func plainKey(key string) bool {
	for i := range len(key) {
		if c := key[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return key != ""
}

// oneLine reports whether nothing takes a value for more than one line, or for its
// beginning.
func oneLine(value string) bool { return !strings.ContainsAny(value, "\n\r\x00") }

// encode writes pairs as lines with an empty one behind them; empty values are left
// out.
func encode(pairs ...[2]string) ([]byte, error) {
	var text strings.Builder
	for _, pair := range pairs {
		if !oneLine(pair[1]) {
			return nil, fmt.Errorf("writing %q, which holds a new line: %w", pair[0], errMalformed)
		}
		if pair[1] != "" {
			text.WriteString(pair[0] + "=" + pair[1] + "\n")
		}
	}
	text.WriteByte('\n')
	if text.Len() > attributesMost {
		return nil, fmt.Errorf("writing more than %d bytes: %w", attributesMost, errMalformed)
	}
	return []byte(text.String()), nil
}

// The keys of Keel's own that stand beside git's.
const (
	keyOperation = "operation"
	keyNote      = "note"
)

// readQuestion reads what [Run] has sent. Of a protocol other than https, or
// without the plain name of a host, there is no question: what is answered may
// name the host, and ends in a terminal.
func readQuestion(from io.Reader) (operation string, q Question, err error) {
	asked, err := readAttributes(from, true)
	if err != nil {
		return "", Question{}, err
	}
	operation = asked[keyOperation]
	if asked["protocol"] != "https" || !plainHost(asked["host"]) || operation != operationGet && operation != operationErase {
		return "", Question{}, fmt.Errorf("reading a question about %q: %w", asked["protocol"], errMalformed)
	}
	return operation, Question{Host: asked["host"], Username: asked["username"], Password: asked["password"]}, nil
}

func (a Answer) encode() ([]byte, error) {
	if a.Password == "" {
		return encode([2]string{keyNote, a.Note})
	}
	expiry := ""
	if !a.Expiry.IsZero() {
		expiry = strconv.FormatInt(a.Expiry.Unix(), 10)
	}
	return encode([2]string{"username", a.Username}, [2]string{"password", a.Password}, [2]string{"password_expiry_utc", expiry})
}
