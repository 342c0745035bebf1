package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
)

// corpus is a source tree, made up from its size.
type corpus struct {
	folders []folder // parents before children
	files   []file
	links   []link
	bytes   int64

	edited map[string][]byte // what files that were edited hold now
	want   tree              // what a walker must see
	random *rand.Rand        // for what happens later
}

type folder struct {
	path string
	mode fs.FileMode
}

type file struct {
	path   string
	mode   fs.FileMode
	size   int
	binary bool
	seed   uint64
}

type link struct{ path, target string }

// edit is one changed file.
type edit struct {
	path          string
	before, after []byte
}

// What a corpus is like. The sizes are those of source files: half of them
// below 2 kB, the mean around 4 kB.
const (
	fewestFiles, mostFiles     = 6, 15 // in a folder, beside its folders
	fewestFolders, mostFolders = 2, 5
	medianSize, spread         = 2000.0, 1.1 // of a log-normal distribution, in bytes
	largestUsual               = 64 << 10
	largest                    = 1 << 20
)

// newCorpus makes up a tree with this many files, links among them.
func newCorpus(files int) *corpus {
	c := &corpus{edited: map[string][]byte{}, random: rand.New(rand.NewPCG(2, uint64(files)))}
	random := rand.New(rand.NewPCG(1, uint64(files)))
	waiting := []string{""}
	for left := files; left > 0; {
		at := waiting[0]
		waiting = waiting[1:]
		for i := range min(left, fewestFiles+random.IntN(mostFiles-fewestFiles+1)) {
			c.place(random, at, i)
			left--
		}
		for i := range fewestFolders + random.IntN(mostFolders-fewestFolders+1) {
			made := folder{path: path.Join(at, fmt.Sprintf("%s%d", pick(random, words()), i)), mode: 0o755}
			if random.IntN(30) == 0 {
				made.mode = 0o700
			}
			c.folders = append(c.folders, made)
			waiting = append(waiting, made.path)
		}
	}
	c.trim(random)
	return c
}

// place makes up one file or link.
func (c *corpus) place(random *rand.Rand, at string, i int) {
	name := fmt.Sprintf("%s_%s%d", pick(random, words()), pick(random, words()), i)
	if n := len(c.files); n > 0 && random.IntN(100) == 0 && runtime.GOOS != "windows" {
		target := path.Base(c.files[random.IntN(n)].path) // dangling, unless it is beside it
		c.links = append(c.links, link{path: path.Join(at, name), target: target})
		return
	}
	f := file{path: path.Join(at, name+pick(random, []string{".go", ".ts", ".py", ".md", ".json", ".css"})), mode: 0o644, seed: random.Uint64()}
	f.size = min(int(medianSize*math.Exp(spread*random.NormFloat64())), largestUsual)
	switch chance := random.IntN(1000); {
	case chance == 0:
		f.size = largestUsual + random.IntN(largest-largestUsual)
	case chance < 60:
		f.binary, f.path = true, path.Join(at, name+".png")
	case chance < 100:
		f.mode, f.path = 0o755, path.Join(at, name+".sh")
	case chance < 120:
		f.mode = 0o600
	case chance < 125:
		f.size = 0
	}
	c.files = append(c.files, f)
	c.bytes += int64(f.size)
}

// trim drops most folders that stayed empty: one in thirty is left, and one at
// least.
func (c *corpus) trim(random *rand.Rand) {
	holds := map[string]bool{}
	note := func(at string) {
		for at = path.Dir(at); at != "." && !holds[at]; at = path.Dir(at) {
			holds[at] = true
		}
	}
	for _, f := range c.files {
		note(f.path)
	}
	for _, l := range c.links {
		note(l.path)
	}
	left := 0
	c.folders = slices.DeleteFunc(c.folders, func(f folder) bool {
		if holds[f.path] {
			return false
		}
		if left > 0 && random.IntN(30) > 0 {
			return true
		}
		left++
		return false
	})
}

// write makes the tree in every root.
func (c *corpus) write(ctx context.Context, roots []string) error {
	for _, root := range roots {
		if err := c.writeFolders(root); err != nil {
			return err
		}
	}
	sums := make([]item, len(c.files))
	err := share(ctx, len(c.files), func(i int) error {
		f := c.files[i]
		content := f.content()
		sums[i] = item{mode: f.mode, sum: sumOf(content)}
		for _, root := range roots {
			if err := put(filepath.Join(root, filepath.FromSlash(f.path)), content, f.mode); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.want = make(tree, len(c.files)+len(c.folders)+len(c.links))
	for i, f := range c.files {
		c.want[f.path] = sums[i]
	}
	for _, l := range c.links {
		c.want[l.path] = item{mode: fs.ModeSymlink, target: l.target}
	}
	for _, f := range c.folders {
		c.want[f.path] = item{mode: fs.ModeDir | f.mode}
	}
	return nil
}

func (c *corpus) writeFolders(root string) error {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return fmt.Errorf("making a tree: %w", err)
	}
	for _, f := range c.folders {
		at := filepath.Join(root, filepath.FromSlash(f.path))
		if err := errors.Join(os.Mkdir(at, 0o755), os.Chmod(at, f.mode)); err != nil {
			return fmt.Errorf("making a tree: %w", err)
		}
	}
	for _, l := range c.links {
		if err := os.Symlink(l.target, filepath.Join(root, filepath.FromSlash(l.path))); err != nil {
			return fmt.Errorf("making a tree: %w", err)
		}
	}
	return nil
}

// put writes a file with exactly this mode.
func put(at string, content []byte, mode fs.FileMode) error {
	if err := os.WriteFile(at, content, 0o600); err != nil {
		return fmt.Errorf("writing a tree: %w", err)
	}
	if err := os.Chmod(at, mode); err != nil {
		return fmt.Errorf("writing a tree: %w", err)
	}
	return nil
}

// content is what a file holds now.
func (c *corpus) content(f file) []byte {
	if content, ok := c.edited[f.path]; ok {
		return content
	}
	return f.content()
}

// edits makes up changes of this many files, as an agent would make them: a few
// lines here and there. They are not applied yet.
func (c *corpus) edits(count int) []edit {
	chosen := c.random.Perm(len(c.files))[:count]
	out := make([]edit, count)
	for i, n := range chosen {
		before := c.content(c.files[n])
		out[i] = edit{path: c.files[n].path, before: before, after: c.change(before)}
	}
	slices.SortFunc(out, func(a, b edit) int { return cmp.Compare(a.path, b.path) })
	return out
}

// change puts a new line into the middle of a content, and takes a few bytes out.
func (c *corpus) change(before []byte) []byte {
	at := 0
	if len(before) > 0 {
		at = c.random.IntN(len(before))
	}
	after := append(slices.Clone(before[:at]), fmt.Sprintf("\n%s := %s(%d)\n", pick(c.random, words()), pick(c.random, words()), c.random.Int())...)
	return append(after, before[min(len(before), at+20):]...)
}

// apply writes edits into a tree, in place as most tools do.
func apply(root string, edits []edit) error {
	for _, e := range edits {
		at := filepath.Join(root, filepath.FromSlash(e.path))
		if err := os.WriteFile(at, e.after, 0o600); err != nil {
			return fmt.Errorf("editing a file: %w", err)
		}
	}
	return nil
}

// note takes edits in, or back, as what the trees hold from now on.
func (c *corpus) note(edits []edit, back bool) {
	for _, e := range edits {
		content := e.after
		if back {
			content = e.before
		}
		c.edited[e.path] = content
		now := c.want[e.path]
		now.sum = sumOf(content)
		c.want[e.path] = now
	}
}
