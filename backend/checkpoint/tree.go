package checkpoint

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// entry is one path of a tree; path is raw.
type entry struct {
	path   string
	kind   Kind
	mode   uint32
	size   int64
	hash   node.ID // of a file
	target string  // of a link
	cause  node.Cause
	reason string  // in words, when not captured
	print  uint64  // of what is not captured: tells whether it seems to have changed
	inside node.ID // of a folder: what it holds
}

func kindOf(k node.Kind) Kind {
	switch k {
	case node.File:
		return KindFile
	case node.Folder:
		return KindFolder
	case node.Symlink:
		return KindSymlink
	case node.Special:
		return KindSpecial
	}
	return KindUncaptured
}

func entryOf(at string, e *node.Entry) *entry {
	out := &entry{path: at, kind: kindOf(e.Kind), mode: uint32(e.Mode), size: e.Size, cause: e.Cause, target: e.Target(), reason: e.Reason()}
	switch e.Kind {
	case node.File:
		out.hash = e.ID
	case node.Folder:
		out.size, out.inside = 0, e.ID
	}
	if e.More != nil {
		out.print = e.More.Print
	}
	return out
}

func (e *entry) known() bool { return e.cause == node.None }

func (e *entry) export() Entry {
	out := Entry{Path: EncodePath(e.path), Kind: e.kind, Mode: e.mode, Size: e.size, Target: EncodePath(e.target), Reason: e.reason}
	if e.kind == KindFile {
		out.Hash = e.hash.String()
	}
	return out
}

// same tells whether two paths hold the same; nil is nothing.
func same(a, b *entry) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.kind == b.kind && a.mode == b.mode && a.hash == b.hash && a.target == b.target && a.cause == b.cause && (a.known() || a.size == b.size && a.print == b.print)
}

// coverage is what a tree says of a path.
type coverage byte

const (
	absent coverage = iota
	present
	unknown
)

// state is what a tree says of a path; the entry is nil for an absent path and
// for one below what is unknown.
type state struct {
	coverage
	entry *entry
}

// tree is one state of the workspace. A folder that cannot be read is unknown
// with all below it, and the first such failure is kept in failed: whoever asks
// a tree looks at that in the end.
//
// A tree remembers the way to the folder that it looked in last, as the next
// path asked for is mostly near. It is for one goroutine.
type tree struct {
	root   node.ID
	load   func(node.ID) (*node.Node, error)
	failed error

	at  string // the raw path of that folder
	way []opened
}

// opened is a folder on the way to another one.
type opened struct {
	end  int // of its path
	node *node.Node
}

// node returns a folder, or nil.
func (t *tree) node(id node.ID) *node.Node {
	n, err := t.load(id)
	if err != nil {
		if t.failed == nil {
			t.failed = err
		}
		return nil
	}
	return n
}

// find says what the tree knows of p.
func (t *tree) find(p string) (coverage, *entry) {
	n, from := t.nearest(p)
	for {
		if n == nil {
			return unknown, nil
		}
		name, deeper, more := strings.Cut(p[from:], "/")
		e, end := n.Find(name), from+len(name)
		switch {
		case e == nil && n.Partial:
			return unknown, nil
		case e == nil:
			return absent, nil
		case !e.Known() && more:
			return unknown, nil
		case !e.Known():
			return unknown, entryOf(p[:end], e)
		case !more:
			return present, entryOf(p, e)
		case e.Kind != node.Folder:
			return absent, nil
		}
		n, from = t.node(e.ID), len(p)-len(deeper)
		if n != nil {
			t.at, t.way = p[:end], append(t.way, opened{end, n})
		}
	}
}

// nearest is the last folder above p that the tree remembers, and where in p the
// name inside it begins.
func (t *tree) nearest(p string) (*node.Node, int) {
	common := commonPrefix(t.at, p)
	for i, o := range slices.Backward(t.way) {
		if o.end <= common && o.end < len(p) && p[o.end] == '/' {
			t.way = t.way[:i+1]
			return o.node, o.end + 1
		}
	}
	t.at, t.way = "", t.way[:0]
	return t.node(t.root), 0
}

// entry returns what stands at p, or nil.
func (t *tree) entry(p string) *entry {
	_, e := t.find(p)
	return e
}

