package checkpoint

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/checkpoint/internal/node"
)

// Why a file cannot be changed by a patch.
const (
	whyOutside  = "it is not a path inside the opened folder"
	whyGit      = "it is git's own data, which is never touched"
	whyOwn      = "it is Keel's own data, which is never touched"
	whyTooLarge = "it would be larger than what checkpoints keep"
	whyUnknown  = "it is not covered by checkpoints, so the change could not be undone"
	whyFolder   = "a folder stands there"
	whyLink     = "a symbolic link stands there, which is not followed"
	whyThere    = "something stands there by now"
	whyGone     = "it is no longer there"
	whySaved    = "it was changed on the disk, below text that an editor has not saved"
)

// refusal says what is against a path, whatever stands there; "" for nothing.
func (s *Store) refusal(one patch) string {
	for name := range strings.SplitSeq(one.raw, "/") {
		switch {
		case isGit(name):
			return whyGit
		case atomicfile.IsTemporary(name):
			return whyOwn
		}
	}
	at := filepath.Join(s.root, filepath.FromSlash(one.raw))
	for _, own := range append([]string{s.dir}, s.o.Own...) {
		if inside, err := filepath.Rel(own, at); err == nil && filepath.IsLocal(inside) {
			return whyOwn
		}
	}
	if int64(len(one.content)) > s.o.MaxFile && !one.remove {
		return whyTooLarge
	}
	return ""
}

// unpatchable says why nothing but a covered file, or nothing, may stand at a path.
func (p *plan) unpatchable(raw string, covered coverage, now *entry) string {
	switch {
	case raw == ".":
		return whyFolder
	case covered == unknown:
		return p.whyNotCovered(raw)
	case now == nil || now.kind == KindFile:
		return ""
	case now.kind == KindFolder:
		return whyFolder
	case now.kind == KindSymlink:
		return whyLink
	}
	return whyThere
}

// whyNotCovered says that a path is not captured, and for what reason.
func (p *plan) whyNotCovered(raw string) string {
	if reason := p.now.whyUnknown(raw); reason != "" {
		return fmt.Sprintf("%s (%s)", whyUnknown, reason)
	}
	return whyUnknown
}

// unexpected says what is not as the caller has seen it: the unsaved text where
// an editor holds one, else what is on the disk. What is there already as it is
// wanted is no conflict.
func (p *plan) unexpected(one patch, want, now *entry) string {
	text, held := p.texts[one.raw]
	if !held {
		switch {
		case isSum(now, one.expect) || same(want, now):
			return ""
		case now == nil:
			return whyGone
		case one.expect == nil:
			return whyThere
		}
		return whyChanged
	}
	sum := node.Sum(text)
	switch {
	case want != nil && sum == want.hash:
	case one.expect == nil || sum != *one.expect:
		return whyUnsaved
	}
	if one.saved != nil && !isSum(now, one.saved) && !same(want, now) {
		return whySaved
	}
	return ""
}

// isSum tells whether a file of that content stands there, or nothing for nil.
func isSum(now *entry, sum *node.ID) bool {
	if now == nil || sum == nil {
		return now == nil && sum == nil
	}
	return now.kind == KindFile && now.hash == *sum
}
