package update_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"aead.dev/minisign"

	"github.com/keel-ide/keel/backend/update"
)

// feedServer serves a feed over TLS; tests change what it serves.
type feedServer struct {
	*httptest.Server
	private   minisign.PrivateKey
	key       string
	feed      update.Feed
	comment   string
	legacy    bool // not prehashed
	text      []byte
	signature []byte
	file      []byte
	redirect  string
	mu        sync.Mutex // guards what follows
	asked     []string
}

func serve(t *testing.T) *feedServer {
	t.Helper()
	s := &feedServer{comment: update.Comment, file: []byte(strings.Repeat("the program ", 1000))}
	s.newKey(t)
	s.key = s.publicKey(t)
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		s.mu.Unlock()
		switch {
		case s.redirect != "" && r.URL.Path == "/feed.json":
			http.Redirect(w, r, s.redirect, http.StatusFound)
		case r.URL.Path == "/feed.json":
			_, _ = w.Write(s.text)
		case r.URL.Path == "/feed.json.minisig":
			_, _ = w.Write(s.signature)
		case r.URL.Path == "/keel.tar.gz":
			_, _ = w.Write(s.file)
		case r.URL.Path == "/slow.tar.gz":
			w.Header().Set("Content-Length", strconv.Itoa(len(s.file)))
			_, _ = w.Write(s.file[:100])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done() // the rest never comes
		case r.URL.Path == "/broken.tar.gz":
			w.Header().Set("Content-Length", strconv.Itoa(len(s.file)))
			_, _ = w.Write(s.file[:100])
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	sum := sha256.Sum256(s.file)
	s.feed = update.Feed{
		Version: "1.3.0", ReleasedAt: time.Now().Add(-time.Hour), ExpiresAt: time.Now().Add(time.Hour), Notes: "It is faster.",
		Files: []update.File{{
			OS: "linux", Arch: "amd64", Kind: "tar.gz", URL: s.URL + "/keel.tar.gz",
			Size: int64(len(s.file)), SHA256: hex.EncodeToString(sum[:]),
		}},
	}
	s.sign(t)
	return s
}

func (s *feedServer) newKey(t *testing.T) {
	t.Helper()
	_, private, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.private = private
}

func (s *feedServer) publicKey(t *testing.T) string {
	t.Helper()
	public, ok := s.private.Public().(minisign.PublicKey)
	if !ok {
		t.Fatal("no public key")
	}
	return public.String()
}

func (s *feedServer) sign(t *testing.T) {
	t.Helper()
	text, err := json.Marshal(s.feed)
	if err != nil {
		t.Fatal(err)
	}
	s.text = text
	if s.legacy {
		s.signature = minisign.SignWithComments(s.private, text, s.comment, "")
		return
	}
	reader := minisign.NewReader(bytes.NewReader(text))
	if _, err := io.Copy(io.Discard, reader); err != nil {
		t.Fatal(err)
	}
	s.signature = reader.SignWithComments(s.private, s.comment, "")
}

func (s *feedServer) options(t *testing.T) update.Options {
	t.Helper()
	folder := t.TempDir()
	return update.Options{
		Feed: s.URL + "/feed.json", Key: s.key, Version: "1.2.0", Client: s.Client(),
		Folder: filepath.Join(folder, "updates"), Seen: filepath.Join(folder, "newest"),
	}
}

func TestANewerVersionIsOfferedAndDownloaded(t *testing.T) {
	s := serve(t)
	u := update.New(s.options(t))
	offer, err := u.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if offer.Current || offer.Feed.Version != "1.3.0" || offer.Feed.Notes != "It is faster." {
		t.Fatalf("offered %+v", offer)
	}
	artifact, ok := offer.Feed.For("linux", "amd64", "tar.gz")
	if !ok {
		t.Fatal("no file for this system")
	}
	told := int64(0)
	name, err := u.Download(t.Context(), artifact, func(so int64) { told = so })
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(name); err != nil || !bytes.Equal(text, s.file) || told != artifact.Size {
		t.Errorf("downloaded %d bytes, told %d, %v", len(text), told, err)
	}
	before := len(s.asked)
	if _, err := u.Download(t.Context(), artifact, nil); err != nil || len(s.asked) != before {
		t.Errorf("asked again for what is here: %v, %v", s.asked[before:], err)
	}
}

func TestWhatIsNoProperFeedIsRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*testing.T, *feedServer, *update.Options)
		want   error
	}{
		{"no feed", func(_ *testing.T, _ *feedServer, o *update.Options) { o.Feed = "" }, update.ErrNoFeed},
		{"no key", func(_ *testing.T, _ *feedServer, o *update.Options) { o.Key = "" }, update.ErrNoFeed},
		{"a key that is none", func(_ *testing.T, _ *feedServer, o *update.Options) { o.Key = "key" }, update.ErrNoFeed},
		{"a build without a version", func(_ *testing.T, _ *feedServer, o *update.Options) { o.Version = "mine" }, update.ErrVersion},
		{"another key", func(t *testing.T, s *feedServer, _ *update.Options) { s.newKey(t); s.sign(t) }, update.ErrSignature},
		{"a changed feed", func(_ *testing.T, s *feedServer, _ *update.Options) {
			s.text = bytes.Replace(s.text, []byte("faster"), []byte("slower"), 1)
		}, update.ErrSignature},
		{"a truncated feed", func(_ *testing.T, s *feedServer, _ *update.Options) { s.text = s.text[:len(s.text)/2] }, update.ErrSignature},
		{"a truncated signature", func(_ *testing.T, s *feedServer, _ *update.Options) { s.signature = s.signature[:60] }, update.ErrSignature},
		{"no signature", func(_ *testing.T, s *feedServer, _ *update.Options) { s.signature = nil }, update.ErrSignature},
		{"a changed comment", func(t *testing.T, s *feedServer, _ *update.Options) {
			s.comment = "Something else"
			s.sign(t)
			s.signature = bytes.Replace(s.signature, []byte("Something else"), []byte(update.Comment), 1)
		}, update.ErrSignature},
		{"the signature of something else", func(t *testing.T, s *feedServer, _ *update.Options) { s.comment = "Something else"; s.sign(t) }, update.ErrSignature},
		{"a signature that is not prehashed", func(t *testing.T, s *feedServer, _ *update.Options) { s.legacy = true; s.sign(t) }, update.ErrSignature},
		{"an expired feed", func(t *testing.T, s *feedServer, _ *update.Options) {
			s.feed.ExpiresAt = time.Now().Add(-time.Second)
			s.sign(t)
		}, update.ErrExpired},
		{"a feed for ever", func(t *testing.T, s *feedServer, _ *update.Options) {
			s.feed.ExpiresAt = time.Time{}
			s.sign(t)
		}, update.ErrMalformed},
		{"no version", func(t *testing.T, s *feedServer, _ *update.Options) { s.feed.Version = "new"; s.sign(t) }, update.ErrMalformed},
		{"too long notes", func(t *testing.T, s *feedServer, _ *update.Options) {
			s.feed.Notes = strings.Repeat("n", 300<<10)
			s.sign(t)
		}, update.ErrMalformed},
		{"too large a feed", func(t *testing.T, s *feedServer, _ *update.Options) {
			s.feed.Notes = strings.Repeat("n", 2<<20)
			s.sign(t)
		}, update.ErrMalformed},
		{"a file over http", func(t *testing.T, s *feedServer, _ *update.Options) {
			s.feed.Files[0].URL = "http://example.com/keel.tar.gz"
			s.sign(t)
		}, update.ErrAddress},
		{"a file on this machine's disk", func(t *testing.T, s *feedServer, _ *update.Options) {
			s.feed.Files[0].URL = "file:///keel.tar.gz"
			s.sign(t)
		}, update.ErrAddress},
		{"a feed over http", func(_ *testing.T, s *feedServer, o *update.Options) {
			o.Feed = strings.Replace(o.Feed, "https", "http", 1)
		}, update.ErrAddress},
		{"a redirect to http", func(_ *testing.T, s *feedServer, _ *update.Options) {
			s.redirect = strings.Replace(s.URL, "https", "http", 1) + "/other.json"
		}, update.ErrAddress},
		{"a version that this one is too old for", func(t *testing.T, s *feedServer, _ *update.Options) {
			s.feed.Minimum = "1.2.5"
			s.sign(t)
		}, update.ErrTooOld},
		{"a record of the newest that is broken", func(t *testing.T, _ *feedServer, o *update.Options) {
			if err := os.WriteFile(o.Seen, []byte("?"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t)
			o := s.options(t)
			test.change(t, s, &o)
			offer, err := update.New(o).Check(t.Context())
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Fatalf("got %+v, %v; want %v", offer, err, test.want)
			}
		})
	}
}

