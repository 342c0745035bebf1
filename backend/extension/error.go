package extension

import (
	"errors"
	"strings"
	"unicode"
)

// Reasons that callers branch on; an [*Error] wraps one of them.
var (
	// ErrNotFound: there is no such extension, version, plan, job or file.
	ErrNotFound = errors.New("not found")
	// ErrRegistry: the registry cannot be reached, or does not answer as one.
	ErrRegistry = errors.New("the registry cannot be used")
	// ErrRefused: a package that is not installed, whatever the person wants.
	ErrRefused = errors.New("refused")
	// ErrNotAgreed: nobody has agreed to this yet.
	ErrNotAgreed = errors.New("not agreed to")
	// ErrBusy: another process is at work.
	ErrBusy = errors.New("busy")
	// ErrTooLarge: it is larger than anything that is taken.
	ErrTooLarge = errors.New("too large")
	// ErrKept: the list of extensions cannot be used.
	ErrKept = errors.New("the list of extensions cannot be used")
)

// Error is a failure in words for a person.
type Error struct {
	Message string // what happened and what is safe
	Hint    string // what to do next; may be empty
	Err     error  // one of the reasons, perhaps with what it was made from
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Err }

// refuse is an error about a package that is not installed.
func refuse(message string) error {
	return &Error{
		Message: message, Err: ErrRefused,
		Hint: "Nothing was installed. Tell whoever publishes it, or choose another version.",
	}
}

// Plain is text of a stranger on one line: what would break the line, turn its
// direction or hide shows as a replacement character, and what is long is cut.
func Plain(text string, most int) string {
	var b strings.Builder
	count := 0
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if count == most {
			b.WriteRune('…')
			break
		}
		if unseen(r) {
			r = unicode.ReplacementChar
		}
		b.WriteRune(r)
		count++
	}
	return b.String()
}

// unseen tells whether a character is a control character, turns the direction of
// text or is not seen at all.
func unseen(r rune) bool {
	if r == '\u200d' || r >= 0xfe00 && r <= 0xfe0f {
		return false // they make one picture of several characters
	}
	return !unicode.IsPrint(r) && r != ' '
}
