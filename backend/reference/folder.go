package reference

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/keel-ide/keel/backend/ignore"
	"github.com/keel-ide/keel/backend/session"
	"github.com/keel-ide/keel/backend/workspace"
)

// Bounds of a folder.
const (
	mostEntries = 2000
	mostLooked  = 20_000   // entries, ignored ones too
	smallFile   = 16 << 10 // a file whose text goes along
	ignoreBytes = 1 << 20
)

// tree is what is in a folder, from its top down.
type tree struct {
	reader  *Reader
	ref     session.Reference
	entries []workspace.Entry // without what is ignored or kept back
	looked  int
	kept    int  // kept from the agent
	closed  int  // folders that cannot be read
	more    bool // there are more entries
}

// level is a folder that is still to be listed.
type level struct {
	path  string
	rules *ignore.Rules
}

// folder is a listing of what is in a folder, and the text of its small files.
func (r *Reader) folder(ctx context.Context, ref session.Reference) (found, error) {
	if ref.Path == "" {
		ref.Path = "."
	}
	top := path.Clean(ref.Path)
	if err := r.allowed(ctx, ref, top); err != nil {
		return found{}, err
	}
	t := &tree{reader: r, ref: ref}
	for waiting := []level{{top, r.rulesAbove(ctx, top)}}; len(waiting) > 0 && !t.more; waiting = waiting[1:] {
		below, err := t.list(ctx, waiting[0])
		switch {
		case ctx.Err() != nil:
			return found{}, ctx.Err()
		case err != nil && waiting[0].path == top:
			return found{}, err
		case err != nil:
			t.closed++
		}
		waiting = append(waiting, below...)
	}
	return t.found(ctx, top)
}

// rulesAbove are the ignore rules that hold in a folder, without its own.
func (r *Reader) rulesAbove(ctx context.Context, folder string) *ignore.Rules {
	rules := r.entered(ctx, nil, ".", ".git/info/exclude")
	var above []string
	for at := folder; at != "."; {
		at = path.Dir(at)
		above = append(above, at)
	}
	for _, at := range slices.Backward(above) {
		rules = r.entered(ctx, rules, at, path.Join(at, ".gitignore"))
	}
	return rules
}

func (r *Reader) entered(ctx context.Context, rules *ignore.Rules, folder, file string) *ignore.Rules {
	text, _, err := r.o.Workspace.ReadFile(ctx, file, ignoreBytes)
	if err != nil {
		return rules // there is none, or none that can be read: then more is listed
	}
	return rules.Enter(folder, text)
}

// list adds the entries of one folder, and returns the folders among them.
func (t *tree) list(ctx context.Context, at level) ([]level, error) {
	entries, err := t.reader.o.Workspace.List(ctx, at.path)
	if err != nil {
		return nil, err
	}
	rules := at.rules
	if slices.ContainsFunc(entries, func(e workspace.Entry) bool { return e.Name == ".gitignore" }) {
		rules = t.reader.entered(ctx, rules, at.path, path.Join(at.path, ".gitignore"))
	}
	var below []level
	for _, e := range entries {
		if t.looked++; t.looked > mostLooked || len(t.entries) == mostEntries {
			t.more = true
			break
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case e.Name == ".git", rules.Match(e.Path, e.Kind == workspace.Folder):
			continue
		case t.reader.keeps(ctx, t.ref, e.Path):
			t.kept++
			continue
		}
		t.entries = append(t.entries, e)
		if e.Kind == workspace.Folder {
			below = append(below, level{e.Path, rules})
		}
	}
	return below, nil
}

