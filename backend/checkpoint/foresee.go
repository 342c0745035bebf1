package checkpoint

import (
	"fmt"
	"path"

	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
	"github.com/keel-ide/keel/backend/checkpoint/internal/scan"
	"github.com/keel-ide/keel/backend/ignore"
)

// foresight tells whether new files will be captured where ignore rules exclude
// them: one that is not could not be taken back. It knows the rules of the
// present state, as captured.
type foresight struct {
	now     *tree
	content func(node.ID) ([]byte, error)
	folders map[string]ruled // by raw path
}

// ruled is a folder with the rules inside it.
type ruled struct {
	rules   *ignore.Rules
	ignored bool   // with all that is in it
	bulk    string // why nothing of what comes into it is captured; "" if it is
}

func (s *Store) foresee(now *tree) *foresight {
	return &foresight{now: now, content: s.bytes, folders: map[string]ruled{}}
}

// missed says why a new file would not be captured; "" when it would.
func (f *foresight) missed(raw string, size int64) string {
	up := f.folder(folderOf(raw))
	switch {
	case up.bulk != "":
		return up.bulk
	case size > scan.IgnoredFile && (up.ignored || up.rules.Match(raw, false)):
		return "ignored, and larger than 1 MiB"
	}
	return ""
}

func (f *foresight) folder(raw string) ruled {
	if known, ok := f.folders[raw]; ok {
		return known
	}
	var in ruled
	if raw != "." {
		in = f.folder(folderOf(raw))
		in.ignored = in.ignored || in.rules.Match(raw, true)
		// One that stands is captured, or else nobody asks.
		if name := path.Base(raw); in.ignored && in.bulk == "" && scan.BulkName(name) && f.now.entry(raw) == nil {
			in.bulk = fmt.Sprintf("%s would be ignored, and is called %s", EncodePath(raw), name)
		}
	}
	outer := in.rules
	in.rules = outer.Enter(raw, f.text(join(raw, scan.IgnoreFile)))
	in.ignored = in.ignored || raw != "." && in.rules != outer && in.rules.IgnoresAll()
	f.folders[raw] = in
	return in
}

// text is an ignore file; one that cannot be read has no rules.
func (f *foresight) text(raw string) []byte {
	e := f.now.entry(raw)
	if e == nil || e.kind != KindFile || e.size > scan.IgnoreLimit {
		return nil
	}
	text, err := f.content(e.hash)
	if err != nil {
		return nil
	}
	return text
}
