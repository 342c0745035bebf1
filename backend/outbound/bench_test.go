package outbound_test

import (
	"net/http"
	"testing"

	"github.com/keel-ide/keel/backend/outbound"
)

// BenchmarkFirst is what the first use costs: reading what the environment of
// this machine names.
func BenchmarkFirst(b *testing.B) {
	for b.Loop() {
		outbound.New(outbound.Options{}).TLS()
	}
}

// BenchmarkLook is what is looked at before each request.
func BenchmarkLook(b *testing.B) {
	transport := outbound.New(outbound.Options{})
	request, err := http.NewRequest(http.MethodGet, "https://api.github.com/", nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := transport.Proxy(request); err != nil {
			b.Fatal(err)
		}
	}
}