func TestAnOlderVersionIsNeverOffered(t *testing.T) {
	s := serve(t)
	o := s.options(t)
	for _, version := range []string{"1.2.0", "1.1.9", "v1.2.0"} {
		s.feed.Version = version
		s.sign(t)
		if offer, err := update.New(o).Check(t.Context()); err != nil && !errors.Is(err, update.ErrRollback) || err == nil && !offer.Current {
			t.Errorf("%s: %+v, %v", version, offer, err)
		}
	}
	s.feed.Version = "1.4.0"
	s.sign(t)
	if _, err := update.New(o).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.feed.Version = "1.3.0" // newer than this one, and older than what was seen
	s.sign(t)
	if _, err := update.New(o).Check(t.Context()); !errors.Is(err, update.ErrRollback) {
		t.Errorf("rolled back: %v", err)
	}
}

func TestAFileThatIsNotTheReleasedOneIsNotKept(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*feedServer, *update.File)
	}{
		{"shorter", func(s *feedServer, _ *update.File) { s.file = s.file[:50] }},
		{"longer", func(s *feedServer, _ *update.File) { s.file = append(s.file, 'x') }},
		{"another", func(s *feedServer, _ *update.File) { s.file = bytes.ToUpper(s.file) }},
		{"interrupted", func(s *feedServer, a *update.File) { a.URL = s.URL + "/broken.tar.gz" }},
		{"missing", func(s *feedServer, a *update.File) { a.URL = s.URL + "/none.tar.gz" }},
		{"named badly", func(s *feedServer, a *update.File) { a.URL = s.URL + "/%2e%2e" }},
		{"named as a path", func(s *feedServer, a *update.File) { a.URL = s.URL + `/a%5cb` }},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t)
			artifact := s.feed.Files[0]
			test.change(s, &artifact)
			o := s.options(t)
			if name, err := update.New(o).Download(t.Context(), artifact, nil); err == nil {
				t.Errorf("kept %s", name)
			}
			if left, err := os.ReadDir(o.Folder); err == nil && len(left) != 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}

