package outbound_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
)

// tlsListener listens with a server's certificate.
func tlsListener(t *testing.T, server *httptest.Server) net.Listener {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: server.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// forward carries what comes to a listener on to an address, and returns where it
// listens.
func forward(t *testing.T, listener net.Listener, to string) string {
	t.Helper()
	accept(t, listener, func(conn net.Conn) { carry(conn, to) })
	return listener.Addr().String()
}

// accept serves connections until the test ends, and waits for them.
func accept(t *testing.T, listener net.Listener, serve func(net.Conn)) {
	t.Helper()
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			group.Go(func() {
				defer conn.Close()
				serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		group.Wait()
	})
}

// carry joins a connection with one to an address.
func carry(conn net.Conn, to string) {
	other, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	join(conn, other)
}

func join(one, other net.Conn) {
	var group sync.WaitGroup
	group.Go(func() {
		_, _ = io.Copy(other, one)
		other.Close()
	})
	_, _ = io.Copy(one, other)
	one.Close()
	group.Wait()
}

// socks is a SOCKS5 proxy (RFC 1928 and 1929) that asks another proxy to
// connect, and returns its address.
func socks(t *testing.T, name, password, through string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accept(t, listener, func(conn net.Conn) {
		read := func(n int) []byte {
			raw := make([]byte, n)
			if _, err := io.ReadFull(conn, raw); err != nil {
				return make([]byte, n)
			}
			return raw
		}
		read(int(read(2)[1]))
		_, _ = conn.Write([]byte{5, 2}) // name and password
		given := string(read(int(read(2)[1])))
		secret := string(read(int(read(1)[0])))
		if given != name || secret != password {
			_, _ = conn.Write([]byte{1, 1})
			return
		}
		_, _ = conn.Write([]byte{1, 0})
		if head := read(4); head[3] != 3 { // a name
			return
		}
		host := string(read(int(read(1)[0])))
		raw := read(2)
		target := net.JoinHostPort(host, strconv.Itoa(int(raw[0])<<8|int(raw[1])))
		other, err := net.Dial("tcp", through)
		if err != nil {
			return
		}
		_, _ = io.WriteString(other, "CONNECT "+target+" HTTP/1.1\r\nHost: "+target+"\r\n\r\n")
		answer := make([]byte, len("HTTP/1.1 200 Connection established\r\n\r\n"))
		if _, err := io.ReadFull(other, answer); err != nil || string(answer[9:12]) != "200" {
			_, _ = conn.Write([]byte{5, 2, 0, 1, 0, 0, 0, 0, 0, 0}) // not allowed
			other.Close()
			return
		}
		_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		join(conn, other)
	})
	return listener.Addr().String()
}
