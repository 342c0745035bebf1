package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keel-ide/keel/backend/audit"
	"github.com/keel-ide/keel/backend/fetch"
)

// site is a web server with what fetches from it, and the audit log of that.
type site struct {
	*testing.T
	web     *referencesWeb
	log     *audit.Log
	address string
	asked   atomic.Int64
	answer  atomic.Pointer[http.HandlerFunc]
	clock   atomic.Int64 // seconds that have passed
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{T: t}
	s.serve(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprintf(w, "page %d", s.asked.Load()) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		w.Header().Set("Content-Type", "text/plain")
		(*s.answer.Load())(w, r)
	}))
	t.Cleanup(server.Close)
	s.address = server.URL
	var err error
	if s.log, err = audit.Open(t.TempDir(), audit.Options{Redact: func(text string) string { return text }, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.log.Close() })
	start := time.Now()
	s.web = newReferencesWeb(localClient(), &auditing{log: s.log})
	s.web.now = func() time.Time { return start.Add(time.Duration(s.clock.Load()) * time.Second) }
	return s
}

// localClient fetches from this machine, too.
func localClient() *fetch.Client {
	return fetch.New(fetch.Options{
		Public: func(netip.Addr) bool { return true },
		Proxy:  func(*url.URL) (*url.URL, error) { return nil, nil },
	})
}

func (s *site) serve(answer http.HandlerFunc) { s.answer.Store(&answer) }

func (s *site) get(session, path string) string {
	s.Helper()
	page, err := s.web.Get(s.Context(), session, s.address+path)
	if err != nil {
		s.Fatal(err)
	}
	return page.Text
}

func (s *site) records() []audit.Record {
	s.Helper()
	found, err := s.log.Query(s.Context(), audit.Query{Limit: 100, Waits: func(string) bool { return false }})
	if err != nil {
		s.Fatal(err)
	}
	return found.Records
}

// TestAPageIsKeptForItsSession: sending what was looked at fetches nothing more.
func TestAPageIsKeptForItsSession(t *testing.T) {
	s := newSite(t)
	steps := []struct {
		what string
		do   func()
		from string // the session that asks then
		want string
	}{
		{"first", func() {}, "a", "page 1"},
		{"again", func() {}, "a", "page 1"},
		{"in another session", func() {}, "b", "page 2"},
		{"in the first one still", func() {}, "a", "page 1"},
		{"refreshed", func() { s.web.forget("a", s.address+"/") }, "a", "page 3"},
		{"which the other session does not see", func() {}, "b", "page 2"},
		{"almost too old", func() { s.clock.Store(15 * 60) }, "b", "page 2"},
		{"too old", func() { s.clock.Store(15*60 + 1) }, "b", "page 4"},
	}
	for _, step := range steps {
		step.do()
		if got := s.get(step.from, "/"); got != step.want {
			t.Errorf("%s: %q, want %q", step.what, got, step.want)
		}
	}
	if records := s.records(); len(records) != 4 {
		t.Errorf("%d fetches are in the audit log", len(records))
	}
}

// TestOnlySoManyPagesAreKept: the oldest goes.
func TestOnlySoManyPagesAreKept(t *testing.T) {
	s := newSite(t)
	for i := range pagesKept + 1 {
		s.get("a", fmt.Sprintf("/%d", i))
	}
	if len(s.web.kept) != pagesKept {
		t.Errorf("%d pages are kept", len(s.web.kept))
	}
	if got := s.get("a", "/1"); got != "page 2" {
		t.Errorf("the second page is %q", got)
	}
	if got := s.get("a", "/0"); got != fmt.Sprintf("page %d", pagesKept+2) {
		t.Errorf("the first page is %q", got)
	}
}

// TestAFailureIsNotKept, and says what happened each time.
func TestAFailureIsNotKept(t *testing.T) {
	s := newSite(t)
	s.serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	if _, err := s.web.Get(t.Context(), "a", s.address); err == nil {
		t.Fatal("a teapot is a page")
	}
	if len(s.web.kept) != 0 {
		t.Errorf("%d pages are kept", len(s.web.kept))
	}
	s.serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "well again") })
	if got := s.get("a", ""); got != "well again" {
		t.Errorf("got %q", got)
	}
}

