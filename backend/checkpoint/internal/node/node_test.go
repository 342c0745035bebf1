package node

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func drawn() *rapid.Generator[*Node] {
	return rapid.Custom(func(t *rapid.T) *Node {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9 äß_-]{1,12}`), 0, 20, rapid.ID[string]).Draw(t, "names")
		slices.Sort(names)
		n := &Node{Partial: rapid.Bool().Draw(t, "partial")}
		for _, name := range names {
			e := Entry{Name: name, Mode: rapid.Uint16Range(0, 0o7777).Draw(t, "mode"), Size: rapid.Int64Range(0, 1<<40).Draw(t, "size")}
			e.Kind = rapid.SampledFrom([]Kind{File, Folder, Symlink, Special, Uncaptured}).Draw(t, "kind")
			switch e.Kind {
			case File:
				e.ID = Sum([]byte(name))
			case Folder:
				e.ID, e.Files, e.Below = Sum([]byte(name)), rapid.Uint32().Draw(t, "files"), HoldsUnknown
			case Symlink:
				e.More = &More{Target: rapid.String().Draw(t, "target")}
			case Special, Uncaptured:
				e.Cause = Cause(rapid.IntRange(1, int(Pending)).Draw(t, "cause"))
				e.More = &More{Reason: rapid.String().Draw(t, "reason"), Print: rapid.Uint64().Draw(t, "print")}
			}
			n.Entries = append(n.Entries, e)
		}
		return n
	})
}

func TestEncodingRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawn().Draw(t, "node")
		encoded := n.Encode()
		got, err := Decode(encoded.Bytes, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(n, got); d != "" {
			t.Fatalf("decoded (-want +got):\n%s", d)
		}
		if again := got.Encode(); again.ID != encoded.ID || !bytes.Equal(again.Bytes, encoded.Bytes) {
			t.Fatal("encoding again gives other bytes")
		}
	})
}

// TestNoByteIsTakenOnTrust cuts and flips an encoding everywhere: what decodes
// is another folder with its own encoding, never the same one.
func TestNoByteIsTakenOnTrust(t *testing.T) {
	n := &Node{Entries: []Entry{
		{Name: "a", Kind: File, Size: 3, Mode: 0o644, ID: Sum([]byte("a"))},
		{Name: "b", Kind: Folder, Mode: 0o755, Files: 4, ID: Sum([]byte("b"))},
		{Name: "c", Kind: Symlink, More: &More{Target: "a"}},
		{Name: "d", Kind: Uncaptured, Cause: Bulk, More: &More{Reason: "why", Print: 7}},
	}}
	whole := n.Encode().Bytes
	refused := 0
	for i := range whole {
		for _, data := range [][]byte{whole[:i], flipped(whole, i)} {
			got, err := Decode(data, nil)
			switch {
			case err != nil && !errors.Is(err, ErrDamaged):
				t.Fatalf("at %d: %v", i, err)
			case err != nil:
				refused++
			case cmp.Equal(got, n):
				t.Fatalf("damaged at %d and yet the same", i)
			}
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

func flipped(data []byte, at int) []byte {
	out := slices.Clone(data)
	out[at] ^= 1
	return out
}

// large is a folder that is kept in parts.
func large(count int) *Node {
	n := &Node{}
	for i := range count {
		name := fmt.Sprintf("file-%06d.txt", i)
		n.Entries = append(n.Entries, Entry{Name: name, Kind: File, Mode: 0o644, Size: int64(i), ID: Sum([]byte(name))})
	}
	return n
}

func TestLargeFoldersAreKeptInParts(t *testing.T) {
	n := large(20_000)
	encoded := n.Encode()
	if len(encoded.Parts) < 5 {
		t.Fatalf("%d parts", len(encoded.Parts))
	}
	parts := map[ID][]byte{}
	for _, p := range encoded.Parts {
		parts[p.ID] = p.Bytes
	}
	got, err := Decode(encoded.Bytes, func(id ID) ([]byte, error) { return parts[id], nil })
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(n, got); d != "" {
		t.Fatalf("decoded (-want +got):\n%s", d)
	}
	// One name more changes one part only.
	n.Entries = slices.Insert(n.Entries, 10_000, Entry{Name: "file-009999.txt.more", Kind: File})
	changed := 0
	for _, p := range n.Encode().Parts {
		if parts[p.ID] == nil {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d parts changed, want 1", changed)
	}
	if _, err := Decode(encoded.Bytes, func(ID) ([]byte, error) { return nil, errors.New("missing") }); err == nil {
		t.Error("decoded without its parts")
	}
}

func TestDeltas(t *testing.T) {
	base := large(500)
	old := base.Encode().Bytes
	for name, change := range map[string]func([]Entry) []Entry{
		"nothing":      func(e []Entry) []Entry { return e },
		"first":        func(e []Entry) []Entry { e[0].Size = 99; return e },
		"last":         func(e []Entry) []Entry { e[499].ID = ID{1}; return e },
		"added":        func(e []Entry) []Entry { return slices.Insert(e, 250, Entry{Name: "file-000249.txt.more"}) },
		"removed":      func(e []Entry) []Entry { return slices.Delete(e, 100, 101) },
		"several":      func(e []Entry) []Entry { e[3].ID, e[77].ID, e[400].Size = ID{1}, ID{2}, 1<<30; return e },
		"front gone":   func(e []Entry) []Entry { return e[20:] },
		"end gone":     func(e []Entry) []Entry { return e[:480] },
		"long name":    func(e []Entry) []Entry { e[10].Name = "file-000010.txt" + strings.Repeat("x", 200); return e },
		"all the same": func(e []Entry) []Entry { return append(e, Entry{Name: "z"}) },
	} {
		t.Run(name, func(t *testing.T) {
			next := (&Node{Entries: change(slices.Clone(base.Entries))}).Encode().Bytes
			delta := Delta(old, next)
			if delta == nil || len(delta) > 500 {
				t.Fatalf("a delta of %d bytes", len(delta))
			}
			if got := Apply(old, delta, len(next)); !bytes.Equal(got, next) {
				t.Error("the delta gives other bytes")
			}
		})
	}
	other := (&Node{Entries: slices.Clone(base.Entries)})
	for i := range other.Entries {
		other.Entries[i].ID = Sum([]byte{byte(i), 1})
	}
	if delta := Delta(old, other.Encode().Bytes); delta != nil {
		t.Errorf("a delta of %d bytes for a folder in which everything changed", len(delta))
	}
}

func TestDeltasOfAnyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		block := rapid.SliceOfN(rapid.Byte(), 40, 400).Draw(t, "block")
		base := slices.Concat(block, rapid.SliceOf(rapid.Byte()).Draw(t, "a"), block)
		next := slices.Concat(rapid.SliceOf(rapid.Byte()).Draw(t, "b"), block, rapid.SliceOf(rapid.Byte()).Draw(t, "c"), block)
		if delta := Delta(base, next); delta != nil {
			if got := Apply(base, delta, len(next)); !bytes.Equal(got, next) {
				t.Fatal("the delta gives other bytes")
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(large(3).Encode().Bytes, []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, data, delta []byte) {
		n, err := Decode(data, func(ID) ([]byte, error) { return data, nil })
		if err == nil && n == nil {
			t.Error("neither a folder nor an error")
		}
		if got := Apply(data, delta, 1<<16); len(got) > 1<<16 {
			t.Errorf("%d bytes", len(got))
		}
	})
}

func TestSumOfAFolder(t *testing.T) {
	n := &Node{Entries: []Entry{
		{Name: "a", Kind: File, Size: 3},
		{Name: "b", Kind: Folder, Files: 4, Size: 10, Below: HoldsProblem},
		{Name: "c", Kind: Symlink, Size: 2, More: &More{}},
		{Name: "d", Kind: Uncaptured, Cause: Git, More: &More{}},
	}}
	id := n.Encode().ID
	if d := cmp.Diff(Entry{ID: id, Kind: Folder, Files: 6, Size: 15, Below: HoldsProblem}, n.Sum(id)); d != "" {
		t.Errorf("sum (-want +got):\n%s", d)
	}
	n.Entries[3].Cause = Bulk
	if got := n.Sum(id).Below; got != HoldsProblem|HoldsUnknown {
		t.Errorf("below: %b", got)
	}
}
