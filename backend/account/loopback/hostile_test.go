package loopback_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keel-ide/keel/backend/account/loopback"
)

// raw sends what it is given, and returns what comes back before the end.
func raw(t *testing.T, address, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return ""
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(conn, text)
	all, _ := io.ReadAll(bufio.NewReader(io.LimitReader(conn, 1<<20)))
	return string(all)
}

// However many strangers come, at once, slowly or with nonsense: none of them
// ends the sign-in, nothing of theirs is shown, and the browser is let in.
func TestHostileVisitors(t *testing.T) {
	l, err := loopback.Listen(t.Context(), loopback.Options{Path: "/callback", State: "right"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at, err := url.Parse(l.Redirect())
	if err != nil {
		t.Fatal(err)
	}
	port := at.Port()
	const mark = "<script>mark</script>"
	for name, text := range map[string]string{
		"a wrong state":        "GET /callback?code=x&state=wrong HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"two states":           "GET /callback?code=x&state=right&state=right HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"another name":         "GET /callback?code=x&state=right HTTP/1.1\r\nHost: evil.example:" + port + "\r\n\r\n",
		"no port":              "GET /callback?code=x&state=right HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"two names":            "GET /callback?code=x&state=right HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nHost: evil.example\r\n\r\n",
		"another name of it":   "GET /callback?code=x&state=right HTTP/1.1\r\nHost: 127.1:" + port + "\r\n\r\n",
		"an absolute address":  "GET http://evil.example/callback?code=x&state=right HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"a head":               "HEAD /callback?code=x&state=right HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"a form":               "POST /callback HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n\r\ncode=x&state=right",
		"a question":           "OPTIONS /callback?code=x&state=right HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Private-Network: true\r\n\r\n",
		"another path":         "GET /callback/?code=x&state=right HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"a path in disguise":   "GET /%63allback/../callback?code=x&state=right HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"a script":             "GET /" + mark + "?" + mark + "=" + mark + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"a script in an error": "GET /callback?error=" + url.QueryEscape(mark) + "&error_description=" + url.QueryEscape(mark) + "&state=wrong HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"a large header":       "GET /callback?code=x&state=right HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n",
		"a large query":        "GET /callback?code=x&state=right&x=" + strings.Repeat("x", 10<<10) + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"HTTP/2":               "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"TLS":                  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"a tunnel":             "CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
		"letters":              "GET /callback?code=x&state=\u202eright HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n",
	} {
		answer := raw(t, at.Host, text)
		if strings.Contains(answer, " 200 ") || strings.Contains(answer, "mark") || strings.Contains(answer, "Access-Control") {
			t.Errorf("%s: %.300s", name, answer)
		}
	}
	// A flood of them, and as many that say nothing.
	var crowd sync.WaitGroup
	var conns []net.Conn
	for range 200 {
		if conn, err := net.Dial("tcp", at.Host); err == nil {
			conns = append(conns, conn)
		}
	}
	defer func() {
		for _, conn := range conns {
			_ = conn.Close()
		}
	}()
	var answered atomic.Int64
	for range 20 {
		crowd.Go(func() {
			for i := range 100 {
				if raw(t, at.Host, fmt.Sprintf("GET /callback?code=x&state=%d HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n", i, port)) != "" {
					answered.Add(1)
				}
			}
		})
	}
	came := make(chan string, 1)
	go func() {
		response, err := http.Get(l.Redirect() + "?code=good-code-1&state=right")
		if err != nil {
			came <- err.Error()
			return
		}
		defer func() { _ = response.Body.Close() }()
		text, _ := io.ReadAll(response.Body)
		came <- string(text)
	}()
	ctx, done := context.WithTimeout(t.Context(), 2*time.Minute)
	defer done()
	start := time.Now()
	values, err := l.Wait(ctx, nil)
	t.Logf("the browser was let in after %v", time.Since(start))
	if err != nil || values.Get("code") != "good-code-1" {
		t.Fatalf("%v, %v", values, err)
	}
	l.Succeed()
	if text := <-came; !strings.Contains(text, "You are signed in") {
		t.Errorf("the browser shows %.300s", text)
	}
	crowd.Wait()
	t.Logf("%d of 2000 were answered", answered.Load())
}
