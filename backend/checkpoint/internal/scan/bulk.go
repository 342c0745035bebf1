package scan

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// IgnoreFile is what a file with rules is called; a larger one than IgnoreLimit
// bytes has none.
const (
	IgnoreFile  = ".gitignore"
	IgnoreLimit = 1 << 20
)

// What makes an ignored folder bulk.
const (
	bulkFiles = 2000
	bulkBytes = 100 << 20

	cacheTag          = "CACHEDIR.TAG"
	cacheTagSignature = "Signature: 8a477f597d28d172789f06886806bc55" // bford.info/cachedir
)

// BulkName tells whether an ignored folder is bulk by its name alone.
func BulkName(name string) bool { return name == "node_modules" || name == "target" || name == ".venv" }

// bulk says why the folder, which rules ignore, is not captured; nil when it is.
func (v *visit) bulk() *node.Entry {
	why := v.whyBulk()
	if why == "" {
		return nil
	}
	e := unknown(node.Bulk, why, v.print())
	return &e
}

func (v *visit) whyBulk() string {
	if name := v.way.name; BulkName(name) {
		return "ignored, and called " + name
	}
	if slices.ContainsFunc(v.items, func(one item) bool { return one.name == cacheTag && one.kind == kindFile }) && v.tagged() {
		return "ignored, and marked as a cache by " + cacheTag
	}
	// What was captured stays captured; what is inside a folder that is small
	// enough is.
	if v.in.within || v.old != nil && v.old.ignored {
		return ""
	}
	count := counter{worker: v.worker, files: bulkFiles, bytes: bulkBytes}
	count.add(v.at, v.items)
	switch {
	case count.files < 0:
		return "ignored, and holds more than 2,000 files"
	case count.bytes < 0:
		return "ignored, and holds more than 100 MiB"
	}
	return ""
}

func (v *visit) tagged() bool {
	text, err := v.at.small(cacheTag, IgnoreLimit)
	return err == nil && strings.HasPrefix(string(text), cacheTagSignature)
}

// print changes when something in the folder was made, removed or written; what
// happens deeper inside mostly shows in the times of the folders there.
func (v *visit) print() uint64 {
	sorted := slices.SortedFunc(slices.Values(v.items), func(a, b item) int { return strings.Compare(a.name, b.name) })
	h := fnv.New64a()
	for i := range sorted {
		one := &sorted[i]
		_, _ = fmt.Fprintf(h, "%q %d %d ", one.name, one.modified, one.size) // never fails
	}
	return h.Sum64()
}

// counter counts down what a folder may hold.
type counter struct {
	worker *worker
	files  int
	bytes  int64
}

func (c *counter) add(at folder, items []item) {
	for i := range items {
		one := &items[i]
		if isGit(one.name) {
			continue
		}
		if one.kind != kindFolder {
			c.files--
			c.bytes -= one.size
		} else {
			c.enter(at, one.name)
		}
		if c.files < 0 || c.bytes < 0 {
			return
		}
	}
}

func (c *counter) enter(at folder, name string) {
	inner, err := at.folder(name)
	if err != nil {
		return // the capture will say so
	}
	defer inner.close()
	items, err := c.worker.list(inner, nil)
	if err != nil {
		return
	}
	c.add(inner, items)
	c.worker.give(items)
}
