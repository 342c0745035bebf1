package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// names answers every question for an IPv4 address with the next of these, from a
// server on loopback that this process asks as long as the test runs.
func names(t *testing.T, addresses ...[]string) *atomic.Int64 {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	asked := &atomic.Int64{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		packet := make([]byte, 4096)
		for {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			var question dnsmessage.Message
			if question.Unpack(packet[:n]) != nil || len(question.Questions) == 0 {
				continue
			}
			answer := dnsmessage.Message{
				Header:    dnsmessage.Header{ID: question.ID, Response: true, RecursionAvailable: true},
				Questions: question.Questions,
			}
			if q := question.Questions[0]; q.Type == dnsmessage.TypeA {
				for _, address := range addresses[min(int(asked.Add(1))-1, len(addresses)-1)] {
					answer.Answers = append(answer.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0},
						Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()},
					})
				}
			}
			if packed, err := answer.Pack(); err == nil {
				_, _ = server.WriteTo(packed, from)
			}
		}
	}()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		_ = server.Close()
		<-ended
	})
	return asked
}

// The name of a hostile host leads to a public address while it is looked at, and to
// this machine afterwards. Here 127.0.0.1 is the public web, and 127.0.0.2 the rest.
func TestNamesThatChange(t *testing.T) {
	asked := names(t, []string{"127.0.0.1"}, []string{"127.0.0.2"}, []string{"10.0.0.1", "169.254.169.254", "127.0.0.2"}, nil)
	var reached atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		if r.URL.Path == "/again" {
			http.Redirect(w, r, "/secret", http.StatusFound) // for which the name is asked again
			return
		}
		answer("text/plain", "what nobody may read")(w, r)
	})
	_, port, _ := strings.Cut(strings.TrimPrefix(server, "http://"), ":")
	at := "http://hostile.example:" + port
	client := local(t, Options{})
	if page, err := client.Get(t.Context(), at+"/again"); !errors.Is(err, ErrPrivate) || reached.Load() != 1 {
		t.Errorf("%+v, %v after %d requests", page, err, reached.Load())
	}
	if page, err := client.Get(t.Context(), at); !errors.Is(err, ErrPrivate) {
		t.Errorf("of many addresses none is public: %+v, %v", page, err)
	}
	if n := asked.Load(); n != 3 || reached.Load() != 1 {
		t.Errorf("the name was asked for %d times, the server %d times", n, reached.Load())
	}
}

// A proxy is not asked for a name that leads to a private network here.
func TestNamesBehindAProxy(t *testing.T) {
	names(t, []string{"127.0.0.1", "192.168.1.1"})
	proxy, err := url.Parse(serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the proxy was asked for %s", r.URL) }))
	if err != nil {
		t.Fatal(err)
	}
	client := local(t, Options{Proxy: func(*url.URL) (*url.URL, error) { return proxy, nil }})
	if page, err := client.Get(t.Context(), "http://hostile.example/"); !errors.Is(err, ErrPrivate) {
		t.Errorf("%+v, %v", page, err)
	}
}
