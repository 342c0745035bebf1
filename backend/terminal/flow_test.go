//go:build unix

package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNothingIsLostWhileAReaderIsSlow(t *testing.T) {
	const total = 4 << 20
	s := newTerminals(t)
	info := bash(t, s, "-c", fmt.Sprintf("seq -f '%%015.0f' 1 %d", total/17))
	slow := follow(t, s, info.ID, 0)
	quick := follow(t, s, info.ID, 0)
	term := s.all[info.ID]
	end := func() int64 {
		term.mu.Lock()
		defer term.mu.Unlock()
		return term.kept.end()
	}
	var group sync.WaitGroup
	check := func(r *Reader) {
		var expected strings.Builder
		for i := range total / 17 {
			fmt.Fprintf(&expected, "%015d\r\n", i+1)
		}
		if got := until(t, r, ""); got != expected.String() {
			t.Errorf("%d bytes instead of %d, or others", len(got), expected.Len())
		}
	}
	group.Go(func() { check(quick) })
	eventually(t, "the shell waits for the slow reader", func() bool { return end() > unacknowledged })
	if most := int64(unacknowledged + replaySlack); end() > most {
		t.Errorf("%d bytes were read ahead of the slow reader, at most %d should be", end(), most)
	}
	if term.exited() {
		t.Error("the shell did not wait")
	}
	check(slow)
	group.Wait()
}

func TestClosedReaderIsNotWaitedFor(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s, "-c", "head -c 3000000 /dev/zero | tr '\\0' x; exit 9")
	stuck := follow(t, s, info.ID, 0)
	term := s.all[info.ID]
	eventually(t, "the shell waits", func() bool { return term.behind() > unacknowledged })
	waiting := make(chan error)
	for stuckAt := int64(0); stuckAt < unacknowledged; { // so that Next has to wait
		chunk, err := stuck.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stuckAt += chunk.Bytes
	}
	go func() {
		for {
			if _, err := stuck.Next(t.Context()); err != nil {
				waiting <- err
				return
			}
		}
	}()
	if err := stuck.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	eventually(t, "the shell ran to its end without readers", term.exited)
	r := follow(t, s, info.ID, 0)
	chunk, err := r.Next(t.Context())
	if err != nil || chunk.Offset != 3000000-replayLimit {
		t.Errorf("replay begins at %d, %v", chunk.Offset, err)
	}
	r.Ack(1 << 40)
	r.Ack(-5)
	if got := exitFrom(t, r); got.Code != 9 {
		t.Errorf("exit %+v", got)
	}
}

func TestNextHonoursItsContext(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s, "-c", "sleep 1000")
	ctx, cancel := context.WithCancel(t.Context())
	r, err := s.Read(ctx, info.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := r.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	// The context of Read was for the call only.
	if err := s.Kill(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	if got := exitFrom(t, r); got.Signal != "SIGHUP" {
		t.Errorf("exit %+v", got)
	}
}

func TestWriteKeepsOrderAndSize(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s)
	r := follow(t, s, info.ID, 0)
	until(t, r, "$ ")
	file := filepath.Join(t.TempDir(), "typed")
	write(t, s, info.ID, "stty -echo; echo rea''dy; cat > "+file+"; echo do''ne\n")
	until(t, r, "ready")
	var want strings.Builder
	for i := range 20000 {
		line := fmt.Sprintf("line %d\n", i)
		want.WriteString(line)
		write(t, s, info.ID, line)
	}
	write(t, s, info.ID, "\x04")
	until(t, r, "done")
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.String(), string(got)); d != "" {
		t.Errorf("%.300s", d)
	}
}

func TestWriteToAProgramThatDoesNotRead(t *testing.T) {
	s := newTerminals(t)
	info := bash(t, s, "-c", "stty raw -echo; echo ready; sleep 1000")
	until(t, follow(t, s, info.ID, 0), "ready")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stuck := make(chan error, 1)
	go func() {
		for {
			if err := s.Write(ctx, info.ID, strings.Repeat("x", inputLimit)); err != nil {
				stuck <- err
				return
			}
		}
	}()
	term := s.all[info.ID]
	eventually(t, "the line is full", func() bool {
		term.input.mu.Lock()
		defer term.input.mu.Unlock()
		return term.input.room != nil
	})
	cancel()
	if err := <-stuck; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	go func() { stuck <- s.Write(t.Context(), info.ID, strings.Repeat("x", inputLimit)) }()
	if err := s.Kill(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	if err := <-stuck; !errors.Is(err, ErrClosed) && !errors.Is(err, ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkThroughput(b *testing.B) {
	const size = 64 << 20
	s := newTerminals(b)
	b.SetBytes(size)
	for b.Loop() {
		info := bash(b, s, "-c", fmt.Sprintf("stty raw; yes 'a line of output, as a build would print it' | head -c %d", size))
		r, err := s.Read(b.Context(), info.ID, 0)
		if err != nil {
			b.Fatal(err)
		}
		var seen int64
		for {
			chunk, err := r.Next(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			seen += chunk.Bytes
			r.Ack(chunk.Bytes)
			if chunk.Exit != nil {
				break
			}
		}
		if seen != size {
			b.Fatalf("%d bytes instead of %d", seen, size)
		}
		if err := s.Kill(b.Context(), info.ID); err != nil {
			b.Fatal(err)
		}
	}
}
