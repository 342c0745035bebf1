package checkpoint

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func entries() *rapid.Generator[entry] {
	return rapid.Custom(func(t *rapid.T) entry {
		e := entry{
			path: rapid.StringN(1, 10, -1).Draw(t, "path"),
			kind: rapid.SampledFrom(kinds()).Draw(t, "kind"),
			mode: rapid.Uint32Range(0, 0o7777).Draw(t, "mode"),
			size: rapid.Int64Range(0, 1<<62).Draw(t, "size"),
		}
		switch e.kind {
		case KindFile:
			copy(e.hash[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
		case KindSymlink:
			e.target = string(rapid.SliceOf(rapid.Byte()).Draw(t, "target"))
		case KindSpecial, KindUncaptured:
			e.cause = cause(rapid.IntRange(int(causeGit), int(causeUnstable)).Draw(t, "cause"))
			e.reason = rapid.String().Draw(t, "reason")
		case KindFolder:
		}
		return e
	})
}

func TestManifestComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &manifest{entries: rapid.SliceOfDistinct(entries(), func(e entry) string { return e.path }).Draw(t, "entries")}
		copy(m.policy[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "policy"))
		slices.SortFunc(m.entries, func(a, b entry) int { return comparePaths(a.path, b.path) })
		encoded := m.encode()
		got, err := decodeManifest(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(m.entries, got.entries, cmp.AllowUnexported(entry{})); len(m.entries) > 0 && d != "" || got.policy != m.policy {
			t.Fatalf("manifest (-want +got):\n%s", d)
		}
		if !bytes.Equal(got.encode(), encoded) {
			t.Fatal("encoding again gives other bytes")
		}
		if got, err := decodeManifest(encoded[:rapid.IntRange(0, len(encoded)-1).Draw(t, "cut")]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("a cut manifest: %v, %v; want ErrDamaged", got, err)
		}
	})
}

func FuzzDecodeManifest(f *testing.F) {
	f.Add((&manifest{}).encode())
	f.Add((&manifest{entries: []entry{{path: "a", kind: KindFile}, {path: "a/b", kind: KindSymlink, target: "x"}}}).encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := decodeManifest(data); (m == nil) == (err == nil) {
			t.Errorf("manifest %v, error %v", m, err)
		}
	})
}

func TestFind(t *testing.T) {
	m := &manifest{entries: []entry{
		{path: "a", kind: KindFolder},
		{path: "a/file", kind: KindFile},
		{path: "a/git", kind: KindUncaptured, cause: causeGit},
		{path: "a.b", kind: KindFile},
	}}
	for path, want := range map[string]coverage{
		"a": present, "a/file": present, "a.b": present, "a/file/below": absent, "b": absent, "a/none": absent, "a/none/x": absent,
		"a/git": unknown, "a/git/x/y": unknown, "a/gitx": absent,
	} {
		if got, _ := m.find(path); got != want {
			t.Errorf("find(%q) = %d, want %d", path, got, want)
		}
	}
	var got []string
	for _, e := range m.below("a") {
		got = append(got, e.path)
	}
	if d := cmp.Diff([]string{"a/file", "a/git"}, got); d != "" {
		t.Errorf("below a (-want +got):\n%s", d)
	}
}
