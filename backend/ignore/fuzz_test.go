package ignore

import "testing"

// The tables find what trying one pattern after the other finds.
func FuzzMatch(f *testing.F) {
	for _, test := range tables() {
		tr, _ := test.tree()
		for _, path := range tr.Paths {
			f.Add([]byte(tr.Files["."]), "x", path, tr.Folders[path])
		}
	}
	f.Add([]byte("a*b*c*[[:alpha:]\\/**/d"), ".", "a/b", true)
	f.Fuzz(func(t *testing.T, text []byte, folder, path string, isFolder bool) {
		r := (*Rules)(nil).Enter(folder, text)
		if (r == nil) != (len(parse(text)) == 0) {
			t.Fatalf("rules %v for %d patterns", r, len(parse(text)))
		}
		r.Match(path, isFolder)
		if r.IgnoresAll() && folder != "." && !r.Match(folder+"/a", false) {
			t.Error("ignores all, but not a file")
		}
		if path == "" || path == "." || path[len(path)-1] == '/' {
			return
		}
		want := unmatched
		for _, p := range parse(text) {
			if p.match(path, base(path), isFolder) {
				want = newRank(0, p.negated).verdict()
			}
		}
		if got := (*Rules)(nil).Enter(".", text).find(path, isFolder); got != want {
			t.Errorf("verdict %d, want %d", got, want)
		}
	})
}

func base(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}
