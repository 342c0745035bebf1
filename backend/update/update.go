// Package update learns of newer versions of Keel from a signed feed, and brings
// their files here.
//
// # Promises
//
// Nothing is asked of the network but by a call. A feed counts only with the
// signature of the key that the build brings along, over its text and over the
// comment that says what it is; and only until it expires. A version that is not
// newer than this one, or is older than one that was seen before, is refused. A
// file counts only with the size and the hash that the feed tells; until then it
// lies under another name. Only https is spoken, also after a redirect.
//
// What takes the program's place is, to the last byte, what was unpacked from such a
// file when the user agreed to it, and never an older version. It comes to its place
// as a whole, and the version before stays beside it.
//
// # Ordering
//
// Who unpacks, forgets or puts in place holds a [Claim] among all processes. The
// record of what waits goes before what it names is touched, and comes after that is
// whole.
//
// The feed is JSON at an address, and its minisign signature (prehashed Ed25519,
// see https://jedisct1.github.io/minisign/) at the same address with .minisig.
package update

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"aead.dev/minisign"
	"golang.org/x/mod/semver"
)

// Comment is the trusted comment of a feed's signature. It is signed, so that the
// same key's signature of something else is none of a feed.
const Comment = "Keel update feed"

const (
	maxFeed      = 1 << 20
	maxSignature = 4 << 10
	maxNotes     = 256 << 10
	maxFile      = 2 << 30
	maxRedirects = 5
)

// Why something is refused.
var (
	ErrNoFeed    = errors.New("this build has no update feed")
	ErrSignature = errors.New("the signature is not right")
	ErrMalformed = errors.New("it is not a feed")
	ErrExpired   = errors.New("the feed has expired")
	ErrRollback  = errors.New("it is older than a version that was offered before")
	ErrAddress   = errors.New("the address is not https")
	ErrMismatch  = errors.New("the file is not the one that was released")
	ErrTooOld    = errors.New("this version is too old to be updated by itself")
	ErrVersion   = errors.New("this build has no version that could be compared")
)

// Feed is what a feed says.
type Feed struct {
	Version    string    `json:"version"` // 1.2.3, without a v
	ReleasedAt time.Time `json:"releasedAt"`
	ExpiresAt  time.Time `json:"expiresAt"`
	Notes      string    `json:"notes"`   // Markdown, of a stranger
	Minimum    string    `json:"minimum"` // the oldest version that can be updated; empty for any
	Files      []File    `json:"files"`
}

// File is one file of a version.
type File struct {
	OS     string `json:"os"`   // as in GOOS
	Arch   string `json:"arch"` // as in GOARCH
	Kind   string `json:"kind"` // tar.gz, deb, rpm, exe, dmg
	URL    string `json:"url"`
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // in hexadecimal digits
}

// For returns the file for a system.
func (f Feed) For(goos, arch, kind string) (File, bool) {
	for _, a := range f.Files {
		if a.OS == goos && a.Arch == arch && a.Kind == kind {
			return a, true
		}
	}
	return File{}, false
}

// Options are what the build brings along and where things lie.
type Options struct {
	Feed    string // its address; empty for none
	Key     string // the minisign public key, the base64 line
	Version string // the running one
	Folder  string // for what is downloaded; made when it is needed
	Seen    string // the file with the newest version that was ever offered
	Client  *http.Client
	Now     func() time.Time // nil: the clock

	// Patience is how long another process is waited for; 0: ten seconds.
	Patience time.Duration
	// Loopback lets http be spoken with this machine. For tests.
	Loopback bool
	// Exchange has two names change what they name. For tests; nil: as the system does.
	Exchange func(a, b string) error
}

// Updates asks one feed.
type Updates struct {
	o      Options
	client *http.Client
}

// New returns what asks a feed; nothing is asked yet.
func New(o Options) *Updates {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Exchange == nil {
		o.Exchange = exchange
	}
	o.Patience = cmp.Or(o.Patience, lockPatience)
	client := &http.Client{}
	if o.Client != nil {
		*client = *o.Client
	}
	u := &Updates{o: o, client: client}
	client.Jar = nil
	client.CheckRedirect = func(request *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("going from %q: more than %d redirects", via[0].URL, maxRedirects)
		}
		return u.allowed(request.URL)
	}
	return u
}

// Offer is a version that may be installed.
type Offer struct {
	Feed    Feed
	Current bool // there is nothing newer
}

// Check asks the feed once.
func (u *Updates) Check(ctx context.Context) (Offer, error) {
	if u.o.Feed == "" || u.o.Key == "" {
		return Offer{}, ErrNoFeed
	}
	if canonical(u.o.Version) == "" {
		return Offer{}, fmt.Errorf("comparing version %q: %w", u.o.Version, ErrVersion)
	}
	text, err := u.get(ctx, u.o.Feed, maxFeed)
	if err != nil {
		return Offer{}, err
	}
	signature, err := u.get(ctx, u.o.Feed+".minisig", maxSignature)
	if err != nil {
		return Offer{}, err
	}
	feed, err := u.read(text, signature)
	if err != nil {
		return Offer{}, err
	}
	seen, err := u.seen()
	if err != nil {
		return Offer{}, err
	}
	offered := canonical(feed.Version)
	if seen != "" && semver.Compare(offered, seen) < 0 {
		return Offer{}, fmt.Errorf("%s is offered after %s: %w", feed.Version, strings.TrimPrefix(seen, "v"), ErrRollback)
	}
	if semver.Compare(offered, seen) > 0 {
		if err := u.remember(offered); err != nil {
			return Offer{}, err
		}
	}
	if err := u.keepOffer(text, signature); err != nil {
		return Offer{}, err
	}
	return u.offer(feed)
}