// below goes through what is inside a folder, in order, folders before what
// they hold. Only what wanted says is gone into; nil goes into everything.
func (t *tree) below(folder string, wanted func(*node.Entry) bool) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		id := t.root
		if folder != "." {
			e := t.entry(folder)
			if e == nil || e.kind != KindFolder {
				return
			}
			id = e.inside
		}
		t.inside(folder, id, wanted, yield)
	}
}

func (t *tree) inside(folder string, id node.ID, wanted func(*node.Entry) bool, yield func(*entry) bool) bool {
	n := t.node(id)
	if n == nil {
		return true
	}
	for i := range n.Entries {
		e := &n.Entries[i]
		at := join(folder, e.Name)
		if !yield(entryOf(at, e)) {
			return false
		}
		if e.Kind == node.Folder && (wanted == nil || wanted(e)) && !t.inside(at, e.ID, wanted, yield) {
			return false
		}
	}
	return true
}

// problems lists what the tree should hold and does not.
func (t *tree) problems() []Problem {
	var out []Problem
	holds := func(e *node.Entry) bool { return e.Below&node.HoldsProblem != 0 }
	if n := t.node(t.root); n != nil && n.Partial {
		out = append(out, Problem{Path: ".", Reason: reasonPending})
	}
	for e := range t.below(".", holds) {
		if e.cause.Problem() {
			out = append(out, Problem{Path: EncodePath(e.path), Reason: e.reason})
		}
	}
	return out
}

const reasonPending = "the rest of the folder had not been read yet"

// compare calls found, in order, for each path that differs between two trees,
// or that one of them does not know. Equal folders are passed over but for
// that.
func compare(a, b *tree, found func(path string, a, b state)) {
	c := &comparison{a: a, b: b, found: found}
	c.folder("", side{id: a.root, there: true}, side{id: b.root, there: true})
}

type comparison struct {
	a, b  *tree
	found func(path string, a, b state)
}

// side is one of two folders of the same path.
type side struct {
	id    node.ID
	there bool // it is a folder
	dark  bool // nothing is known of what is in it
}

func (c *comparison) folder(at string, a, b side) {
	var left, right *node.Node
	if a.there {
		left = c.a.node(a.id)
		a.dark = left == nil || left.Partial
	}
	if b.there {
		right = c.b.node(b.id)
		b.dark = right == nil || right.Partial
	}
	i, j := 0, 0
	for {
		x, y := next(left, i), next(right, j)
		if x == nil && y == nil {
			return
		}
		if x != nil && y != nil {
			if order := strings.Compare(x.Name, y.Name); order < 0 {
				y = nil
			} else if order > 0 {
				x = nil
			}
		}
		if x != nil {
			i++
		}
		if y != nil {
			j++
		}
		c.name(at, x, y, a, b)
	}
}

func next(n *node.Node, i int) *node.Entry {
	if n == nil || i >= len(n.Entries) {
		return nil
	}
	return &n.Entries[i]
}

// name compares what stands at one name.
func (c *comparison) name(at string, x, y *node.Entry, a, b side) {
	equal := x != nil && y != nil && x.Same(y)
	if equal && x.Known() && (x.Kind != node.Folder || x.Below&node.HoldsUnknown == 0) {
		return
	}
	p := at + nameOf(x, y)
	left, right := stateOf(p, x, a.dark), stateOf(p, y, b.dark)
	if left.coverage == unknown || right.coverage == unknown || !same(left.entry, right.entry) {
		c.found(p, left, right)
	}
	inA, inB := inside(x, left), inside(y, right)
	if inA.there || inB.there {
		c.folder(p+"/", inA, inB)
	}
}

func nameOf(x, y *node.Entry) string {
	if x != nil {
		return x.Name
	}
	return y.Name
}

func stateOf(p string, e *node.Entry, dark bool) state {
	switch {
	case e == nil && dark:
		return state{unknown, nil}
	case e == nil:
		return state{absent, nil}
	case !e.Known():
		return state{unknown, entryOf(p, e)}
	}
	return state{present, entryOf(p, e)}
}

func inside(e *node.Entry, s state) side {
	if e == nil || e.Kind != node.Folder {
		return side{dark: s.coverage == unknown}
	}
	return side{id: e.ID, there: true}
}

// names lists what is directly in a folder.
func (t *tree) names(folder string) []string {
	var out []string
	none := func(*node.Entry) bool { return false }
	for e := range t.below(folder, none) {
		out = append(out, path.Base(e.path))
	}
	slices.Sort(out)
	return out
}
