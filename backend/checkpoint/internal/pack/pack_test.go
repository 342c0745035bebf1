package pack

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// shelf is packs with the marks that a database would keep.
type shelf struct {
	*testing.T
	folder string
	packs  *Packs
	marks  []Mark
}

func newShelf(t *testing.T, o Options) *shelf {
	t.Helper()
	s := &shelf{T: t, folder: t.TempDir()}
	s.open(o)
	t.Cleanup(func() { s.must(s.packs.Close()) })
	return s
}

func (s *shelf) open(o Options) {
	s.Helper()
	if s.packs != nil {
		s.must(s.packs.Close())
	}
	var err error
	s.packs, err = Open(s.folder, s.marks, o)
	s.must(err)
}

func (s *shelf) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *shelf) record(marks []Mark) {
	for _, m := range marks {
		s.marks = slices.DeleteFunc(s.marks, func(o Mark) bool { return o.Segment == m.Segment })
		s.marks = append(s.marks, m)
	}
}

func (s *shelf) keep(contents ...[]byte) {
	s.Helper()
	b := s.packs.Begin(s.marks)
	for _, c := range contents {
		s.must(b.Add(Blob, node.Sum(c), c))
	}
	marks, err := b.Flush()
	s.must(err)
	s.record(marks)
}

func (s *shelf) want(contents ...[]byte) {
	s.Helper()
	for _, c := range contents {
		got, kind, err := s.packs.Read(node.Sum(c))
		if err != nil || kind != Blob || !bytes.Equal(got, c) {
			s.Fatalf("reading: %d bytes, kind %d, %v; want %d bytes", len(got), kind, err, len(c))
		}
	}
}

func contents(count int) [][]byte {
	source := rand.New(rand.NewPCG(1, uint64(count)))
	out := make([][]byte, count)
	for i := range out {
		out[i] = bytes.Repeat(fmt.Appendf(nil, "%d:%d ", i, source.IntN(100)), source.IntN(200))
		if i%3 == 0 { // nothing to compress
			for j := range out[i] {
				out[i][j] = byte(source.IntN(256))
			}
		}
	}
	return out
}

func TestContentsComeBack(t *testing.T) {
	s := newShelf(t, Options{SegmentSize: 20_000})
	all := contents(300)
	s.keep(all[:100]...)
	s.keep(all[50:]...)
	s.want(all...)
	if len(s.marks) < 3 {
		t.Errorf("%d segments", len(s.marks))
	}
	s.open(Options{SegmentSize: 20_000})
	s.want(all...)
	s.must(s.packs.SaveIndexes())
	s.open(Options{SegmentSize: 20_000})
	s.want(all...)
	if got := s.packs.Len(); got != len(all) {
		// Several may be empty.
		distinct := map[node.ID]bool{}
		for _, c := range all {
			distinct[node.Sum(c)] = true
		}
		if got != len(distinct) {
			t.Errorf("%d contents, want %d", got, len(distinct))
		}
	}
}

