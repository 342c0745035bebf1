package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sourcegraph/conc/panics"
)

const (
	// signInLimit is how long a sign-in may take.
	signInLimit = 15 * time.Minute
	// pasteLimit is more than any address that a browser comes back to has.
	pasteLimit = 8 << 10
	// browseLimit is how long starting a browser may take.
	browseLimit = 30 * time.Second
)

// place is where at most one sign-in is under way.
type place struct {
	kind Kind
	host string
}

// signIn is a sign-in with what belongs to it alone.
type signIn struct {
	id      string
	place   place
	request Request
	title   string
	ctx     context.Context //nolint:containedctx // the sign-in: it ends when that is cancelled or its time is over
	cancel  context.CancelFunc
	pasted  chan string

	// Accounts.mu guards what follows.
	progress  Progress
	ended     bool
	noBrowser bool
	account   string
	err       error
	note      string
	secrets   []string
}

// public is what can be shown of it; Accounts.mu is held.
func (s *signIn) public() SignIn {
	return SignIn{
		ID: s.id, Request: s.request, Title: s.title, Progress: s.progress,
		NoBrowser: s.noBrowser, Account: s.account, Err: s.err, Note: s.note,
	}
}

// Begin starts a sign-in and returns its id. Another one at the same host is
// cancelled by it.
func (a *Accounts) Begin(ctx context.Context, request Request) (string, error) {
	service, err := a.service(request.Kind)
	if err != nil {
		return "", err
	}
	at, err := choose(service.Hosts(ctx), &request)
	if err != nil {
		return "", err
	}
	running, cancel := context.WithTimeout(a.ctx, signInLimit)
	s := &signIn{
		place: place{request.Kind, hostOf(request)}, request: request, title: at.Title,
		ctx: running, cancel: cancel, pasted: make(chan string, 1),
		progress: Progress{Stage: Starting},
	}
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		cancel()
		return "", context.Canceled
	}
	a.next++
	s.id = strconv.Itoa(a.next)
	a.signIns = slices.DeleteFunc(a.signIns, func(other *signIn) bool {
		if other.place == s.place {
			other.cancel()
		}
		return other.place == s.place
	})
	a.signIns = append(a.signIns, s)
	a.group.Go(func() { a.run(s, service) })
	a.mu.Unlock()
	a.changed()
	return s.id, nil
}

// choose finds where to sign in and in which way, and puts it into the request.
func choose(hosts []Host, request *Request) (Host, error) {
	at := slices.IndexFunc(hosts, func(h Host) bool { return request.Host == "" || strings.EqualFold(h.Host, request.Host) })
	if at < 0 && request.Start != "" && len(hosts) > 0 {
		at = 0 // of AWS: its host is that of the start URL
	}
	if at < 0 {
		return Host{}, &Error{
			Message: fmt.Sprintf("There is no place to sign in at that is called %q.", bounded(request.Host, textLimit)),
			Hint:    "Choose one of those on the Accounts page (Keel: Show Accounts); further ones are named in the settings.", Err: ErrNotFound,
		}
	}
	host := hosts[at]
	if request.Start == "" {
		request.Host = host.Host
	}
	switch {
	case len(host.Methods) == 0:
		return Host{}, &Error{Message: fmt.Sprintf("Signing in to %s needs something first.", host.Title), Hint: strings.Join(host.Setup, " ")}
	case request.Method == "":
		request.Method = host.Methods[0]
	case !slices.Contains(host.Methods, request.Method):
		return Host{}, &Error{Message: fmt.Sprintf("%s cannot be signed in to in this way.", host.Title), Hint: "Use another way, or look at what it needs on the Accounts page (Keel: Show Accounts)."}
	}
	return host, nil
}

// run is a sign-in from its beginning to its end.
func (a *Accounts) run(s *signIn, service Service) {
	defer s.cancel()
	a.sweep(s.ctx)
	var grant Grant
	var err error
	if caught := panics.Try(func() { grant, err = service.SignIn(s.ctx, s.request, conversation{a, s}) }); caught != nil {
		a.panicked("sign-in", caught)
		err = mistake()
	}
	id := ""
	if err == nil {
		a.show(s, Progress{Stage: Finishing})
		id, err = a.adopt(s, service, grant)
	} else {
		err = a.failure(s, err)
		a.takeBack(s, service, grant)
	}
	if caught := panics.Try(func() {
		if grant.Ended != nil {
			grant.Ended(err)
		}
	}); caught != nil {
		a.panicked("end of a sign-in", caught)
	}
	note := bounded(grant.Note, textLimit)
	if why := a.unused(s, id); why != "" {
		note = strings.TrimSpace(note + " " + why)
	}
	a.end(s, id, note, err)
}

// unused is why what a sign-in was for is not on after it, such as a right that
// the person did not give; empty where it is on.
func (a *Accounts) unused(s *signIn, accountID string) string {
	use := s.request.Use
	one, ok := a.Get(accountID)
	if !ok || use == "" || !fits(one, use) || one.Has(use) {
		return ""
	}
	return a.options.Blocked(one, use)
}

