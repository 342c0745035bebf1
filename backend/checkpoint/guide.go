package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Which folders on its way a guide keeps open: the nearest, and of those
// farther up one now and then, for it to come back to.
const (
	openNearest = 32
	openEvery   = 64
	openUpTo    = 4096 // levels: below, there is none but the nearest
)

// guide opens the folders that hold paths, one path after the other. As a path
// is mostly near the one before, it keeps open what leads to that one, so that
// many paths deep inside each other take no longer than others; it looks each
// time, though, whether these folders are still where they were. No link is
// followed, and no path is given to the system whole.
type guide struct {
	top    *os.File // the root, to look up from
	root   *os.Root // not the guide's own
	at     string   // the raw path of the folder it came to last
	levels []level
}

// level is one folder on the way.
type level struct {
	end    int         // of its path in at
	folder *os.Root    // nil when let go of
	info   fs.FileInfo // of it, when it was opened
}

// newGuide starts at a root that stays open until the guide is closed.
func newGuide(root *os.Root) (*guide, error) {
	top, err := root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("opening workspace: %w", err)
	}
	return &guide{top: top, root: root}, nil
}

func (g *guide) close() {
	g.up(0)
	_ = g.top.Close() // only read from
}

// parent returns the folder that holds a raw path, and the path's last name.
// The folder stays open until the guide is asked again; nothing below it does,
// so that what stands at the path may be moved.
func (g *guide) parent(raw string) (*os.Root, string, error) {
	if g.back(folderOf(raw)); !g.stands() {
		g.up(0)
	}
	return g.look(raw)
}

// look is parent for who only reads: where the guide has come from is not looked
// at again.
func (g *guide) look(raw string) (*os.Root, string, error) {
	folder, name := folderOf(raw), raw[strings.LastIndexByte(raw, '/')+1:]
	if err := g.to(folder); err != nil {
		return nil, "", fmt.Errorf("opening folder of %q: %w", raw, err)
	}
	return g.here(), name, nil
}

// restart has every folder opened anew.
func (g *guide) restart() { g.up(0) }

// here is the folder that the guide has come to.
func (g *guide) here() *os.Root {
	if len(g.levels) == 0 {
		return g.root
	}
	return g.levels[len(g.levels)-1].folder
}

func (g *guide) to(folder string) error {
	g.back(folder)
	from := 0
	if n := len(g.levels); n > 0 {
		from = g.levels[n-1].end + 1
	}
	g.at = folder
	for folder != "." && from < len(folder) {
		end := len(folder)
		if i := strings.IndexByte(folder[from:], '/'); i >= 0 {
			end = from + i
		}
		if err := g.down(folder[from:end], end); err != nil {
			return err
		}
		from = end + 1
	}
	return nil
}

// back goes up to the last folder that is on the way to another one and open.
func (g *guide) back(folder string) {
	common := commonPrefix(g.at, folder)
	keep := len(g.levels)
	for ; keep > 0; keep-- {
		l := &g.levels[keep-1]
		if l.folder != nil && l.end <= common && (l.end == len(folder) || folder[l.end] == '/') {
			break
		}
	}
	g.up(keep)
}

// up lets go of all but so many levels.
func (g *guide) up(keep int) {
	for i := keep; i < len(g.levels); i++ {
		g.release(i)
	}
	g.levels = g.levels[:keep]
}

func (g *guide) release(i int) {
	if l := &g.levels[i]; l.folder != nil {
		_ = l.folder.Close() // only read from
		l.folder = nil
	}
}

// down opens a folder inside the present one; end is that of its path.
func (g *guide) down(name string, end int) error {
	folder, err := openFolder(g.here(), name)
	if err != nil {
		return err
	}
	info, err := folder.Stat(".")
	if err != nil {
		return errors.Join(err, folder.Close())
	}
	g.levels = append(g.levels, level{end: end, folder: folder, info: info})
	if far := len(g.levels) - 1 - openNearest; far >= 0 && (far%openEvery != 0 || far > openUpTo) {
		g.release(far)
	}
	return nil
}

// stands tells whether the folder that the guide has come to is still where it
// was, and none above it a link by now.
func (g *guide) stands() bool {
	if len(g.levels) == 0 {
		return true
	}
	last := g.levels[len(g.levels)-1]
	stands, err := leadsTo(g.top, g.at[:last.end], last.info)
	if !errors.Is(err, errUnsupported) {
		return stands && err == nil
	}
	return g.standsByName()
}

// standsByName is stands where the system does not look up a path at once.
func (g *guide) standsByName() bool {
	above, from := g.root, 0
	for _, l := range g.levels {
		if above == nil {
			return false // too deep to tell: it is to be opened anew
		}
		info, err := above.Lstat(g.at[from:l.end])
		if err != nil || !info.IsDir() || !os.SameFile(info, l.info) {
			return false
		}
		above, from = l.folder, l.end+1
	}
	return true
}