func TestManyWritersAtOnce(t *testing.T) {
	s := newShelf(t, Options{SegmentSize: 50_000})
	all := contents(400)
	b := s.packs.Begin(s.marks)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for _, c := range all {
				if err := b.Add(Blob, node.Sum(c), c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	marks, err := b.Flush()
	s.must(err)
	s.record(marks)
	s.want(all...)
	total := int64(0)
	for _, m := range s.marks {
		total += m.End
	}
	once := newShelf(t, Options{SegmentSize: 50_000})
	once.keep(all...)
	for _, m := range once.marks {
		total -= m.End
	}
	if total > 2000 || total < -2000 {
		t.Errorf("%d bytes more than one writer needs", total)
	}
}

// TestATornTailIsCutOff leaves what a killed process leaves: bytes behind the
// mark, of every length.
func TestATornTailIsCutOff(t *testing.T) {
	s := newShelf(t, Options{})
	kept := []byte("kept from before")
	s.keep(kept)
	before := slices.Clone(s.marks)
	s.keep([]byte("torn"), bytes.Repeat([]byte("torn "), 100))
	path := s.packs.path(1)
	whole, err := os.ReadFile(path)
	s.must(err)
	for end := before[0].End; end <= int64(len(whole)); end++ {
		s.must(os.WriteFile(path, whole[:end], 0o600))
		s.marks = slices.Clone(before)
		s.open(Options{})
		if s.packs.Has(node.Sum([]byte("torn"))) {
			t.Fatal("what was never recorded counts")
		}
		next := fmt.Appendf(nil, "written behind %d", end)
		s.keep(next)
		s.open(Options{})
		s.want(kept, next)
		s.sound()
	}
}

func (s *shelf) sound() {
	s.Helper()
	s.must(s.packs.Check(s.Context(), s.marks, func(segment uint32, offset int64, why string) {
		s.Errorf("segment %d at %d: %s", segment, offset, why)
	}))
}

// TestAnyFlippedBitIsFound flips one bit of each byte in turn: a check finds it,
// no reader gets other bytes, and all that does not lie there is still read.
func TestAnyFlippedBitIsFound(t *testing.T) {
	s := newShelf(t, Options{})
	old := folder(40, 0)
	all := [][]byte{[]byte("short"), bytes.Repeat([]byte("long "), 60), []byte("last")}
	s.keep(all...)
	b := s.packs.Begin(s.marks)
	s.must(b.AddFolder(old.ID, old.Bytes, node.ID{}, nil))
	marks, err := b.Flush()
	s.must(err)
	s.record(marks)
	path := s.packs.path(1)
	whole, err := os.ReadFile(path)
	s.must(err)
	for at := range whole {
		damagedFile := slices.Clone(whole)
		damagedFile[at] ^= 1 << (at % 8)
		s.must(os.WriteFile(path, damagedFile, 0o600))
		s.open(Options{})
		found := 0
		s.must(s.packs.Check(t.Context(), s.marks, func(uint32, int64, string) { found++ }))
		if found == 0 {
			t.Fatalf("a bit flipped at %d is not found", at)
		}
		bad := 0
		for _, c := range all {
			got, _, err := s.packs.Read(node.Sum(c))
			switch {
			case errors.Is(err, ErrDamaged):
				bad++
			case err != nil || !bytes.Equal(got, c):
				t.Fatalf("a bit flipped at %d: %q, %v", at, got, err)
			}
		}
		if bad > 1 {
			t.Fatalf("a bit flipped at %d damages %d contents", at, bad)
		}
	}
}

func folder(count, changed int) node.Encoded {
	n := &node.Node{}
	for i := range count {
		n.Entries = append(n.Entries, node.Entry{Name: fmt.Sprintf("name-%04d", i), Kind: node.File, ID: node.Sum([]byte{byte(i)})})
	}
	if changed > 0 {
		n.Entries[count/2].Size = int64(changed)
	}
	return n.Encode()
}

func TestFoldersAreKeptAsDeltas(t *testing.T) {
	s := newShelf(t, Options{})
	last := node.Encoded{}
	var all []node.Encoded
	var size []int64
	for i := range 40 {
		next := folder(200, i)
		before := int64(0)
		for _, m := range s.marks {
			before += m.End
		}
		b := s.packs.Begin(s.marks)
		s.must(b.AddFolder(next.ID, next.Bytes, last.ID, last.Bytes))
		marks, err := b.Flush()
		s.must(err)
		s.record(marks)
		size = append(size, s.marks[0].End-before)
		last = next
		all = append(all, next)
	}
	small := 0
	for _, n := range size {
		if n < 300 {
			small++
		}
	}
	if small < 30 || small == 40 { // a chain of them ends
		t.Errorf("%d of 40 are deltas: %v", small, size)
	}
	s.open(Options{})
	for _, n := range all {
		got, kind, err := s.packs.Read(n.ID)
		if err != nil || kind != Folder || !bytes.Equal(got, n.Bytes) {
			t.Fatalf("reading: kind %d, %v", kind, err)
		}
	}
	// Every second folder goes; what was based on it stays readable.
	gone := map[node.ID]bool{}
	for i, n := range all {
		gone[n.ID] = i%2 == 0
	}
	keep := func(id node.ID) bool { return !gone[id] }
	b := s.packs.Begin(s.marks)
	b.Leave([]uint32{1})
	s.must(b.Copy(t.Context(), 1, keep))
	marks, err := b.Flush()
	s.must(err)
	s.marks = marks
	s.must(s.packs.Delete([]uint32{1}))
	s.open(Options{})
	for i, n := range all {
		got, _, err := s.packs.Read(n.ID)
		if want := i%2 != 0; want != (err == nil) || want && !bytes.Equal(got, n.Bytes) {
			t.Fatalf("folder %d: %v", i, err)
		}
	}
	s.sound()
	if d := cmp.Diff([]string{"00000002.pack"}, list(t, s.folder)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

func list(t *testing.T, folder string) []string {
	t.Helper()
	listed, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, one := range listed {
		out = append(out, one.Name())
	}
	return out
}

// TestADamagedIndexIsDoneWithout flips and cuts index files.
func TestADamagedIndexIsDoneWithout(t *testing.T) {
	s := newShelf(t, Options{})
	all := contents(20)
	s.keep(all...)
	s.must(s.packs.SaveIndexes())
	path := filepath.Join(s.folder, "00000001.idx")
	whole, err := os.ReadFile(path)
	s.must(err)
	for at := 0; at < len(whole); at += 7 {
		for _, data := range [][]byte{whole[:at], append(slices.Clone(whole[:at]), append([]byte{whole[at] ^ 4}, whole[at+1:]...)...)} {
			s.must(os.WriteFile(path, data, 0o600))
			s.open(Options{})
			s.want(all...)
		}
	}
}

// TestAFailedWriteKeepsNothing fails each call in turn, and goes on afterwards.
func TestAFailedWriteKeepsNothing(t *testing.T) {
	all := contents(60)
	for n := 1; ; n++ {
		calls, full := 0, errors.New("no space left")
		s := newShelf(t, Options{})
		s.keep([]byte("before"))
		s.open(Options{SegmentSize: 3000, Faults: &fault.Calls{Fail: func(string) error {
			if calls++; calls == n {
				return full
			}
			return nil
		}}})
		b := s.packs.Begin(s.marks)
		var failed error
		for _, c := range all {
			failed = errors.Join(failed, b.Add(Blob, node.Sum(c), c))
		}
		_, err := b.Flush()
		failed = errors.Join(failed, err)
		if calls < n {
			if failed != nil {
				t.Fatal(failed)
			}
			if n < 5 {
				t.Fatalf("only %d calls", n)
			}
			return
		}
		if !errors.Is(failed, full) {
			t.Fatalf("call %d failed: %v", n, failed)
		}
		b.Drop()
		s.want([]byte("before"))
		if s.packs.Len() != 1 {
			t.Fatalf("call %d failed, and %d contents count", n, s.packs.Len())
		}
		s.open(Options{SegmentSize: 3000})
		s.keep(all...)
		s.want(all...)
		s.sound()
	}
}

func TestStraySegmentsGo(t *testing.T) {
	s := newShelf(t, Options{})
	s.keep([]byte("kept"))
	for _, name := range []string{"00000007.pack", "00000007.idx", "notes.txt"} {
		s.must(os.WriteFile(filepath.Join(s.folder, name), []byte("x"), 0o600))
	}
	s.must(s.packs.Stray(s.marks))
	if d := cmp.Diff([]string{"00000001.pack", "notes.txt"}, list(t, s.folder)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	s.want([]byte("kept"))
}
