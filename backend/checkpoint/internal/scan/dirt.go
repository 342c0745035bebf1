package scan

import "strings"

// Dirt says which folders may have changed, as a tree.
type Dirt struct {
	self bool // the folder itself may have
	all  bool // and so may all below it
	kids map[string]*Dirt
}

// NewDirt makes a tree of the paths of folders, raw; true stands for a folder
// and everything below it. Folders that are not there are passed over.
func NewDirt(folders map[string]bool) *Dirt {
	top := &Dirt{}
	for path, whole := range folders {
		at := top
		if path != "." {
			for name := range strings.SplitSeq(path, "/") {
				at = at.kid(name)
			}
		}
		at.self, at.all = true, at.all || whole
	}
	return top
}

func (d *Dirt) kid(name string) *Dirt {
	if d.kids == nil {
		d.kids = map[string]*Dirt{}
	}
	if d.kids[name] == nil {
		d.kids[name] = &Dirt{}
	}
	return d.kids[name]
}

func everything() *Dirt { return &Dirt{self: true, all: true} }

// below is what is known of a folder inside.
func (d *Dirt) below(name string) *Dirt {
	if d == nil || d.all {
		return d
	}
	return d.kids[name]
}

func (d *Dirt) lists() bool { return d != nil && d.self }
