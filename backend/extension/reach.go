package extension

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/outbound"
)

// Limits of what a registry sends.
const (
	mostRedirects  = 5
	mostAnswer     = 16 << 20
	answerTime     = 20 * time.Second
	silence        = 30 * time.Second // in which no byte of a package arrives
	mostDownloaded = 20 * time.Minute
)

// reach is how the registry is spoken with. Its own host may be anywhere, since
// the user has named it; whatever else its answers lead to has to be a public
// address, and as well protected on the way.
type reach struct {
	own     http.RoundTripper
	other   http.RoundTripper
	answers time.Duration
	silence time.Duration
}

func newReach(o *outbound.Transport, public func(netip.Addr) bool, answers, quiet time.Duration) *reach {
	return &reach{own: o, other: fetch.Guarded{Outbound: o, Public: public}, answers: answers, silence: quiet}
}

// statusError is an answer that is none.
type statusError struct{ status int }

func (e *statusError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.status, http.StatusText(e.status)))
}

// registryAt is the address of a registry, without a slash at its end.
func registryAt(address string) (*url.URL, error) {
	at, err := url.Parse(strings.TrimRight(strings.TrimSpace(address), "/"))
	if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Hostname() == "" || at.User != nil || at.RawQuery != "" || at.Fragment != "" {
		return nil, &Error{
			Message: fmt.Sprintf("The address of the registry cannot be used: %s.", Plain(address, 120)),
			Hint:    "Correct the setting keelExtensions.gallery, for example https://open-vsx.org.", Err: ErrRegistry,
		}
	}
	return at, nil
}

// open sends a request and follows where it leads; the caller closes the body.
func (r *reach) open(ctx context.Context, registry *url.URL, method string, at *url.URL, body []byte) (*http.Response, error) {
	for range mostRedirects + 1 {
		if err := allowed(registry, at); err != nil {
			return nil, err
		}
		request, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("asking %s: %w", at, err)
		}
		request.Header.Set("User-Agent", "Keel")
		request.Header.Set("Accept", "application/json, */*;q=0.5")
		if body != nil {
			request.Header.Set("Content-Type", "application/json")
		}
		way := r.other
		if at.Host == registry.Host {
			way = r.own
		}
		answer, err := way.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		next, err := leads(at, answer)
		if next == nil {
			if err != nil {
				_ = answer.Body.Close()
				return nil, err
			}
			return answer, nil
		}
		_ = answer.Body.Close()
		at = next
		if answer.StatusCode != http.StatusTemporaryRedirect && answer.StatusCode != http.StatusPermanentRedirect {
			body, method = nil, http.MethodGet
		}
	}
	return nil, errors.New("it leads on too often")
}

// allowed keeps what a registry names as well protected as the registry is.
func allowed(registry, at *url.URL) error {
	if at.User != nil || at.Hostname() == "" || at.Scheme != "https" && (at.Scheme != "http" || registry.Scheme != "http") {
		return fmt.Errorf("it leads to an address that is not used: %s", Plain(at.Redacted(), 120))
	}
	return nil
}

// leads returns where an answer leads; nil where it is one.
func leads(at *url.URL, answer *http.Response) (*url.URL, error) {
	switch answer.StatusCode {
	case http.StatusOK:
		return nil, nil
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		next, err := at.Parse(answer.Header.Get("Location"))
		if err != nil {
			return nil, errors.New("it leads to an address that cannot be read")
		}
		return next, nil
	}
	return nil, &statusError{answer.StatusCode}
}

// answer reads a whole answer that is not large.
func (r *reach) answer(ctx context.Context, registry *url.URL, method string, at *url.URL, body []byte, most int64) ([]byte, http.Header, error) {
	limited, done := context.WithTimeout(ctx, r.answers)
	defer done()
	answer, err := r.open(limited, registry, method, at, body)
	if err == nil {
		defer answer.Body.Close()
		var data []byte
		if data, err = io.ReadAll(io.LimitReader(answer.Body, most+1)); err == nil {
			if int64(len(data)) > most {
				return nil, nil, &Error{
					Message: fmt.Sprintf("What %s sends is larger than anything that is taken.", registry.Host),
					Hint:    "Check the setting keelExtensions.gallery.", Err: ErrTooLarge,
				}
			}
			return data, answer.Header, nil
		}
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if limited.Err() != nil {
		err = fmt.Errorf("no answer within %v", r.answers)
	}
	return nil, nil, down(registry, err)
}

// goesOn is what is safe when the registry is not there.
const goesOn = " Installed extensions go on working."

// down explains why the registry cannot be used.
func down(registry *url.URL, err error) error {
	if known, ok := errors.AsType[*outbound.Error](err); ok {
		return &Error{Message: known.Message + goesOn, Hint: known.Hint, Err: fmt.Errorf("%w: %w", ErrRegistry, err)}
	}
	if status, ok := errors.AsType[*statusError](err); ok {
		if status.status == http.StatusNotFound {
			return &Error{Message: fmt.Sprintf("The registry at %s does not have this.", registry.Host), Err: fmt.Errorf("%w: %w", ErrNotFound, err)}
		}
		return &Error{
			Message: fmt.Sprintf("The registry at %s answers %s.%s", registry.Host, status, goesOn),
			Hint:    "Try again later, or check the setting keelExtensions.gallery.", Err: fmt.Errorf("%w: %w", ErrRegistry, err),
		}
	}
	if errors.Is(err, fetch.ErrPrivate) {
		return &Error{
			Message: fmt.Sprintf("The registry at %s leads on to this machine or a private network, which is not followed. Nothing was fetched.", registry.Host),
			Hint:    "Where that is your own network, name the server itself in the setting keelExtensions.gallery.", Err: fmt.Errorf("%w: %w", ErrRegistry, err),
		}
	}
	return &Error{
		Message: fmt.Sprintf("The registry at %s cannot be used now: %s.%s", registry.Host, reason(err), goesOn),
		Hint:    "Check the network and the settings keelAgent.network.proxy and keelExtensions.gallery, then try again.", Err: fmt.Errorf("%w: %w", ErrRegistry, err),
	}
}

// download writes a package to a file. It ends where nothing comes for a while,
// and where more comes than may.
func (r *reach) download(ctx context.Context, registry, at *url.URL, to io.Writer, told func(done, total int64)) error {
	limited, done := context.WithTimeout(ctx, mostDownloaded)
	defer done()
	quiet := time.AfterFunc(r.silence, done)
	defer quiet.Stop()
	answer, err := r.open(limited, registry, http.MethodGet, at, nil)
	if err == nil {
		defer answer.Body.Close()
		if answer.ContentLength > mostPacked {
			return refuse("The package is larger than 256 MiB.")
		}
		writer := &written{to: to}
		var n int64
		n, err = io.Copy(writer, io.LimitReader(&heard{answer.Body, func(n int64) {
			quiet.Reset(r.silence)
			told(n, max(answer.ContentLength, 0))
		}, 0}, mostPacked+1))
		switch {
		case writer.err != nil:
			return keeping(writer.err)
		case n > mostPacked:
			return refuse("The package is larger than 256 MiB.")
		case err == nil:
			return nil
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if limited.Err() != nil {
		err = errors.New("the download has stopped half-way")
	}
	return down(registry, err)
}

// heard tells how much was read so far.
type heard struct {
	from io.Reader
	told func(int64)
	n    int64
}

func (h *heard) Read(into []byte) (int, error) {
	n, err := h.from.Read(into)
	h.n += int64(n)
	if n > 0 {
		h.told(h.n)
	}
	return n, err
}