// TestAFetchByAPersonIsInTheAuditLog before anything leaves, and how it ended.
func TestAFetchByAPersonIsInTheAuditLog(t *testing.T) {
	s := newSite(t)
	kept := make(chan []audit.Record, 1)
	s.serve(func(w http.ResponseWriter, _ *http.Request) {
		kept <- s.records()
		_, _ = io.WriteString(w, "page")
	})
	s.get("a", "/good?q=1")
	want := audit.Record{
		Entry: audit.Entry{
			Event: audit.EventDecision, SessionID: "a", Tool: "reference", Kind: "fetch", Title: "Fetch " + s.address + "/good?q=1",
			Effect: "allow", Rule: "web address", Tier: "user", Reason: "The user has put this address into a message.",
		},
		Outcome: "failed", // nobody waits for it, as far as the log knows
	}
	rest := cmpopts.IgnoreFields(audit.Entry{}, "Seq", "At", "CallID", "DurationMs")
	if d := cmp.Diff([]audit.Record{want}, <-kept, rest, cmpopts.IgnoreFields(audit.Record{}, "Outcome")); d != "" {
		t.Errorf("when it was asked for (-want +got):\n%s", d)
	}
	want.Status, want.Outcome = "completed", "allowed"
	if d := cmp.Diff([]audit.Record{want}, s.records(), rest); d != "" {
		t.Errorf("afterwards (-want +got):\n%s", d)
	}
	s.serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	if _, err := s.web.Get(t.Context(), "a", s.address+"/missing"); err == nil {
		t.Error("a missing page was fetched")
	}
	ctx, stop := context.WithCancel(t.Context())
	s.serve(func(_ http.ResponseWriter, r *http.Request) { stop(); <-r.Context().Done() })
	if _, err := s.web.Get(ctx, "a", s.address+"/stopped"); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	var ends []string
	for _, record := range s.records() {
		ends = append(ends, record.Status)
	}
	if d := cmp.Diff([]string{"cancelled", "failed", "completed"}, ends); d != "" {
		t.Errorf("how they ended (-want +got):\n%s", d)
	}
}

// TestWhatCannotBeRecordedIsNotFetched.
func TestWhatCannotBeRecordedIsNotFetched(t *testing.T) {
	s := newSite(t)
	if err := s.log.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.web.Get(t.Context(), "a", s.address); !errors.Is(err, errNotRecorded) {
		t.Errorf("got %v", err)
	}
	if n := s.asked.Load(); n != 0 {
		t.Errorf("%d requests left this machine", n)
	}
}

// TestOfOneAddressOneFetchGoesOn, whoever of those that wait for it is stopped.
func TestOfOneAddressOneFetchGoesOn(t *testing.T) {
	s := newSite(t)
	arrived, answer := make(chan struct{}, 2), make(chan struct{})
	s.serve(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-answer:
			_, _ = io.WriteString(w, "page")
		case <-r.Context().Done():
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := s.web.Get(ctx, "a", s.address)
		first <- err
	}()
	<-arrived
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if page, err := s.web.Get(t.Context(), "a", s.address); err != nil || page.Text != "page" {
				t.Errorf("%q, %v", page.Text, err)
			}
		})
	}
	stopped, stopWaiting := context.WithCancel(t.Context())
	stopWaiting()
	if _, err := s.web.Get(stopped, "a", s.address); !errors.Is(err, context.Canceled) {
		t.Errorf("one who waits and is stopped: %v", err)
	}
	stop() // the one that fetches: one of the others takes over
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first: %v", err)
	}
	<-arrived
	close(answer)
	group.Wait()
	if n := s.asked.Load(); n != 2 {
		t.Errorf("%d fetches", n)
	}
}

// TestABrokenFetchHoldsNobodyUp: where fetching panics, the address can be asked for
// again.
func TestABrokenFetchHoldsNobodyUp(t *testing.T) {
	s := newSite(t)
	whole := s.web.client
	s.web.client = nil
	func() {
		defer func() { _ = recover() }()
		_, _ = s.web.Get(t.Context(), "a", s.address)
	}()
	s.web.client = whole
	if got := s.get("a", ""); got != "page 1" {
		t.Errorf("got %q", got)
	}
}
