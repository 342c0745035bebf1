package bedrock

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/keel-ide/keel/backend/outbound"
)

// plainBody lets the bodies of requests only be read.
//
// The SDK closes a body as soon as the answer begins. Over HTTP/1 that may be
// while net/http still looks whether the body has ended; its WriteTo then fails
// with io.EOF, net/http takes the request for broken and closes the connection,
// and the reply is lost. A closed body that is read has just ended.
type plainBody struct {
	client  aws.HTTPClient
	through *outbound.Transport // says what is due to a proxy or to trust
}

func (p plainBody) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	response, err := p.client.Do(request)
	return p.through.Explain(request, response, err)
}
