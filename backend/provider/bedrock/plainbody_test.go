package bedrock

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/keel-ide/keel/backend/outbound"
)

// closing sends a request, and closes its body once all of it was written.
type closing struct {
	request *http.Request
	end     string // of the body
	sent    bytes.Buffer
}

func (c *closing) Do(request *http.Request) (*http.Response, error) {
	c.request = request
	return nil, request.Write(c)
}

func (c *closing) Write(data []byte) (int, error) {
	n, err := c.sent.Write(data)
	if strings.HasSuffix(c.sent.String(), c.end) {
		_ = c.request.Body.Close() // as the SDK does when the answer begins
	}
	return n, err
}

// WriteByte keeps net/http from buffering.
func (c *closing) WriteByte(b byte) error { return c.sent.WriteByte(b) }

// What the SDK makes of a body fails when it is closed before net/http has
// found its end.
func TestAnswerBeforeTheBodyHasEnded(t *testing.T) {
	for name, safe := range map[string]bool{"as the SDK sends it": false, "as a plain body": true} {
		t.Run(name, func(t *testing.T) {
			built, ok := smithyhttp.NewStackRequest().(*smithyhttp.Request)
			if !ok {
				t.Fatal("no request")
			}
			const body = `{"messages":[]}`
			built, err := built.SetStream(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			built.Method, built.ContentLength = http.MethodPost, int64(len(body))
			built.URL.Scheme, built.URL.Host = "http", "localhost"
			sender := &closing{end: body}
			request := built.Build(t.Context())
			if safe {
				_, err = plainBody{sender, outbound.New(outbound.Options{})}.Do(request)
			} else {
				_, err = sender.Do(request)
			}
			if got := err == nil; got != safe {
				t.Errorf("sent %t, want %t: %v", got, safe, err)
			}
		})
	}
}
