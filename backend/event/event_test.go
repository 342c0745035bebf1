package event

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, s *Subscription[int]) []int {
	t.Helper()
	got := []int{}
	for {
		value, err := s.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, value)
	}
}

func TestFeed(t *testing.T) {
	feed := New[int](3)
	feed.Send(0)
	early := feed.Subscribe(t.Context())
	feed.Send(1)
	closed := feed.Subscribe(t.Context())
	feed.Send(2)
	closed.Close()
	late := feed.Subscribe(t.Context())
	for n := 3; n <= 6; n++ {
		feed.Send(n)
	}
	feed.Close()
	feed.Send(7)
	for _, test := range []struct {
		name         string
		subscription *Subscription[int]
		want         []int
	}{
		{"slow reader loses the oldest", early, []int{4, 5, 6}},
		{"closed reader keeps what it had", closed, []int{2}},
		{"reader from the middle", late, []int{4, 5, 6}},
		{"reader of a closed feed", feed.Subscribe(t.Context()), []int{}},
	} {
		if d := cmp.Diff(test.want, read(t, test.subscription)); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, d)
		}
	}
}

func TestContexts(t *testing.T) {
	feed := New[int](3)
	ctx, cancel := context.WithCancel(t.Context())
	ending, waiting := feed.Subscribe(ctx), feed.Subscribe(t.Context())
	cancel()
	if _, err := waiting.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting with a cancelled context: %v", err)
	}
	if got := read(t, ending); len(got) != 0 { // ends, rather than waiting for ever
		t.Errorf("got %v", got)
	}
	feed.Send(1)
	if value, err := waiting.Next(t.Context()); value != 1 || err != nil {
		t.Errorf("after a cancelled wait: %d, %v", value, err)
	}
}

func TestReaderWaits(t *testing.T) {
	feed := New[int](1000)
	subscription := feed.Subscribe(t.Context())
	go func() {
		defer feed.Close()
		for n := range 1000 {
			feed.Send(n)
		}
	}()
	got := read(t, subscription)
	want := make([]int, 1000)
	for n := range want {
		want[n] = n
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
