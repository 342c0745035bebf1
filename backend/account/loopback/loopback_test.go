package loopback

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const state = "the-state-of-this-sign-in"

func start(t *testing.T, ctx context.Context, limit time.Duration) *Listener {
	t.Helper()
	l, err := Listen(ctx, Options{Path: "/callback", State: state, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// answer is what a request got.
type answer struct {
	Status int
	Title  string
	Header http.Header
	Body   string
}

// browse sends a request as a browser would, without following anything.
func browse(t *testing.T, method, address, host string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		request.Host = host
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(body), "<h1>")
	title, _, _ := strings.Cut(rest, "</h1>")
	return answer{response.StatusCode, title, response.Header, string(body)}
}

// settled waits until no more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// refused tells whether nobody listens at an address any more.
func refused(t *testing.T, host string, port int) bool {
	t.Helper()
	connection, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err == nil {
		connection.Close()
	}
	return err != nil
}

const redirectQuery = "?code=4%2F0AbCdEfGhIjK&scope=openid&state=" + state

func TestTheBrowserComesBackAndIsToldTheTruth(t *testing.T) {
	tests := map[string]struct {
		tell  func(*Listener)
		title string
		says  string
	}{
		"signed in": {(*Listener).Succeed, "You are signed in to Keel", "You can close this tab."},
		"failed": {
			func(l *Listener) { l.Fail("The <b>account</b> is not allowed.", "Ask & try again.") },
			"The sign-in did not work", "<p>The &lt;b&gt;account&lt;/b&gt; is not allowed.</p>\n<p>Ask &amp; try again.</p>",
		},
		"not known":  {(*Listener).Close, "Go back to Keel", "Keel has the answer"},
		"only first": {func(l *Listener) { l.Fail("No.", ""); l.Succeed() }, "The sign-in did not work", "<p>No.</p>\n</main>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			l := start(t, t.Context(), 0)
			got := make(chan answer, 1)
			go func() { got <- browse(t, http.MethodGet, l.Redirect()+redirectQuery, "") }()
			values, err := l.Wait(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			want := url.Values{"code": {"4/0AbCdEfGhIjK"}, "scope": {"openid"}, "state": {state}}
			if d := cmp.Diff(want, values); d != "" {
				t.Error(d)
			}
			test.tell(l)
			page := <-got
			if page.Status != http.StatusOK || page.Title != test.title || !strings.Contains(page.Body, test.says) {
				t.Errorf("the page was %d %q:\n%s", page.Status, page.Title, page.Body)
			}
			l.Close()
			settled(t, before)
		})
	}
}

func TestThePageIsClosedToEverything(t *testing.T) {
	l := start(t, t.Context(), 0)
	l.Succeed()
	page := browse(t, http.MethodGet, l.Redirect()+redirectQuery, "")
	for name, want := range map[string]string{
		"Referrer-Policy":        "no-referrer",
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "nosniff",
		"Content-Type":           "text/html; charset=utf-8",
	} {
		if got := page.Header.Get(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	csp := page.Header.Get("Content-Security-Policy")
	for _, directive := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "style-src 'sha256-"} {
		if !strings.Contains(csp, directive) {
			t.Errorf("the policy %q lacks %q", csp, directive)
		}
	}
	for _, never := range []string{"<script", "4/0AbCdEfGhIjK", "4%2F0AbCdEfGhIjK", state, "ZgotmplZ"} {
		if strings.Contains(page.Body, never) {
			t.Errorf("the page holds %q:\n%s", never, page.Body)
		}
	}
}

func TestWhatDoesNotBelongChangesNothing(t *testing.T) {
	l := start(t, t.Context(), 0)
	port := strconv.Itoa(l.port)
	right := l.Redirect() + redirectQuery
	tests := map[string]struct {
		method, address, host string
		status                int
	}{
		"wrong state":       {http.MethodGet, l.Redirect() + "?code=abcdefghijkl&state=another", "", 400},
		"state too long":    {http.MethodGet, l.Redirect() + "?code=abcdefghijkl&state=" + state + "x", "", 400},
		"no state":          {http.MethodGet, l.Redirect() + "?code=abcdefghijkl", "", 400},
		"state twice":       {http.MethodGet, right + "&state=" + state, "", 400},
		"code twice":        {http.MethodGet, right + "&code=abcdefghijkl", "", 400},
		"code and error":    {http.MethodGet, right + "&error=access_denied", "", 400},
		"neither":           {http.MethodGet, l.Redirect() + "?state=" + state, "", 400},
		"bad escape":        {http.MethodGet, right + "&x=%zz", "", 400},
		"other path":        {http.MethodGet, strings.Replace(right, "/callback", "/callback/", 1), "", 404},
		"favicon":           {http.MethodGet, "http://127.0.0.1:" + port + "/favicon.ico", "", 404},
		"POST":              {http.MethodPost, right, "", 405},
		"HEAD":              {http.MethodHead, right, "", 405},
		"OPTIONS":           {http.MethodOptions, right, "", 405},
		"rebound name":      {http.MethodGet, right, "keel.example.com:" + port, 421},
		"name without port": {http.MethodGet, right, "127.0.0.1", 421},
		"other port":        {http.MethodGet, right, "127.0.0.1:1", 421},
		"another loopback":  {http.MethodGet, right, "127.0.0.2:" + port, 421},
		"ends in localhost": {http.MethodGet, right, "evil.localhost:" + port, 421},
		"query too long":    {http.MethodGet, right + "&x=" + strings.Repeat("x", largestQuery), "", 414},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := browse(t, test.method, test.address, test.host); got.Status != test.status {
				t.Errorf("answered %d, not %d", got.Status, test.status)
			}
			select {
			case values := <-l.answer:
				t.Fatalf("it was taken as the answer: %v", values)
			default:
			}
		})
	}
	l.Succeed()
	if got := browse(t, http.MethodGet, right, "LocalHost:"+port); got.Status != http.StatusOK || got.Title != "You are signed in to Keel" {
		t.Errorf("after all that, the right one got %d %q", got.Status, got.Title)
	}
	if got := browse(t, http.MethodGet, right, ""); got.Status != http.StatusGone {
		t.Errorf("a second use was answered %d", got.Status)
	}
	if _, err := l.Wait(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestAnErrorIsAnAnswer(t *testing.T) {
	l := start(t, t.Context(), 0)
	l.Fail("You did not allow it.", "")
	browse(t, http.MethodGet, l.Redirect()+"?error=access_denied&state="+state, "")
	values, err := l.Wait(t.Context(), nil)
	if err != nil || values.Get("error") != "access_denied" {
		t.Errorf("got %v, %v", values, err)
	}
}

func TestItListensOnThisMachineOnly(t *testing.T) {
	var config net.ListenConfig
	sockets, port, err := open(t.Context(), config.Listen)
	if err != nil {
		t.Fatal(err)
	}
	for _, socket := range sockets {
		address := socket.Addr().(*net.TCPAddr)
		if !address.IP.IsLoopback() || address.Port != port {
			t.Errorf("listens on %v, and the port is %d", address, port)
		}
		socket.Close()
	}
	l := start(t, t.Context(), 0)
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		ip := address.(*net.IPNet).IP
		if !ip.IsLoopback() && !ip.IsLinkLocalUnicast() && !refused(t, ip.String(), l.port) {
			t.Errorf("%v can be reached", ip)
		}
	}
	if refused(t, "127.0.0.1", l.port) || len(sockets) == 2 && refused(t, "::1", l.port) {
		t.Error("it does not listen on both addresses")
	}
	l.Close()
	if !refused(t, "127.0.0.1", l.port) || !refused(t, "::1", l.port) {
		t.Error("it listens after it was closed")
	}
}

func TestEnds(t *testing.T) {
	t.Run("with its context", func(t *testing.T) {
		before := runtime.NumGoroutine()
		ctx, cancel := context.WithCancel(t.Context())
		l := start(t, ctx, 0)
		cancel()
		if _, err := l.Wait(t.Context(), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		l.Close()
		settled(t, before)
		if !refused(t, "127.0.0.1", l.port) {
			t.Error("it listens still")
		}
	})
	t.Run("with its time", func(t *testing.T) {
		before := runtime.NumGoroutine()
		l := start(t, t.Context(), time.Millisecond)
		if _, err := l.Wait(t.Context(), nil); !errors.Is(err, ErrExpired) {
			t.Errorf("got %v", err)
		}
		l.Close()
		settled(t, before)
	})
	t.Run("when closed, also with connections that say nothing", func(t *testing.T) {
		before := runtime.NumGoroutine()
		l := start(t, t.Context(), time.Hour)
		if time.Until(l.Until()) > longest {
			t.Errorf("it would listen until %v", l.Until())
		}
		silent, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(l.port)))
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		go l.Close()
		if _, err := l.Wait(t.Context(), nil); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
		l.Close()
		settled(t, before)
	})
	t.Run("only the waiting", func(t *testing.T) {
		l := start(t, t.Context(), 0)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.Wait(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		l.Succeed()
		browse(t, http.MethodGet, l.Redirect()+redirectQuery, "")
		if _, err := l.Wait(t.Context(), nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("while the browser waits for its page and goes away", func(t *testing.T) {
		before := runtime.NumGoroutine()
		l := start(t, t.Context(), 0)
		ctx, cancel := context.WithCancel(t.Context())
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.Redirect()+redirectQuery, nil)
		if err != nil {
			t.Fatal(err)
		}
		gone := make(chan error, 1)
		go func() {
			response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
			if err == nil {
				response.Body.Close()
			}
			gone <- err
		}()
		if _, err := l.Wait(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := <-gone; err == nil {
			t.Error("the page was sent before it was known what to say")
		}
		l.Succeed()
		l.Close()
		settled(t, before)
	})
}

func TestWhatIsPastedCounts(t *testing.T) {
	l := start(t, t.Context(), 0)
	pasted := make(chan string, 2)
	pasted <- " " + l.Redirect() + redirectQuery + "\n"
	values, err := l.Wait(t.Context(), pasted)
	if err != nil || values.Get("code") != "4/0AbCdEfGhIjK" {
		t.Errorf("got %v, %v", values, err)
	}
	if err := l.Check(l.Redirect() + redirectQuery); err != nil {
		t.Error(err)
	}
	for text, want := range map[string]error{"nothing of the kind": ErrNoCode, l.Redirect() + redirectQuery + "x": ErrState} {
		if err := l.Check(text); !errors.Is(err, want) {
			t.Errorf("%q: got %v", text, err)
		}
		pasted <- text
	}
	close(pasted)
	l.Succeed()
	browse(t, http.MethodGet, l.Redirect()+redirectQuery, "")
	if _, err := l.Wait(t.Context(), pasted); err != nil {
		t.Error(err)
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	for _, options := range []Options{{Path: "/x"}, {State: "x"}, {Path: "x", State: "x"}} {
		if l, err := Listen(t.Context(), options); err == nil {
			l.Close()
			t.Errorf("%+v was taken", options)
		}
	}
}
