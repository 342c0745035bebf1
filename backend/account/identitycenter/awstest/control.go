package awstest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

// Control is for a test in another process: GET /keys lists what was given out;
// POST /fail takes {"operation", "code", "times"}, POST /life {"seconds"}, POST
// /answer {"code", "allow"}; POST /end-tokens, /revoke, /end-keys and
// /forget-clients take nothing.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Keys(), nil) })
	mux.HandleFunc("POST /fail", taking(func(in struct {
		Operation, Code string
		Times           int
	}) error {
		s.Fail(in.Operation, in.Code, max(in.Times, 1))
		return nil
	}))
	mux.HandleFunc("POST /life", taking(func(in struct{ Seconds int }) error {
		s.SetLife(time.Duration(in.Seconds) * time.Second)
		return nil
	}))
	mux.HandleFunc("POST /answer", taking(func(in struct {
		Code  string
		Allow bool
	}) error {
		return s.Answer(in.Code, in.Allow)
	}))
	for path, act := range map[string]func(){"/end-tokens": s.EndTokens, "/revoke": s.Revoke, "/end-keys": s.EndKeys, "/forget-clients": s.ForgetClients} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, _ *http.Request) {
			act()
			w.WriteHeader(http.StatusNoContent)
		})
	}
	return mux
}

func taking[In any](act func(In) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&in)
		if err == nil {
			err = act(in)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// Client reaches the server, for every host, without a connection.
func (s *Server) Client() *http.Client { return &http.Client{Transport: Direct(s)} }

// Direct is a transport whose requests a handler answers at once, whatever host
// they are for, so that a test can have a clock of its own.
func Direct(handler http.Handler) http.RoundTripper { return direct{handler} }

type direct struct{ handler http.Handler }

// RoundTrip asks the handler.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	asked := r.Clone(r.Context())
	asked.RequestURI = r.URL.RequestURI()
	if asked.Host == "" {
		asked.Host = r.URL.Host
	}
	if asked.Body == nil {
		asked.Body = http.NoBody
	}
	written := &recorder{header: http.Header{}, status: http.StatusOK}
	d.handler.ServeHTTP(written, asked)
	return &http.Response{
		Status: http.StatusText(written.status), StatusCode: written.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: written.header, Body: body{bytes.NewReader(written.body.Bytes())}, ContentLength: int64(written.body.Len()), Request: r,
	}, nil
}

type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header            { return r.header }
func (r *recorder) WriteHeader(status int)         { r.status = status }
func (r *recorder) Write(data []byte) (int, error) { return r.body.Write(data) }
