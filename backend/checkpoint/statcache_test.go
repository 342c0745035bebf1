package checkpoint

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCleanNeedsAgeAndEveryStamp(t *testing.T) {
	base := stamp{identity: identity{device: 1, inode: 2, changed: 100}, size: 3, mode: 0o644, modified: 90}
	c := cached{stamp: base, readAt: 111}
	with := func(change func(*stamp)) stamp {
		s := base
		change(&s)
		return s
	}
	tests := map[string]struct {
		now   stamp
		slack int64
		want  bool
	}{
		"unchanged":     {base, 10, true},
		"too young":     {base, 11, false},
		"device":        {with(func(s *stamp) { s.device++ }), 10, false},
		"inode":         {with(func(s *stamp) { s.inode++ }), 10, false},
		"changed":       {with(func(s *stamp) { s.changed-- }), 10, false},
		"size":          {with(func(s *stamp) { s.size++ }), 10, false},
		"mode":          {with(func(s *stamp) { s.mode = 0o600 }), 10, false},
		"modified":      {with(func(s *stamp) { s.modified-- }), 10, false},
		"from tomorrow": {with(func(s *stamp) { s.modified = 1000 }), 10, false},
	}
	for name, test := range tests {
		if got := c.clean(test.now, test.slack); got != test.want {
			t.Errorf("%s: clean = %v, want %v", name, got, test.want)
		}
	}
	ahead := cached{stamp: with(func(s *stamp) { s.modified = 1000 }), readAt: 111}
	if ahead.clean(ahead.stamp, 10) {
		t.Error("a file stamped after it was read is taken as clean")
	}
}

func TestStatCacheIsThrownAwayWhenDamaged(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	want := map[string]cached{
		"a":      {stamp: stamp{identity: identity{1, 2, 3}, size: 4, mode: 5, modified: -6}, readAt: 7, hash: hash{8}},
		"\xff\n": {readAt: 9},
	}
	if err := saveStatCache(dir, want); err != nil {
		t.Fatal(err)
	}
	compare := cmp.AllowUnexported(cached{}, stamp{}, identity{})
	if d := cmp.Diff(want, loadStatCache(dir), compare); d != "" {
		t.Errorf("stat cache (-want +got):\n%s", d)
	}
	path := filepath.Join(dir, "statcache")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		damaged := append([]byte{}, whole...)
		damaged[i] ^= 1
		for _, data := range [][]byte{damaged, whole[:i]} {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if got := loadStatCache(dir); len(got) > 0 {
				t.Fatalf("damaged at %d: %v", i, got)
			}
		}
	}
}