// failure is why a service's sign-in did not work, in words for a person.
func (a *Accounts) failure(s *signIn, err error) error {
	switch {
	case errors.Is(s.ctx.Err(), context.DeadlineExceeded):
		return &Error{Message: "Nobody finished signing in, so it was given up.", Hint: "Start it again."}
	case s.ctx.Err() != nil:
		return context.Canceled
	}
	a.mu.Lock()
	secrets := slices.Clone(s.secrets)
	a.mu.Unlock()
	return public(err, secrets...)
}

func (a *Accounts) end(s *signIn, accountID, note string, err error) {
	a.mu.Lock()
	s.ended = true
	s.progress = Progress{Stage: Done}
	s.account = accountID
	switch {
	case err == nil:
		s.note = note
	case errors.Is(err, context.Canceled):
		s.progress.Stage = Cancelled
	default:
		s.progress.Stage, s.err = Failed, err
	}
	s.secrets = nil
	stage := s.progress.Stage
	a.mu.Unlock()
	a.options.Log.Info("a sign-in has ended", "kind", s.place.kind, "host", s.place.host, "stage", stage, "error", err)
	a.changed()
}

// show notes how far a sign-in is, unless it has ended.
func (a *Accounts) show(s *signIn, p Progress) {
	a.mu.Lock()
	ended := s.ended
	if !ended {
		s.progress = p
	}
	a.mu.Unlock()
	if !ended {
		a.changed()
	}
}

// under returns a sign-in by its id.
func (a *Accounts) under(id string) (*signIn, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at := slices.IndexFunc(a.signIns, func(s *signIn) bool { return s.id == id })
	if at < 0 {
		return nil, &Error{Message: "This sign-in is over.", Hint: "Start it again.", Err: ErrNotFound}
	}
	return a.signIns[at], nil
}

// Cancel ends a sign-in; one that has ended is taken off the list.
func (a *Accounts) Cancel(_ context.Context, id string) error {
	s, err := a.under(id)
	if err != nil {
		return err
	}
	// Asked before cancelling: a sign-in that ends by this very call stays on the
	// list, so that it is seen how it ended.
	a.mu.Lock()
	if s.ended {
		a.signIns = slices.DeleteFunc(a.signIns, func(other *signIn) bool { return other == s })
	}
	a.mu.Unlock()
	s.cancel()
	a.changed()
	return nil
}

// Paste gives a sign-in what the person has copied from the browser. With an
// error it was of no use, and the sign-in goes on waiting.
func (a *Accounts) Paste(_ context.Context, id, text string) error {
	s, err := a.under(id)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	a.mu.Lock()
	check := s.progress.Paste
	a.mu.Unlock()
	switch {
	case check == nil:
		return &Error{Message: "This sign-in does not wait for anything to be pasted.", Hint: "Start it again if it has ended."}
	case text == "":
		return &Error{Message: "Nothing was pasted.", Hint: "Copy the whole address from the browser, then paste it."}
	case len(text) > pasteLimit || !utf8.ValidString(text):
		return &Error{Message: "What was pasted is no address or code of a sign-in; it was not used.", Hint: "Copy the whole address from the browser, and only that."}
	}
	a.options.Learned(text)
	if err := check(text); err != nil {
		return &Error{
			Message: fmt.Sprintf("What was pasted was not used: %s. The sign-in goes on waiting.", err),
			Hint:    "Copy the whole address from the browser's address line once you have signed in there, then paste it.",
		}
	}
	select {
	case <-s.pasted: // not taken yet: the newer one counts
	default:
	}
	select {
	case s.pasted <- text:
	default: // another paste of this moment counts
	}
	return nil
}

// Open opens a sign-in's address in the browser once more.
func (a *Accounts) Open(_ context.Context, id string) error {
	s, err := a.under(id)
	if err != nil {
		return err
	}
	a.mu.Lock()
	address, ended := s.progress.Address, s.ended
	a.mu.Unlock()
	if address == "" || ended {
		return &Error{Message: "This sign-in has no page to open.", Hint: "Start it again if it has ended."}
	}
	a.browse(s, address)
	return nil
}

// browse opens an address on a goroutine of its own: a browser may take its
// time, or never come back.
func (a *Accounts) browse(s *signIn, address string) {
	a.start(func() {
		ctx, done := context.WithTimeout(s.ctx, browseLimit)
		defer done()
		err := errors.New("there is no browser")
		if a.options.Browse != nil {
			if caught := panics.Try(func() { err = a.options.Browse(ctx, address) }); caught != nil {
				a.panicked("browser", caught)
				err = mistake()
			}
		}
		a.mu.Lock()
		failed := err != nil && s.ctx.Err() == nil
		turned := s.noBrowser != failed && !s.ended
		if turned {
			s.noBrowser = failed
		}
		a.mu.Unlock()
		if turned {
			a.changed()
		}
	})
}
