package bedrock

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
)

// verbatim is a document that goes into the request as the JSON it is.
//
// The SDK's own encoder, given Go values, turns json.RawMessage into a list of
// numbers and json.Number into a string, loses integers above 2^53 that were
// decoded to float64, refuses empty keys and null, and swallows its errors:
// the request then lacks the value. It also sorts keys, and a model's
// arguments are best returned as they came.
type verbatim struct {
	document.Interface // for the method that only the SDK can write
	text               []byte
}

// newDocument returns text, a JSON object, as a document; empty text is {}.
// Bytes that are not UTF-8, which the SDK mends in strings of its own, become
// the replacement character here too.
func newDocument(text json.RawMessage) (document.Interface, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = json.RawMessage("{}")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, bytes.ToValidUTF8(text, []byte("\uFFFD"))); err != nil {
		return nil, err
	}
	if compact.Bytes()[0] != '{' {
		return nil, errors.New("not a JSON object")
	}
	return &verbatim{Interface: document.NewLazyDocument(nil), text: compact.Bytes()}, nil
}

// MarshalSmithyDocument is what the SDK's serializer calls.
func (v *verbatim) MarshalSmithyDocument() ([]byte, error) { return v.text, nil }

// UnmarshalSmithyDocument decodes the document into value.
func (v *verbatim) UnmarshalSmithyDocument(value any) error {
	decoder := json.NewDecoder(bytes.NewReader(v.text))
	decoder.UseNumber()
	return decoder.Decode(value)
}
