package fetch

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// raw writes to a connection by hand, and ends it.
func raw(t *testing.T, w http.ResponseWriter, write func(io.Writer)) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	write(connection)
	_ = connection.Close()
}

// A server that does its worst ends in an error or a page within the limits.
func TestHostileServer(t *testing.T) {
	var hops atomic.Int64
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/hop"): // as many as 100, each another address
			http.Redirect(w, r, fmt.Sprintf("/hop%d", hops.Add(1)%100), http.StatusFound)
		case r.URL.Path == "/endless":
			w.Header().Set("Content-Type", "text/plain")
			for {
				if _, err := w.Write(make([]byte, 0, 1)); err != nil || r.Context().Err() != nil {
					return
				}
				if _, err := io.WriteString(w, strings.Repeat("more ", 10_000)); err != nil {
					return
				}
			}
		case r.URL.Path == "/headers":
			raw(t, w, func(to io.Writer) {
				_, _ = io.WriteString(to, "HTTP/1.1 200 OK\r\n")
				for i := range 100_000 {
					if _, err := fmt.Fprintf(to, "X-%d: %s\r\n", i, strings.Repeat("y", 100)); err != nil {
						return
					}
				}
			})
		case r.URL.Path == "/short":
			raw(t, w, func(to io.Writer) {
				_, _ = io.WriteString(to, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nhalf")
			})
		case r.URL.Path == "/long":
			raw(t, w, func(to io.Writer) {
				_, _ = io.WriteString(to, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nhalf and more")
			})
		case r.URL.Path == "/negative":
			raw(t, w, func(to io.Writer) {
				_, _ = io.WriteString(to, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nx")
			})
		case r.URL.Path == "/noise":
			raw(t, w, func(to io.Writer) { _, _ = to.Write([]byte{0x16, 3, 1, 0, 0, 0xff}) })
		case r.URL.Path == "/nowhere":
			w.WriteHeader(http.StatusFound)
		case r.URL.Path == "/empty":
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path == "/part":
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, "a part")
		case r.URL.Path == "/unchanged":
			w.WriteHeader(http.StatusNotModified)
		}
	})
	client := local(t, Options{Timeout: 5 * time.Minute})
	for path, want := range map[string]string{
		"/hop0": "too many redirects", "/headers": "headers", "/short": "unexpected EOF", "/negative": "bad Content-Length", "/noise": "malformed",
		"/empty": "204 No Content", "/part": "206 Partial Content", "/unchanged": "304 Not Modified", "/nowhere": "too many redirects",
	} {
		page, err := client.Get(t.Context(), server+path)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v; want %q", path, page, err, want)
		}
	}
	if n := hops.Load(); n != mostRedirects+1 {
		t.Errorf("%d requests for 100 redirects", n)
	}
	if page, err := client.Get(t.Context(), server+"/endless"); err != nil || page.Cut != cutFetched || page.Size != mostBytes {
		t.Errorf("endless: %d bytes, %v", page.Size, err)
	}
	if page, err := client.Get(t.Context(), server+"/long"); err != nil || page.Text != "half" {
		t.Errorf("more than announced: %+v, %v", page, err)
	}
}

// Bytes that come one by one do not hold a fetch beyond its limit.
func TestSlowDrip(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		ticks := time.NewTicker(time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-r.Context().Done():
				return
			case <-ticks.C:
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
			}
		}
	})
	if _, err := local(t, Options{Timeout: 100 * time.Millisecond}).Get(t.Context(), server); err == nil || !strings.Contains(err.Error(), "took longer than") {
		t.Errorf("got %v", err)
	}
}

