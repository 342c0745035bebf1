package folder

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/keel-ide/keel/backend/approval"
	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/fetch"
	"github.com/keel-ide/keel/backend/reference"
	"github.com/keel-ide/keel/backend/session"
)

// referenceTool is how the audit log names what is read for a message.
const referenceTool = "reference"

// Bounds of the pages that are kept for sessions.
const (
	pagesKept     = 64
	pageBytesKept = 32 << 20
	pageKeptFor   = 15 * time.Minute
)

// errNotRecorded: what leaves this machine goes into the audit log, or not at all.
var errNotRecorded = errors.New("it could not be kept in the audit log")

// errUnfinished: another one began to fetch a page and broke off.
var errUnfinished = errors.New("it was not fetched to its end")

// referencesWeb fetches addresses that a person has put into a message. What was
// looked at is kept for its session, so that sending it soon after fetches nothing
// more; of the same address only one fetch goes on at a time.
type referencesWeb struct {
	client *fetch.Client
	audit  *auditing
	now    func() time.Time

	mu   sync.Mutex // guards kept
	kept []*sessionPage
}

// sessionPage is an address that was, or is being, fetched for a session.
type sessionPage struct {
	session, address string

	done chan struct{} // closed when what follows is set, which nobody reads before
	page reference.Page
	err  error
}

func newReferencesWeb(client *fetch.Client, audit *auditing) *referencesWeb {
	return &referencesWeb{client: client, audit: audit, now: time.Now}
}

// Get returns what an address holds; see [reference.Web].
func (w *referencesWeb) Get(ctx context.Context, sessionID, address string) (reference.Page, error) {
	at, err := fetch.Parse(address)
	if err != nil {
		return reference.Page{}, err
	}
	for {
		p, mine := w.claim(sessionID, at.String())
		if mine {
			return w.fill(ctx, p)
		}
		select {
		case <-ctx.Done():
			return reference.Page{}, ctx.Err()
		case <-p.done:
		}
		// Where the other one was stopped, that says nothing about this one.
		if p.err == nil || !errors.Is(p.err, context.Canceled) {
			return p.page, p.err
		}
	}
}

// claim returns the page of an address; it is the caller's to fetch when mine is set.
func (w *referencesWeb) claim(sessionID, address string) (p *sessionPage, mine bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	w.kept = slices.DeleteFunc(w.kept, func(p *sessionPage) bool {
		return p.settled() && now.Sub(p.page.At) > pageKeptFor
	})
	for _, p := range w.kept {
		if p.session == sessionID && p.address == address {
			return p, false
		}
	}
	p = &sessionPage{session: sessionID, address: address, done: make(chan struct{})}
	w.kept = append(w.kept, p)
	return p, true
}

// fill fetches a page. Those who wait for it wait no longer, even where that panics.
func (w *referencesWeb) fill(ctx context.Context, p *sessionPage) (reference.Page, error) {
	defer w.settle(p)
	p.err = errUnfinished
	p.page, p.err = w.fetch(ctx, p.session, p.address)
	return p.page, p.err
}

// settle ends the wait for a page. One that could not be had is not kept; of the
// others the oldest go.
func (w *referencesWeb) settle(p *sessionPage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	close(p.done)
	count, size := 0, 0
	for _, each := range slices.Backward(slices.Clone(w.kept)) {
		if each.settled() {
			count++
			size += each.bytes()
		}
		if each.settled() && (each.err != nil || count > pagesKept || size > pageBytesKept) {
			w.kept = slices.DeleteFunc(w.kept, func(other *sessionPage) bool { return other == each })
		}
	}
}

func (p *sessionPage) settled() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *sessionPage) bytes() int {
	if p.page.Image != nil {
		return len(p.page.Image.Data)
	}
	return len(p.page.Text)
}

// fetch fetches an address, which the audit log keeps first.
func (w *referencesWeb) fetch(ctx context.Context, sessionID, address string) (reference.Page, error) {
	as := w.client.As(address)
	title := "Fetch " + address
	if as != "" {
		title += " with the sign-in of " + as
	}
	call, began := rand.Text(), w.now()
	err := w.audit.Record(ctx, audit.Entry{
		Event: audit.EventDecision, SessionID: sessionID, CallID: call, Tool: referenceTool, Kind: string(session.KindFetch), Title: title,
		Effect: string(approval.Allow), Rule: approval.RuleWeb, Tier: string(approval.TierUser),
		Reason: "The user has put this address into a message.",
	})
	if err != nil {
		return reference.Page{}, fmt.Errorf("%w: %w", errNotRecorded, err)
	}
	page, err := w.client.Get(ctx, address)
	status := session.CallCompleted
	switch {
	case ctx.Err() != nil:
		status, err = session.CallCancelled, ctx.Err()
	case err != nil:
		status = session.CallFailed
	}
	now := w.now()
	recordErr := w.audit.Record(context.WithoutCancel(ctx), audit.Entry{
		Event: audit.EventOutcome, SessionID: sessionID, CallID: call, Status: string(status), DurationMs: now.Sub(began).Milliseconds(),
	})
	if err == nil && recordErr != nil {
		err = fmt.Errorf("%w: %w", errNotRecorded, recordErr)
	}
	if err != nil {
		return reference.Page{}, err
	}
	read := reference.Page{
		Address: page.Address, As: as, Type: page.Type, Title: page.Title, Text: page.Text,
		Size: int64(page.Size), Cut: page.Cut, Note: page.Note, Date: page.Date, At: now,
	}
	if page.Data != nil {
		read.Image = &session.Image{Name: path.Base(page.Address), MediaType: page.Type, Data: page.Data}
	}
	return read, nil
}

// forget has an address fetched anew when it is asked for next.
func (w *referencesWeb) forget(sessionID, address string) {
	at, err := fetch.Parse(address)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.kept = slices.DeleteFunc(w.kept, func(p *sessionPage) bool {
		return p.settled() && p.session == sessionID && p.address == at.String()
	})
}
