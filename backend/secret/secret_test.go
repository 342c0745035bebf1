package secret

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"
)

// fake is a keychain that a test can break.
type fake struct {
	mu    sync.Mutex
	kept  map[string]string
	err   error
	asked int
	hang  chan struct{} // closed when calls may go on; nil: at once
}

func (f *fake) enter() error {
	f.mu.Lock()
	f.asked++
	hang, err := f.hang, f.err
	f.mu.Unlock()
	if hang != nil {
		<-hang
	}
	return err
}

func (f *fake) Get(service, user string) (string, error) {
	if err := f.enter(); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	value, ok := f.kept[service+"/"+user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return value, nil
}

func (f *fake) Set(service, user, password string) error {
	if err := f.enter(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept == nil {
		f.kept = map[string]string{}
	}
	f.kept[service+"/"+user] = password
	return nil
}

func (f *fake) Delete(service, user string) error {
	if err := f.enter(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.kept[service+"/"+user]; !ok {
		return keyring.ErrNotFound
	}
	delete(f.kept, service+"/"+user)
	return nil
}

func newStore(f *fake) *Store {
	return New(Options{Keychain: f, Reachable: func() error { return nil }})
}

func get(t *testing.T, s *Store, want string) {
	t.Helper()
	got, err := s.Get(t.Context(), "a")
	if err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestKeychain(t *testing.T) {
	f := &fake{}
	s := newStore(f)
	get(t, s, "")
	place, why, err := s.Set(t.Context(), "a", "k1")
	if place != InKeychain || why != nil || err != nil {
		t.Fatalf("kept in %q, %v, %v", place, why, err)
	}
	get(t, s, "k1")
	get(t, newStore(f), "k1") // another run
	if err := s.Remove(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	get(t, s, "")
	get(t, newStore(f), "")
	if err := s.Remove(t.Context(), "a"); err != nil {
		t.Errorf("removing what is not there: %v", err)
	}
}

func TestKeychainIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{kept: map[string]string{"Keel/a": "k"}}
		s := newStore(f)
		for range 3 {
			get(t, s, "k")
			if missing, err := s.Get(t.Context(), "b"); missing != "" || err != nil {
				t.Errorf("got %q, %v", missing, err)
			}
		}
		if f.asked != 2 {
			t.Errorf("asked %d times", f.asked)
		}
		f.kept["Keel/b"] = "later"
		time.Sleep(31 * time.Second)
		if got, err := s.Get(t.Context(), "b"); got != "later" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// Without a keychain the key is kept for this run, and the person is told.
func TestNoKeychain(t *testing.T) {
	f := &fake{err: errors.New("The name org.freedesktop.secrets was not provided by any .service files")}
	nowhere := New(Options{Keychain: &fake{}, Reachable: func() error { return errors.New("no bus") }})
	for name, s := range map[string]*Store{"no service": newStore(f), "no bus": nowhere} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Get(t.Context(), "a"); !wellSaid(err) {
				t.Errorf("getting: %v", err)
			}
			place, why, err := s.Set(t.Context(), "a", "k-secret")
			if place != InMemory || !wellSaid(why) || err != nil {
				t.Fatalf("kept in %q, %v, %v", place, why, err)
			}
			get(t, s, "k-secret")
			if strings.Contains(why.Error(), "k-secret") {
				t.Errorf("the key stands in %q", why)
			}
			err = s.Remove(t.Context(), "a")
			if got, _ := s.Get(t.Context(), "a"); got != "" {
				t.Errorf("still there after %v", err)
			}
		})
	}
}

func wellSaid(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && strings.HasSuffix(e.Message, ".") && strings.HasSuffix(e.Hint, ".")
}

// A keychain that hangs costs three seconds, holds one goroutine, and what it
// says in the end is not lost.
func TestKeychainHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{kept: map[string]string{"Keel/a": "k"}, hang: make(chan struct{})}
		s := newStore(f)
		began := time.Now()
		for range 2 {
			if _, err := s.Get(t.Context(), "a"); !errors.Is(err, ErrSlow) || !wellSaid(err) {
				t.Errorf("got %v", err)
			}
		}
		if _, err := s.Get(t.Context(), "b"); !errors.Is(err, ErrSlow) {
			t.Errorf("another name: %v", err)
		}
		if took := time.Since(began); took != 6*time.Second {
			t.Errorf("waited %v", took)
		}
		f.mu.Lock()
		if f.asked != 1 {
			t.Errorf("%d calls under way", f.asked)
		}
		f.mu.Unlock()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Get(ctx, "c"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		close(f.hang)
		synctest.Wait()
		get(t, s, "k")
	})
}