// What a few bytes unpack to is cut; packings that were not asked for are no text.
func TestBombs(t *testing.T) {
	const letters = 200 << 20
	pack := map[string]func(io.Writer) io.WriteCloser{
		"gzip":    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"deflate": func(w io.Writer) io.WriteCloser { p, _ := flate.NewWriter(w, flate.BestSpeed); return p },
	}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		kind := strings.TrimPrefix(r.URL.Path, "/")
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Encoding", kind)
		packed, ok := pack[kind]
		if !ok {
			_, _ = w.Write([]byte{0xce, 0xb2, 0xcf, 0x81, 0x00, 0x00, 0xff})
			return
		}
		to := packed(w)
		for range letters / (64 << 10) {
			if _, err := io.WriteString(to, strings.Repeat("a", 64<<10)); err != nil {
				return
			}
		}
		_ = to.Close()
	})
	client := local(t, Options{Timeout: 5 * time.Minute})
	if page, err := client.Get(t.Context(), server+"/gzip"); err != nil || page.Cut != cutFetched || len(page.Text) != mostBytes {
		t.Errorf("gzip: %d bytes, %v", len(page.Text), err)
	}
	for _, kind := range []string{"deflate", "br", "zstd"} {
		if page, err := client.Get(t.Context(), server+"/"+kind); !errors.Is(err, ErrType) {
			t.Errorf("%s: %d bytes, %v", kind, len(page.Text), err)
		}
	}
}

// A name that has another address at every look is looked at as it is connected to.
func TestRebindingNames(t *testing.T) {
	var looks atomic.Int64
	server := serve(t, answer("text/plain", "what nobody may read"))
	// Public the first time and private from then on, as the second answer for such a
	// name would be.
	client := New(Options{
		Public: func(at netip.Addr) bool { return looks.Add(1) == 1 },
		Proxy:  func(*url.URL) (*url.URL, error) { return nil, nil },
	})
	if _, err := client.Get(t.Context(), server); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Get(t.Context(), server); !errors.Is(err, ErrPrivate) {
		t.Errorf("its next address: %v", err)
	}
	if n := looks.Load(); n != 2 { // once for each connection, with no look before it that could be outdated
		t.Errorf("looked %d times", n)
	}
}

func TestGetSameHost(t *testing.T) {
	other := serve(t, answer("text/plain", "another host"))
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other+"/?secret", http.StatusFound)
		case "/near":
			http.Redirect(w, r, "/there", http.StatusFound)
		default:
			answer("text/plain", "here")(w, r)
		}
	})
	client := local(t, Options{})
	_, err := client.GetSameHost(t.Context(), server+"/away")
	if away, ok := errors.AsType[*ElsewhereError](err); !ok || away.From != server+"/away" || away.To != other+"/?secret" {
		t.Errorf("got %v", err)
	}
	if page, err := client.Get(t.Context(), server+"/away"); err != nil || page.Text != "another host" {
		t.Errorf("for a person: %+v, %v", page, err)
	}
	if _, ok := client.ReadOn(server + "/away"); ok {
		t.Error("what only a person has looked at can be read on in")
	}
	if page, err := client.GetSameHost(t.Context(), server+"/near"); err != nil || page.Text != "here" {
		t.Errorf("same host: %+v, %v", page, err)
	}
	if _, ok := client.ReadOn(server + "/near"); !ok {
		t.Error("what was agreed to cannot be read on in")
	}
}

func TestSameHost(t *testing.T) {
	for _, tt := range []struct {
		first, next string
		want        bool
	}{
		{"https://a.example/x", "https://a.example/y?z", true},
		{"http://a.example/", "https://a.example/", true},
		{"http://a.example:80/", "https://a.example:443/", true},
		{"https://a.example/", "https://www.a.example/", true},
		{"https://www.a.example/", "https://a.example/", true},
		{"https://a.example/", "http://a.example/", false},
		{"https://a.example/", "https://a.example:8443/", false},
		{"https://a.example/", "https://b.a.example/", false},
		{"https://a.example/", "https://a.example.evil.test/", false},
		{"https://a.example/", "https://a.example./", false},
	} {
		first, err := Parse(tt.first)
		if err != nil {
			t.Fatal(err)
		}
		next, err := Parse(tt.next)
		if err != nil {
			t.Fatal(err)
		}
		if got := sameHost(first, next); got != tt.want {
			t.Errorf("%s to %s: %v", tt.first, tt.next, got)
		}
	}
}
