package command

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/keel-ide/keel/backend/atomicfile"
)

// ownerSuffix ends the names of the files in the log folder that say whose
// processes carry which mark: one for each runner that has run a command and
// was not closed. One without its owner was left by a Keel that was killed.
const ownerSuffix = ".owner"

// owner is a runner's process. What tells it from every other one is its id
// and start time, in one run of the system and one namespace of ids.
type owner struct {
	Mark      string `json:"mark"`
	Process   int    `json:"process"`
	Started   string `json:"started"`   // ticks since Boot
	Boot      string `json:"boot"`      // of this run of the system
	Namespace string `json:"namespace"` // that Process is valid in
}

func (r *Runner) ownerPath(mark string) string {
	return filepath.Join(r.options.LogDir, mark+ownerSuffix)
}

// own writes, before the first command runs, whose the mark is.
func (r *Runner) own() error {
	r.owning.Lock()
	defer r.owning.Unlock()
	if r.owned || r.options.LogDir == "" {
		return nil
	}
	self, ok := identify()
	if !ok {
		return nil
	}
	self.Mark = r.mark
	data, err := json.Marshal(self)
	if err != nil {
		return fmt.Errorf("marking commands: %w", err)
	}
	if err := os.MkdirAll(r.options.LogDir, 0o700); err != nil {
		return fmt.Errorf("making log folder: %w", err)
	}
	if err := atomicfile.Write(r.ownerPath(r.mark), data, 0o600); err != nil {
		return fmt.Errorf("marking commands: %w", err)
	}
	r.owned = true
	return nil
}

// disown is called when nothing that carries the mark is left.
func (r *Runner) disown() {
	r.owning.Lock()
	defer r.owning.Unlock()
	if r.owned {
		_ = os.Remove(r.ownerPath(r.mark)) // the next runner tries again
	}
}

// endOrphans ends what commands of dead owners have left. Its errors do not
// matter: the next runner tries again.
func (r *Runner) endOrphans() {
	self, ok := identify()
	entries, err := os.ReadDir(r.options.LogDir)
	if !ok || err != nil {
		return
	}
	for _, entry := range entries {
		mark, ok := strings.CutSuffix(entry.Name(), ownerSuffix)
		if !ok || mark == "" || mark == r.mark {
			continue
		}
		data, err := os.ReadFile(r.ownerPath(mark))
		var found owner
		if err != nil || json.Unmarshal(data, &found) != nil || found.Mark != mark || !found.dead(self) {
			continue
		}
		if len(end(target{mark: mark, strict: true}, r.options.Grace)) == 0 {
			_ = os.Remove(r.ownerPath(mark))
		}
	}
}

// dead reports whether the owner is certainly gone. One in another namespace
// cannot be seen from here; and a Keel that was itself started by a command of
// the owner would end its own children.
func (o owner) dead(self owner) bool {
	inherited := os.Getenv(markVariable)
	switch {
	case inherited == o.Mark || strings.HasPrefix(inherited, o.Mark+"."):
		return false
	case o.Boot != self.Boot:
		return true
	}
	return o.Namespace == self.Namespace && !o.lives()
}
