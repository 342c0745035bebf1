//go:build unix

package checkpointtest

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/keel-ide/keel/backend/checkpoint"
)

// patch changes a few files, taking them for what they are or for something
// else, takes that back and does it again.
func (m *machine) patch(r *rapid.T) {
	now := plainly(m.tree())
	var files []checkpoint.Patched
	for _, path := range rapid.SliceOfNDistinct(paths(), 1, 3, rapid.ID[string]).Draw(r, "patched") {
		one := checkpoint.Patched{Path: checkpoint.EncodePath(path), Content: []byte(contents().Draw(r, "content")), Mode: 0o640, Delete: rapid.Bool().Draw(r, "delete")}
		switch known := rapid.SampledFrom([]string{"as it is", "as it is", "as it is", "nothing", "2"}).Draw(r, "looked at"); known {
		case "nothing":
		case "2":
			one.Expect = hash(known)
		default:
			if now.Tree[path].Type == "-" {
				one.Expect = hash(now.Tree[path].Content)
			}
		}
		files = append(files, one)
	}
	want := expectPatch(files, now)
	result, err := m.store.Patch(m.Context(), checkpoint.PatchRequest{Files: files})
	m.must(err)
	m.wantTree(want, "patched")
	m.restores = append(m.restores, restored{result.Undo, m.days, now, want})
	m.takeBack(m.restores[len(m.restores)-1], "patch undone")
	m.takeBack(m.restores[len(m.restores)-1], "patch redone")
}

// expectPatch is what a patch should leave of now.
func expectPatch(files []checkpoint.Patched, now seen) Tree {
	want, made := maps.Clone(now.Tree), Tree{}
	for _, one := range files {
		path, content := checkpoint.DecodePath(one.Path), string(one.Content)
		item := now.Tree[path]
		there := item.Type == "-"
		known := there && one.Expect == hash(item.Content) || item.Type == "" && one.Expect == ""
		switch {
		case slices.Contains(strings.Split(path, "/"), ".git"), now.unknown(path), item.Type != "" && !there, !known:
		case one.Delete:
			delete(want, path)
		case len(content) > modelCap:
		case there:
			want[path] = Item{"-", item.Mode, content}
		default:
			made[path] = Item{"-", one.Mode, content}
		}
	}
	for path, item := range made {
		var missing []string
		fits := true
		for up := filepath.Dir(path); up != "."; up = filepath.Dir(up) {
			switch {
			case made[up].Type != "" || now.Tree[up].Type != "" && now.Tree[up].Type != "d":
				fits = false
			case now.Tree[up].Type == "" && filepath.Base(up) == "node_modules" && now.ignores(up):
				fits = false // it would be bulk
			case now.Tree[up].Type == "":
				missing = append(missing, up)
			}
		}
		if !fits {
			continue
		}
		want[path] = item
		for _, up := range missing {
			want[up] = Item{Type: "d", Mode: 0o755}
		}
	}
	return want
}