// Something ended Keel between: what it has left is not taken for the file.
func TestAnInterruptedDownloadStartsAnew(t *testing.T) {
	s := serve(t)
	o := s.options(t)
	if err := os.MkdirAll(o.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"keel.tar.gz", "keel.tar.gz.part"} {
		if err := os.WriteFile(filepath.Join(o.Folder, name), bytes.Repeat([]byte("x"), len(s.file)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	name, err := update.New(o).Download(t.Context(), s.feed.Files[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(name); err != nil || !bytes.Equal(text, s.file) {
		t.Errorf("downloaded %d bytes, %v", len(text), err)
	}
}

func TestADownloadCanBeCancelled(t *testing.T) {
	s := serve(t)
	o := s.options(t)
	artifact := s.feed.Files[0]
	artifact.URL = s.URL + "/slow.tar.gz"
	ctx, cancel := context.WithCancel(t.Context())
	told := int64(0)
	_, err := update.New(o).Download(ctx, artifact, func(so int64) {
		told = so
		cancel()
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled in between: %v", err)
	}
	if told == 0 || told >= artifact.Size {
		t.Errorf("cancelled after %d of %d bytes", told, artifact.Size)
	}
	if left, err := os.ReadDir(o.Folder); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if _, err := update.New(o).Download(ctx, artifact, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}
