package scan

import (
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/ignore"
)

// Then is a state that is to come back. What it covers is read too, whatever
// the rules of the workspace say by now: what it has, and of what is new since,
// what will not be ignored once it is back.
type Then struct {
	Root    node.ID
	Folder  func(node.ID) (*node.Node, error)
	Content func(node.ID) ([]byte, error)
	Within  func(path string) bool // tells whether a raw path, or what is below it, is to come back
}

// former is a folder as it is to be; nil without a state that is to come back.
type former struct {
	node    *node.Node    // nil where there is to be none
	rules   *ignore.Rules // in force around it, then in it
	ignored bool          // rules will ignore it
	dark    bool          // nothing is known of it
}

func (s *scanning) formerTop() (*former, error) {
	if s.Then == nil {
		return nil, nil
	}
	n, err := s.Then.Folder(s.Then.Root)
	return &former{node: n}, err
}

// find returns an entry of the folder; it is dark where that is not known.
func (f *former) find(name string) (e *node.Entry, dark bool) {
	if f.dark || f.node == nil {
		return nil, f.dark
	}
	e = f.node.Find(name)
	if e == nil {
		return nil, f.node.Partial
	}
	return e, !e.Known()
}

// formerRules finds the rules that will be in force in the folder. An ignore
// file that was not captured then, or is not now, stays as it is.
func (v *visit) formerRules(at int) error {
	if v.in.then == nil || v.in.then.dark {
		v.inside.then = v.in.then
		return nil
	}
	inner := *v.in.then
	e, dark := inner.find(IgnoreFile)
	var text []byte
	switch {
	case at >= 0 && (dark || !v.entry(at).Known()):
		text, _ = v.at.small(IgnoreFile, IgnoreLimit) // else none, as for the rules of now
	case !dark && e != nil && e.Kind == node.File && e.Size <= IgnoreLimit:
		var err error
		if text, err = v.scan.Then.Content(e.ID); err != nil {
			return err
		}
	}
	inner.rules = inner.rules.Enter(v.way.path(), text)
	if v.way.parent != nil && inner.rules != v.in.then.rules && inner.rules.IgnoresAll() {
		inner.ignored = true
	}
	v.inside.then = &inner
	return nil
}

// entry is what is known of an item by now.
func (v *visit) entry(at int) *node.Entry {
	if r := v.resultOf(at); r != nil {
		return &r.entry
	}
	return &v.old.Node.Entries[v.items[at].old]
}

// formerKid is a folder inside as it is to be.
func (v *visit) formerKid(name string) (*former, error) {
	then := v.inside.then
	if then == nil || then.dark {
		return then, nil
	}
	e, dark := then.find(name)
	if dark {
		return &former{dark: true}, nil
	}
	kid := &former{rules: then.rules, ignored: then.ignored || then.rules.Match(v.way.join(name), true)}
	var err error
	if e != nil && e.Kind == node.Folder {
		kid.node, err = v.scan.Then.Folder(e.ID)
	}
	return kid, err
}

// comesBack tells whether the folder is covered by the state that is to come
// back.
func (v *visit) comesBack() bool {
	then := v.inside.then
	return then != nil && !then.dark && (then.node != nil || !then.ignored) && v.scan.Then.Within(v.way.path())
}

// fileComesBack is comesBack of a file in the folder.
func (v *visit) fileComesBack(name string) bool {
	then := v.inside.then
	if then == nil {
		return false
	}
	e, dark := then.find(name)
	return !dark && (e != nil || !then.ignored && !then.rules.Match(v.way.join(name), false)) && v.scan.Then.Within(v.way.join(name))
}
