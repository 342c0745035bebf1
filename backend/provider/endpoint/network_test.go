package endpoint

import (
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/keel-ide/keel/backend/outbound"
	"github.com/keel-ide/keel/backend/provider"
)

func TestProxies(t *testing.T) {
	s := Service{Name: "Work", Base: "https://llm.example.com/v1"}
	because := func(reason outbound.Reason) error {
		return &url.Error{Op: "Post", URL: s.Base, Err: &outbound.Error{Reason: reason, Message: "The proxy, " + string(reason) + ".", Hint: "Look at it."}}
	}
	for _, test := range []struct {
		err   error
		class provider.Class
		words string
	}{
		{because(outbound.ProxyAddress), provider.ClassValidation, "The proxy, proxy address."},
		{because(outbound.ProxyDown), provider.ClassBounded, "The proxy, proxy down."},
		{because(outbound.ProxyWants), provider.ClassAuth, "The proxy, proxy wants."},
		{because(outbound.ProxyRefused), provider.ClassAccess, "The proxy, proxy refused."},
		{because(outbound.Untrusted), provider.ClassValidation, "The proxy, untrusted."},
		{&url.Error{Op: "Post", URL: s.Base, Err: &net.DNSError{Name: "llm.example.com", IsNotFound: true}}, provider.ClassBounded, `There is no host "llm.example.com" for Work.`},
		{&url.Error{Op: "Post", URL: s.Base, Err: &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}}, provider.ClassBounded, "Work cannot be reached at https://llm.example.com."},
	} {
		got := explainNetwork(test.err, s)
		if got.Class != test.class || got.Message != test.words || !strings.HasSuffix(got.Hint, ".") {
			t.Errorf("%v: %+v", test.err, got)
		}
	}
}

func TestWhere(t *testing.T) {
	tests := map[string]struct{ loopback, private bool }{
		"http://127.0.0.1:1/v1":        {true, true},
		"http://127.9.9.9":             {true, true},
		"http://[::1]:80":              {true, true},
		"http://[::ffff:127.0.0.1]":    {true, true},
		"http://LocalHost.:1":          {true, true},
		"http://192.168.1.2:8000/v1":   {false, true},
		"http://gpu:8000":              {false, true},
		"http://gpu.local":             {false, true},
		"https://api.openai.com/v1":    {false, false},
		"http://8.8.8.8":               {false, false},
		"http://127.0.0.1.example.com": {false, false},
		"http://localhost@example.com": {false, false},
		"://":                          {false, false},
	}
	for address, want := range tests {
		if got := IsLoopback(address); got != want.loopback {
			t.Errorf("%s: loopback %v", address, got)
		}
		if got := IsPrivate(address); got != want.private {
			t.Errorf("%s: private %v", address, got)
		}
	}
}
