package endpoint

import (
	"encoding/json"
	"errors"
	"io"
)

// ValueLimit is how long a line or a JSON value of a reply may be: longer than
// all arguments that [provider.Assemble] keeps.
const ValueLimit = 48 << 20

// ErrEndless is returned for a line or value beyond [ValueLimit].
var ErrEndless = errors.New("a line without end")

// Values decodes one JSON value after the other, none longer than [ValueLimit].
type Values struct {
	decoder *json.Decoder
	source  *bounded
}

// NewValues returns a decoder of what body holds.
func NewValues(body io.Reader) *Values {
	source := &bounded{body: body}
	return &Values{decoder: json.NewDecoder(source), source: source}
}

// Decode reads the next value; see [json.Decoder.Decode].
func (v *Values) Decode(value any) error {
	v.source.left = ValueLimit
	return v.decoder.Decode(value)
}

// bounded reads so many bytes more.
type bounded struct {
	body io.Reader
	left int
}

func (b *bounded) Read(to []byte) (int, error) {
	if b.left <= 0 {
		return 0, ErrEndless
	}
	n, err := b.body.Read(to[:min(len(to), b.left)])
	b.left -= n
	return n, err
}