// offer compares a version with the running one.
func (u *Updates) offer(feed Feed) (Offer, error) {
	running := canonical(u.o.Version)
	if semver.Compare(canonical(feed.Version), running) <= 0 {
		return Offer{Feed: feed, Current: true}, nil
	}
	if feed.Minimum != "" && semver.Compare(running, canonical(feed.Minimum)) < 0 {
		return Offer{}, fmt.Errorf("%s needs at least %s: %w", feed.Version, feed.Minimum, ErrTooOld)
	}
	return Offer{Feed: feed}, nil
}

// Verify takes a feed apart as a build with this key does, for whoever makes one.
func Verify(key string, text, signature []byte, now time.Time) error {
	u := New(Options{Key: key, Now: func() time.Time { return now }, Loopback: true})
	_, err := u.read(text, signature)
	return err
}

// read takes a feed apart, after its signature was found right.
func (u *Updates) read(text, signed []byte) (Feed, error) {
	var key minisign.PublicKey
	if err := key.UnmarshalText([]byte(u.o.Key)); err != nil {
		return Feed{}, fmt.Errorf("reading the build's key: %w", errors.Join(ErrNoFeed, err))
	}
	var signature minisign.Signature
	if err := signature.UnmarshalText(signed); err != nil {
		return Feed{}, fmt.Errorf("reading the feed's signature: %w", errors.Join(ErrSignature, err))
	}
	if signature.Algorithm != minisign.HashEdDSA || signature.TrustedComment != Comment || !minisign.Verify(key, text, signed) {
		return Feed{}, fmt.Errorf("checking the feed: %w", ErrSignature)
	}
	var feed Feed
	if err := json.Unmarshal(text, &feed); err != nil {
		return Feed{}, fmt.Errorf("reading the feed: %w", errors.Join(ErrMalformed, err))
	}
	if err := u.valid(feed); err != nil {
		return Feed{}, err
	}
	return feed, nil
}

func (u *Updates) valid(feed Feed) error {
	malformed := func(what string) error { return fmt.Errorf("reading the feed: %s: %w", what, ErrMalformed) }
	switch {
	case canonical(feed.Version) == "":
		return malformed(fmt.Sprintf("version %q", feed.Version))
	case feed.Minimum != "" && canonical(feed.Minimum) == "":
		return malformed(fmt.Sprintf("least version %q", feed.Minimum))
	case feed.ExpiresAt.IsZero() || feed.ReleasedAt.IsZero():
		return malformed("it has no dates")
	case len(feed.Notes) > maxNotes:
		return malformed("its notes are too long")
	case !u.o.Now().Before(feed.ExpiresAt):
		return fmt.Errorf("the feed was good until %s: %w", feed.ExpiresAt.UTC().Format(time.DateOnly), ErrExpired)
	}
	for _, a := range feed.Files {
		address, err := url.Parse(a.URL)
		if err != nil {
			return malformed("an address")
		}
		if err := u.allowed(address); err != nil {
			return err
		}
		if a.Size <= 0 || a.Size > maxFile || len(a.SHA256) != 64 {
			return malformed("a file's size or hash")
		}
	}
	return nil
}

// canonical is a version as it can be compared; empty for none.
func canonical(version string) string {
	v := "v" + strings.TrimPrefix(version, "v")
	if !semver.IsValid(v) {
		return ""
	}
	return v
}

func (u *Updates) allowed(address *url.URL) error {
	ip := net.ParseIP(address.Hostname())
	if address.Scheme == "https" && address.Host != "" ||
		u.o.Loopback && address.Scheme == "http" && ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("asking %q: %w", address.Redacted(), ErrAddress)
}

func (u *Updates) open(ctx context.Context, address string) (io.ReadCloser, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("asking %q: %w", address, ErrAddress)
	}
	if err := u.allowed(parsed); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("asking %q: %w", address, err)
	}
	request.Header.Set("Accept-Encoding", "identity") // sizes are told of the bytes themselves
	response, err := u.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking %q: %w", address, err)
	}
	if response.StatusCode != http.StatusOK {
		_ = response.Body.Close()
		return nil, fmt.Errorf("asking %q: the answer is %s", address, response.Status)
	}
	return response.Body, nil
}

func (u *Updates) get(ctx context.Context, address string, most int64) ([]byte, error) {
	ctx, done := context.WithTimeout(ctx, 30*time.Second)
	defer done()
	body, err := u.open(ctx, address)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, most+1))
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", address, err)
	}
	if int64(len(text)) > most {
		return nil, fmt.Errorf("reading %q: it is too large: %w", address, ErrMalformed)
	}
	return text, nil
}