// found puts together what was listed. Files that lie higher up come first.
func (t *tree) found(ctx context.Context, top string) (found, error) {
	b := folderBody{}
	room := mostBytes
	for _, e := range t.entries {
		if e.Kind != workspace.File {
			continue
		}
		if e.Size > smallFile {
			b.large++
			continue
		}
		if room <= 0 {
			b.unread++
			continue
		}
		raw, _, err := t.reader.o.Workspace.ReadFile(ctx, e.Path, smallFile)
		if ctx.Err() != nil {
			return found{}, ctx.Err()
		}
		text, ok := decode(raw)
		switch {
		case errors.Is(err, workspace.ErrTooLarge):
			b.large++
			continue
		case err != nil:
			b.closed++
			continue
		case !ok:
			b.binary++
			continue
		}
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		section := fmt.Sprintf("\n--- %s\n%s", shownName(e.Path), text)
		b.sections = append(b.sections, section)
		room -= len(section)
	}
	slices.SortFunc(t.entries, func(x, y workspace.Entry) int { return comparePaths(x.Path, y.Path) })
	size := int64(0)
	for _, e := range t.entries {
		b.list = append(b.list, entryLine(top, e))
		if e.Kind == workspace.File {
			size += e.Size
		}
	}
	if len(b.list) == 0 {
		b.list = []string{"The folder is empty.\n"}
		if t.kept > 0 {
			b.list = []string{"Nothing in the folder may be shown.\n"}
		}
	}
	b.kept, b.folders, b.more = t.kept, t.closed, t.more
	return found{session.Content{Size: size}, b}, nil
}

// comparePaths sorts what is in a folder right behind it.
func comparePaths(a, b string) int {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
}

// entryLine shows an entry by its path below the top.
func entryLine(top string, e workspace.Entry) string {
	name := e.Path
	if top != "." {
		name = strings.TrimPrefix(name, top+"/")
	}
	name = shownName(name)
	switch e.Kind {
	case workspace.Folder:
		return name + "/\n"
	case workspace.Symlink:
		return name + "\tlink\n"
	case workspace.File:
		return fmt.Sprintf("%s\t%s\n", name, sized(e.Size))
	}
	return name + "\tdevice, pipe or socket\n"
}

// shownName is a path as a part of one line, in which nothing is invisible.
func shownName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Sprintf("%q", name)
	}
	return name
}

// folderBody is the listing of a folder and its small files.
type folderBody struct {
	list     []string // lines
	sections []string // files, each with its name
	large    int      // files that are too large to go along
	unread   int      // small files for which there was no room
	binary   int
	closed   int // files that cannot be read
	folders  int // folders that cannot be read
	kept     int
	more     bool
}

func (b folderBody) size() int {
	size := 0
	for _, list := range [][]string{b.list, b.sections} {
		for _, each := range list {
			size += len(each)
		}
	}
	return size
}

func (b folderBody) fit(room int) (text, cut string) {
	var out strings.Builder
	listed := 0
	for _, line := range b.list {
		if out.Len()+len(line) > room {
			break
		}
		out.WriteString(line)
		listed++
	}
	without := b.unread
	for _, section := range b.sections {
		if listed < len(b.list) || out.Len()+len(section) > room {
			without++
			continue
		}
		out.WriteString(section)
	}
	return out.String(), b.left(listed, without)
}

// left says what is not in the text.
func (b folderBody) left(listed, without int) string {
	var all []string
	say := func(n int, one, many, what string) {
		if n == 1 {
			all = append(all, "1 "+one+" "+what)
		} else if n > 1 {
			all = append(all, number(n)+" "+many+" "+what)
		}
	}
	switch {
	case listed < len(b.list):
		all = append(all, fmt.Sprintf("Only the first %s of %s entries are listed.", number(listed), number(len(b.list))))
	case b.more:
		all = append(all, fmt.Sprintf("Only %s entries are listed; there are more.", number(len(b.list))))
	}
	say(without, "text file is", "text files are", "listed without content, as there was no room.")
	say(b.large, "file is", "files are", "listed without content, being larger than "+sized(smallFile)+".")
	say(b.binary, "file is", "files are", "listed without content, being no text.")
	say(b.closed, "file", "files", "could not be read.")
	say(b.folders, "folder", "folders", "could not be read.")
	say(b.kept, "entry is", "entries are", "kept from the agent and left out.")
	return sentences(all...)
}
